import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../../scripts/parts.ts";
import { acmePublicKey, temporaryFolder } from "../../testing/real/fixtures.ts";

/** The generations of the OCM CLI, which spell some things differently. */
export type Generation = "v1" | "v2";

export interface OcmCli {
  readonly name: string;
  readonly generation: Generation;
  /** Standard output; throws with what the CLI said where it fails. */
  run(...args: readonly string[]): Promise<string>;
  /** The same with a configuration file. */
  runWith(config: string, ...args: readonly string[]): Promise<string>;
}

const NAMES = ["ocm", "ocm-v1", "ocm-v2"];

/** Every OCM CLI on the PATH. */
export function findOcmClis(): readonly OcmCli[] {
  return NAMES.flatMap((name) => {
    const path = findProgram(name);
    if (path === undefined) return [];
    const generation = /"Major"/.test(execFileSync(path, ["version"], { encoding: "utf8" })) ? "v1" : "v2";
    return [
      {
        name,
        generation,
        run: (...args) => run(path, generation === "v2" ? keyConfig(temporaryFolder()) : undefined, args),
        runWith: (config, ...args) => run(path, config, args),
      },
    ];
  });
}

/** In a home of its own: whatever the user configured for the CLI counts for nothing. */
async function run(path: string, configFile: string | undefined, args: readonly string[]): Promise<string> {
  const home = temporaryFolder();
  const temp = join(home, "tmp");
  mkdirSync(temp);
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    TMPDIR: temp,
    OCM_DISABLE_VERSION_CHECK: "true",
    OCM_DISABLE_AUTO_CONFIG: "true",
  };
  const config = configFile === undefined ? [] : ["--config", configFile];
  const options = { cwd: home, env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
  try {
    return (await promisify(execFile)(path, [...config, ...args], options)).stdout;
  } catch (error) {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    throw new Error(`${args.join(" ")}: ${(stderr || stdout).trim().split("\n").slice(-3).join(" | ")}`);
  }
}

/** v2 finds the keys of signatures in its configuration alone. */
function keyConfig(folder: string): string {
  const path = join(folder, "ocm.json");
  const identity = { type: "RSA/v1alpha1", algorithm: "RSASSA-PKCS1-V1_5", signature: "acme" };
  const credentials = [{ type: "Credentials/v1", properties: { public_key_pem: readFileSync(acmePublicKey, "utf8") } }];
  const consumers = [{ identity, credentials }];
  const configurations = [{ type: "credentials.config.ocm.software", consumers }];
  writeFileSync(path, JSON.stringify({ type: "generic.config.ocm.software/v1", configurations }));
  return path;
}

/** Downloads a resource of `repository//component:version`, packed as an archive if it is an image. */
export function download({ generation, run }: OcmCli, from: string, resource: string, to: string): Promise<string> {
  if (generation === "v1") return run("download", "resources", from, resource, "-O", to);
  const packed = ["--extraction-policy", "disable", "--output", to];
  return run("download", "resource", from, "--identity", `name=${resource}`, ...packed);
}

/** Verifies the signature of the fixtures. */
export function verify({ generation, run }: OcmCli, version: string): Promise<string> {
  if (generation === "v1")
    return run("verify", "cv", "--signature", "acme", "--public-key", `acme=${acmePublicKey}`, version);
  return run("verify", "cv", "--signature", "acme", version);
}
