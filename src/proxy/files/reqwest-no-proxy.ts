import type { Finding } from "../../errors/finding.ts";
import { idnaToAscii, toLower } from "../go-text.ts";
import { parseIp, parseNetwork } from "../ip.ts";
import { isDead, type NoProxyEntry, splitEntry } from "../no-proxy.ts";

export interface ReqwestNoProxy {
  readonly list: string;
  readonly findings: readonly Finding[];
}

interface Said {
  readonly entry: string;
  /** A name that it matches there and not here. */
  readonly apex?: string;
}

/** reqwest does not leave loopback alone by itself, as Go does. */
const LOOPBACK = ["localhost", "127.0.0.0/8", "::1"];
/** There, `*` means every name and no address. */
const EVERYTHING = "*,0.0.0.0/0,::/0";

/** NO_PROXY in the words of Rust's reqwest: no ports, no `*.`, and `.name` means the name too. What is dead here is left out. */
export function reqwestNoProxy(entries: readonly NoProxyEntry[]): ReqwestNoProxy {
  if (entries.some(({ entry }) => entry === "*")) return { list: EVERYTHING, findings: [] };
  const list: string[] = [];
  const findings: Finding[] = [];
  for (const source of entries.filter(({ entry }) => !isDead(entry))) {
    const said = say(toLower(source.entry));
    if (said === undefined) {
      findings.push(
        inexact(
          source,
          "is left out: reqwest knows no ports",
          "Write it without the port, if all its ports may go direct.",
        ),
      );
      continue;
    }
    list.push(said.entry);
    const { apex } = said;
    if (apex !== undefined && !entries.some(({ matches }) => matches({ host: apex, port: "", ip: undefined }))) {
      findings.push(
        inexact(
          source,
          `becomes ${said.entry}, which reqwest takes for ${apex} too`,
          `Add ${apex}, if it may go direct as well.`,
        ),
      );
    }
  }
  const all = [...list.filter((entry) => entry !== "127.0.0.1" && !LOOPBACK.includes(entry)), ...LOOPBACK];
  return { list: [...new Set(all)].join(","), findings };
}

/** Undefined where that is impossible. */
function say(entry: string): Said | undefined {
  const network = parseNetwork(entry);
  if (network !== undefined) {
    const dotted = dottedOf(network.value, entry);
    return { entry: dotted === undefined ? entry : `${dotted}/${32n - network.shift}` };
  }
  const [name, port] = splitEntry(entry);
  if (port !== "") return undefined;
  const ip = parseIp(name);
  if (ip !== undefined) return { entry: dottedOf(ip.value, name) ?? name };
  const below = name.startsWith("*.") ? name.slice(1) : name;
  if (!below.startsWith(".")) return { entry: idnaToAscii(`.${below}`).slice(1) };
  const ascii = idnaToAscii(below);
  return { entry: ascii, apex: ascii.slice(1) };
}

/** IPv4 that is written as IPv4-mapped IPv6: the same to Go, and no IPv4 to reqwest. */
function dottedOf(value: bigint, written: string): string | undefined {
  if (!written.includes(":") || value >> 32n !== 0xffffn) return undefined;
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
}

function inexact({ entry, from }: NoProxyEntry, problem: string, remedy: string): Finding {
  return {
    code: "NO_PROXY_ENTRY_INEXACT",
    message: `For Confidential Containers, the entry "${entry}" (${from}) ${problem}.`,
    remedy,
  };
}
