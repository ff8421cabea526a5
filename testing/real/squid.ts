import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { uniqueAddress } from "./address.ts";
import type { Authority } from "./certificates.ts";
import { temporaryFolder } from "./fixtures.ts";
import { startEmptyNameServer } from "./name-server.ts";
import { pathOf } from "./part-path.ts";
import { startProgram } from "./program.ts";
import { remember } from "./running.ts";

export interface SquidOptions {
  /** Default a `uniqueAddress()`. */
  readonly address?: string;
  /** Default 3128. */
  readonly port?: number;
  /** Where names lead; every other name does not exist. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Hosts that squid refuses with its own 403 page; `.example.test` also means all names below. */
  readonly deny?: readonly string[];
  /** Basic authentication: password by user name. */
  readonly users?: Readonly<Record<string, string>>;
  /** Ports that may be reached through it; default all. */
  readonly allowPorts?: readonly number[];
  /** Opens every tunnel, with certificates of this authority. */
  readonly intercept?: Authority;
  /** Whom squid itself trusts when it intercepts; default the machine's roots. */
  readonly upstreamAuthority?: Authority;
  /** Rules in place of the one that lets clients in; without them, or after them, nobody is let in. */
  readonly rules?: readonly string[];
  /** Further lines of squid.conf, before the rules that let everybody in. */
  readonly directives?: readonly string[];
}

export interface SquidRequest {
  readonly method: string;
  /** `host:port`, of absolute-form requests too. */
  readonly target: string;
  readonly status: number;
  readonly client: string;
  /** Who authenticated, or empty. */
  readonly user: string;
}

export interface Squid {
  /** `http://ADDRESS:PORT` */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** A tunnel is logged when it ends: close the client first. */
  log(): Promise<readonly SquidRequest[]>;
  stop(): Promise<void>;
}

export async function startSquid(options: SquidOptions = {}): Promise<Squid> {
  const { address = uniqueAddress(), port = 3128 } = options;
  const folder = temporaryFolder();
  await startEmptyNameServer(address);
  writeFileSync(join(folder, "hosts"), hostsFile(options.hosts ?? {}));
  writeFileSync(join(folder, "squid.conf"), configuration(options, address, port, folder));
  if (options.intercept !== undefined) createCertificateStore(folder);
  // squid drops root and writes its log as this user.
  execFileSync("chown", ["-R", "proxy:proxy", folder]);
  chmodSync(folder, 0o755);

  // Shared memory is named after the service, and one squid must not find another's.
  const service = `t${randomUUID().slice(0, 8)}`;
  const logPath = join(folder, "access.log");
  const log = () => (existsSync(logPath) ? readFileSync(logPath, "utf8") : "");
  const program = await startProgram({
    command: pathOf("squid"),
    args: ["-N", "-n", service, "-f", join(folder, "squid.conf")],
    ready: async () => {
      await mark(address, port, "ready");
      return log().includes("/marker/ready");
    },
    // Asked politely it takes two seconds, whatever its shutdown_lifetime.
    stopSignal: "SIGKILL",
  });
  const stop = remember(async () => {
    await program.stop();
    for (const file of readdirSync(SHARED_MEMORY)) {
      if (file.startsWith(`${service}-`)) rmSync(join(SHARED_MEMORY, file), { force: true });
    }
  });

  return {
    url: `http://${address}:${port}`,
    address,
    port,
    log: async () => {
      // Once a request of our own stands in the log, everything that ended before does.
      const marker = randomUUID();
      await mark(address, port, marker);
      while (!log().includes(marker)) await sleep(5);
      return parseLog(log());
    },
    stop,
  };
}

