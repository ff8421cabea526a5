import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Descriptor, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { type FakeRegistry, startFakeRegistry } from "../fakes/registry.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import type { Fillable } from "./content.ts";

export type PlaceKind = "registry" | "folder" | "tgz";

/** Where component versions lie that a test makes. */
export interface Place extends Fillable {
  /** What stands before `//` in component-versions; an archive is written by this, and takes nothing more. */
  reference(): string;
  addBlob(repository: string, content: string | Buffer, mediaType?: string, algorithm?: Algorithm): Descriptor;
  addManifest(
    repository: string,
    document: object,
    options?: { mediaType?: string; tag?: string; algorithm?: Algorithm },
  ): Descriptor;
}

export type Algorithm = "sha256" | "sha512";

export async function startPlace(kind: PlaceKind): Promise<Place> {
  if (kind !== "registry") return ctfPlace(kind);
  const registry = await startFakeRegistry();
  return { ...registry, reference: () => registry.origin } as unknown as Place;
}

/** A CTF written by hand, since the product's own writer would refuse what is wrong with it. */
function ctfPlace(kind: "folder" | "tgz"): Place {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "blobs"));
  const artifacts: object[] = [];
  const put = (content: string | Buffer, mediaType: string, algorithm: Algorithm): Descriptor => {
    const bytes = Buffer.from(content);
    const digest: Digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
    writeFileSync(join(folder, "blobs", digest.replace(":", ".")), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  return {
    addBlob: (_, content, mediaType = "application/octet-stream", algorithm = "sha256") =>
      put(content, mediaType, algorithm),
    addManifest(repository, document, { tag, algorithm = "sha256", ...options } = {}) {
      const mediaType = options.mediaType ?? (document as { mediaType?: string }).mediaType ?? OCI_MANIFEST;
      const descriptor = put(JSON.stringify(document), mediaType, algorithm);
      artifacts.push({ repository, ...(tag === undefined ? {} : { tag }), digest: descriptor.digest, mediaType });
      return descriptor;
    },
    reference() {
      writeFileSync(join(folder, "artifact-index.json"), JSON.stringify({ schemaVersion: 1, artifacts }));
      if (kind === "folder") return folder;
      const archive = join(temporaryFolder(), "made.tgz");
      execFileSync("tar", ["-czf", archive, "-C", folder, "artifact-index.json", "blobs"]);
      return archive;
    },
  };
}

/** All bytes below a path: of files, and of what is in a compressed archive. Nothing where there is nothing. */
export function bytesBelow(path: string): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  if (!statSync(path).isDirectory()) return execFileSync("tar", ["-xOf", path], { maxBuffer: 1 << 28 });
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
  return Buffer.concat(names.filter((name) => statSync(name).isFile()).map((name) => readFileSync(name)));
}

interface Document {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

/** All bytes of a registry that a client finds: manifests, under a tag or not, and the blobs that they refer to. */
export function reachableBytes(registry: FakeRegistry, repositories = registry.repositories()): Buffer {
  const found = repositories.flatMap((repository) => {
    const digests = registry.requests
      .filter(({ method, kind, repository: name }) => method === "PUT" && kind === "manifest" && name === repository)
      .map(({ reference }) => reference);
    return digests.flatMap((reference) => {
      const content = registry.manifest(repository, reference)?.content;
      if (content === undefined) return [];
      const { config, layers = [] }: Document = JSON.parse(content.toString());
      const blobs = [...(config === undefined ? [] : [config]), ...layers];
      return [content, ...blobs.map(({ digest }) => registry.blob(repository, digest) ?? Buffer.alloc(0))];
    });
  });
  return Buffer.concat(found);
}
