import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { remember } from "./running.ts";

const fixtures = resolve(import.meta.dirname, "../fixtures/ocm");

export type StorageFixture = "registry-source" | "registry-target";
export type CtfFixture =
  | "v1-by-reference"
  | "v1-by-reference.tar"
  | "v1-by-reference.tgz"
  | "v1-by-value"
  | "v2-by-value";

/** Path of a CTF as an OCM CLI wrote it; to be read only. */
export function ctf(name: CtfFixture): string {
  return join(fixtures, name);
}

/** Path of the PKCS#1 public key that verifies the signature `acme` of all three component versions. */
export const acmePublicKey: string = join(fixtures, "acme.pub.pem");

/** An empty folder that is removed with everything else a test leaves. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ocm-proxied-transfer-"));
  remember(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A writable copy of a registry's storage folder. */
export function unpack(name: StorageFixture): string {
  const folder = temporaryFolder();
  execFileSync("tar", ["-xzf", join(fixtures, `${name}.tgz`), "-C", folder, "--no-same-owner"]);
  return folder;
}

/** A writable copy of a CTF folder. */
export function copyOfCtf(name: "v1-by-reference" | "v1-by-value" | "v2-by-value"): string {
  const folder = temporaryFolder();
  cpSync(ctf(name), folder, { recursive: true });
  return folder;
}