function configuration(options: SquidOptions, address: string, port: number, folder: string): string {
  const { deny = [], users, allowPorts, intercept, upstreamAuthority, rules, directives = [] } = options;
  const listening =
    intercept === undefined
      ? `http_port ${address}:${port}`
      : `http_port ${address}:${port} ssl-bump cert=${intercept.path} key=${intercept.keyPath} generate-host-certificates=on`;
  return [
    listening,
    ...(intercept === undefined
      ? []
      : [
          `sslcrtd_program ${CERTIFICATE_GENERATOR} -s ${folder}/certificates -M 4MB`,
          "sslcrtd_children 1 startup=1 idle=1",
          "ssl_bump bump all",
        ]),
    ...(upstreamAuthority === undefined ? [] : [`tls_outgoing_options cafile=${upstreamAuthority.path}`]),
    `hosts_file ${folder}/hosts`,
    `dns_nameservers ${address}`,
    "dns_timeout 2 seconds",
    "cache deny all",
    "cache_mem 0",
    "memory_pools off",
    "pinger_enable off",
    "cache_effective_user proxy",
    "shutdown_lifetime 0 seconds",
    "buffered_logs off",
    "visible_hostname squid.test",
    `pid_filename ${folder}/squid.pid`,
    `coredump_dir ${folder}`,
    `cache_log ${folder}/cache.log`,
    "logformat test %rm %ru %>Hs %>a %[un",
    `access_log stdio:${folder}/access.log test`,
    "acl marker urlpath_regex ^/marker/",
    "acl itself dst 127.255.255.255",
    "http_access deny marker itself",
    ...directives,
    ...(allowPorts === undefined ? [] : [`acl wanted port ${allowPorts.join(" ")}`, "http_access deny !wanted"]),
    ...deny.flatMap((host) => [`acl refused dstdomain ${host}`]),
    ...(deny.length === 0 ? [] : ["http_access deny refused"]),
    ...(users === undefined ? [] : authentication(folder, users)),
    ...(rules ?? [users === undefined ? "http_access allow all" : "http_access allow known"]),
    "http_access deny all",
    "",
  ].join("\n");
}

const SHARED_MEMORY = "/dev/shm";
const HELPERS = "/usr/lib/squid";
const CERTIFICATE_GENERATOR = join(HELPERS, "security_file_certgen");

function authentication(folder: string, users: Readonly<Record<string, string>>): readonly string[] {
  const lines = Object.entries(users).map(([user, password]) => {
    const hash = execFileSync("openssl", ["passwd", "-6", "-stdin"], { input: password, encoding: "utf8" });
    return `${user}:${hash.trim()}\n`;
  });
  writeFileSync(join(folder, "passwords"), lines.join(""), { mode: 0o600 });
  return [
    `auth_param basic program ${HELPERS}/basic_ncsa_auth ${folder}/passwords`,
    "auth_param basic children 1 startup=1 idle=1",
    "auth_param basic realm squid of a test",
    "auth_param basic utf8 on",
    "acl known proxy_auth REQUIRED",
  ];
}

function createCertificateStore(folder: string): void {
  execFileSync(CERTIFICATE_GENERATOR, ["-c", "-s", join(folder, "certificates"), "-M", "4MB"], { stdio: "pipe" });
}

function hostsFile(hosts: Readonly<Record<string, string>>): string {
  return Object.entries(hosts)
    .map(([name, address]) => `${address} ${name}\n`)
    .join("");
}

/** Leaves a line in the log: a request that squid refuses before it connects to anything. */
function mark(address: string, port: number, marker: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = `http://127.255.255.255/marker/${marker}`;
    const request = httpRequest({ host: address, port, path, agent: false }, (response) => {
      response.resume().once("end", () => resolve());
    });
    request.setTimeout(1000, () => request.destroy(new Error("no answer")));
    request.once("error", reject).end();
  });
}

function parseLog(text: string): readonly SquidRequest[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.includes("/marker/"))
    .map((line) => {
      const [method = "", url = "", status = "0", client = "", user = "-"] = line.split(" ");
      return { method, target: targetOf(url), status: Number(status), client, user: user === "-" ? "" : user };
    });
}

function targetOf(url: string): string {
  const scheme = url.match(/^([a-z]+):\/\//)?.[1];
  if (scheme === undefined) return url;
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? (scheme === "https" ? 443 : 80) : port}`;
}
