import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "@jest/globals";
import { findPart } from "../../scripts/parts.ts";
import { type PartName, pathOf, withParts } from "./parts.ts";
import { remember } from "./running.ts";

export interface NamespaceOptions {
  /** Addresses of names that are known inside beside `GATEWAY`; all others are asked of a name server that never answers. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export interface Namespace {
  /** What a command is run behind. */
  readonly prefix: readonly string[];
  /** The only address outside that can be reached from inside: what is to be reached listens here. */
  readonly gateway: string;
  /** How many packets were sent to anywhere else so far, name servers and the inside's own loopback included. */
  strayPackets(): number;
  stop(): Promise<void>;
}

/** What the gateway is called inside. */
export const GATEWAY = "gateway.example.test";

/** Nobody's address (RFC 5737), so that what is sent there goes the default way. */
const NAME_SERVER = "192.0.2.53";

const CONFIGURATION = "/etc/netns";

let given = 0;

/**
 * A network whose one way out ends at the gateway. Everything else is routed into a device whose other end nobody looks at, which
 * counts it: a packet that a firewall would drop is seen here even where the run does not fail for it.
 */
export function openNamespace({ hosts = {} }: NamespaceOptions = {}): Namespace {
  given += 1;
  const name = `opt${process.pid}-${given}`;
  const [outer, inner] = [`${name}o`, `${name}i`];
  const folder = join(CONFIGURATION, name);
  const { gateway, own } = addresses();

  const remove = () => {
    spawnSync(pathOf("ip"), ["netns", "delete", name]);
    // Goes with the other end, which the namespace may not have got yet.
    spawnSync(pathOf("ip"), ["link", "delete", outer]);
    rmSync(folder, { recursive: true, force: true });
    removeIfEmpty(CONFIGURATION);
  };
  process.once("exit", remove);
  const stop = remember(() => {
    process.off("exit", remove);
    remove();
  });

  // Bound over the files of the same names for all that runs inside (ip-netns(8)).
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${NAME_SERVER}\n`);
  writeFileSync(join(folder, "nsswitch.conf"), "hosts: files dns\n");
  const known = Object.entries({ localhost: "127.0.0.1", [GATEWAY]: gateway, ...hosts });
  const lines = known.map(([host, address]) => `${address} ${host}\n`);
  writeFileSync(join(folder, "hosts"), lines.join(""));

  ip("netns", "add", name);
  const inside = (...args: readonly string[]) => ip("-n", name, ...args);
  // Neighbour discovery of IPv6 would be counted.
  const noIpv6 = "for each in all default; do echo 1 >/proc/sys/net/ipv6/conf/$each/disable_ipv6; done 2>/dev/null";
  ip("netns", "exec", name, "sh", "-c", `${noIpv6}; true`);
  inside("link", "set", "lo", "up");
  inside("link", "add", "stray", "type", "veth", "peer", "name", "nobody");
  // Without ARP the packets themselves are sent, rather than questions for whoever has their addresses.
  inside("link", "set", "stray", "arp", "off", "up");
  inside("link", "set", "nobody", "arp", "off", "up");
  ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name);
  ip("address", "add", `${gateway}/30`, "dev", outer);
  ip("link", "set", outer, "up");
  inside("address", "add", `${own}/30`, "dev", inner);
  inside("link", "set", inner, "up");
  inside("route", "add", "default", "dev", "stray");

  return {
    prefix: [pathOf("ip"), "netns", "exec", name],
    gateway,
    strayPackets: () => sentBy(inside("-s", "-j", "link", "show"), ["stray", "lo"]),
    stop,
  };
}

/** As `withParts`; also skipped where the kernel or a container does not let even root make networks. */
export function withNamespaces(needed: readonly PartName[], name: string, suite: () => void): void {
  const refusal = findPart("ip") === undefined ? undefined : refusedNamespace();
  if (refusal === undefined) withParts(["ip", ...needed], name, suite);
  else describe.skip(`${name} [missing network namespaces: ${refusal}]`, suite);
}

function refusedNamespace(): string | undefined {
  const name = `opt${process.pid}-0`;
  const veth = ["-n", name, "link", "add", "one", "type", "veth", "peer", "name", "other"];
  try {
    for (const args of [["netns", "add", name], veth, ["netns", "exec", name, "true"]]) {
      const { status, stderr } = spawnSync(pathOf("ip"), args, { encoding: "utf8" });
      if (status !== 0) return stderr.trim();
    }
    return undefined;
  } finally {
    spawnSync(pathOf("ip"), ["netns", "delete", name]);
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync(pathOf("ip"), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Two link-local addresses (RFC 3927) with a network of their own, as far as processes alive at once differ in their ids. */
function addresses(): { readonly gateway: string; readonly own: string } {
  const slot = 64 + ((process.pid * 8 + given) % (254 * 64));
  const address = (host: number) => `169.254.${Math.floor(slot / 64)}.${(slot % 64) * 4 + host}`;
  return { gateway: address(1), own: address(2) };
}

interface Link {
  readonly ifname: string;
  readonly stats64: { readonly tx: { readonly packets: number; readonly dropped: number } };
}

function sentBy(shown: string, devices: readonly string[]): number {
  const links = (JSON.parse(shown) as Link[]).filter(({ ifname }) => devices.includes(ifname));
  if (links.length !== devices.length) throw new Error(`no device ${devices.join(", ")} in ${shown}`);
  return links.reduce((sum, { stats64: { tx } }) => sum + tx.packets + tx.dropped, 0);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else's namespace is configured there.
  }
}
