import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { freePort } from "./address.ts";
import { temporaryFolder } from "./fixtures.ts";
import { pathOf } from "./part-path.ts";
import { onFreePort, startProgram } from "./program.ts";

export interface RegistryOptions {
  readonly kind: "docker-registry" | "distribution";
  /** Storage folder to serve; default an empty one. */
  readonly storage?: string;
  /** `http://HOST:PORT/` to which GET and HEAD of blobs are redirected (see `startBlobHost`). */
  readonly redirect?: string;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Default a free one. */
  readonly port?: number;
  readonly htpasswd?: { readonly user: string; readonly password: string };
  /** Where tokens come from, and the certificate of who signs them (distribution, auth.token). */
  readonly token?: { readonly realm: string; readonly service: string; readonly issuer: string; readonly root: string };
  /** Whether DELETE is allowed; default true. */
  readonly deletable?: boolean;
}

export interface LoggedRequest {
  readonly method: string;
  /** Path and query as asked. */
  readonly path: string;
  readonly status: number;
  readonly userAgent: string;
}

export interface RealRegistry {
  /** `http://ADDRESS:PORT` */
  readonly origin: string;
  /** `ADDRESS:PORT` */
  readonly host: string;
  readonly port: number;
  readonly storage: string;
  /** The access log so far. */
  requests(): Promise<readonly LoggedRequest[]>;
  stop(): Promise<void>;
}

export async function startRegistry(options: RegistryOptions): Promise<RealRegistry> {
  const { address = "127.0.0.1", port } = options;
  if (port !== undefined) return startAt(options, address, port);
  return onFreePort(
    () => freePort(address),
    (free) => startAt(options, address, free),
  );
}

async function startAt(options: RegistryOptions, address: string, port: number): Promise<RealRegistry> {
  const storage = options.storage ?? temporaryFolder();
  const folder = temporaryFolder();
  const config = join(folder, "config.yml");
  writeFileSync(config, stringify(configuration(options, `${address}:${port}`, storage, folder)));
  const origin = `http://${address}:${port}`;
  const program = await startProgram({
    command: pathOf(options.kind),
    args: ["serve", config],
    // distribution 3 would report its traces to a collector on this machine.
    env: { OTEL_TRACES_EXPORTER: "none" },
    // Somebody else may answer at this port: it is ready when the question stands in its own log.
    ready: async (output) => [200, 401].includes(await statusOf(`${origin}/v2/`)) && output.includes(OWN_AGENT),
  });

  const requests = async (): Promise<readonly LoggedRequest[]> => {
    // The log comes through a pipe: once a request of our own stands in it, all earlier ones do.
    const marker = `/v2/?marker=${randomUUID()}`;
    await statusOf(`${origin}${marker}`);
    while (!program.output().includes(marker)) await sleep(5);
    return parseAccessLog(program.output()).filter(
      ({ path, userAgent }) => !path.includes("?marker=") && userAgent !== OWN_AGENT,
    );
  };
  return { origin, host: `${address}:${port}`, port, storage, requests, stop: program.stop };
}

function configuration(options: RegistryOptions, addr: string, storage: string, folder: string): object {
  const { redirect, htpasswd, token, deletable = true } = options;
  return {
    version: 0.1,
    log: { level: "warn" },
    storage: {
      filesystem: { rootdirectory: storage },
      delete: { enabled: deletable },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr, secret: "of-a-test" },
    ...(redirect === undefined
      ? {}
      : { middleware: { storage: [{ name: "redirect", options: { baseurl: redirect } }] } }),
    ...(token === undefined ? {} : { auth: { token: tokenSettings(token) } }),
    ...(htpasswd === undefined
      ? {}
      : { auth: { htpasswd: { realm: "test", path: writeHtpasswd(folder, htpasswd.user, htpasswd.password) } } }),
  };
}

function tokenSettings({ root, ...others }: NonNullable<RegistryOptions["token"]>): object {
  return { ...others, rootcertbundle: root };
}

/** Both registries take bcrypt only, which neither Node nor openssl has, and the system's crypt(3) does. */
function writeHtpasswd(folder: string, user: string, password: string): string {
  const script = "local $/; print crypt(<STDIN>, '$2y$05$abcdefghijklmnopqrstuu')";
  const hash = execFileSync(pathOf("perl"), ["-e", script], { input: password, encoding: "utf8" });
  if (!hash.startsWith("$2y$")) throw new Error("this system's crypt(3) knows no bcrypt");
  const path = join(folder, "htpasswd");
  writeFileSync(path, `${user}:${hash}\n`, { mode: 0o600 });
  return path;
}

const OWN_AGENT = "startRegistry";

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { "user-agent": OWN_AGENT } }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    request.setTimeout(1000, () => request.destroy(new Error("no answer")));
    request.once("error", reject);
  });
}

/** The lines in Apache's combined format that stand between the registry's other output. */
export function parseAccessLog(text: string): readonly LoggedRequest[] {
  const line = /^\S+ - \S* ?\[[^\]]+\] "(\S+) (\S+) HTTP\/[\d.]+" (\d{3}) \d+ "[^"]*" "([^"]*)"$/gm;
  return [...text.matchAll(line)].map(([, method = "", path = "", status, userAgent = ""]) => ({
    method,
    path,
    status: Number(status),
    userAgent,
  }));
}
