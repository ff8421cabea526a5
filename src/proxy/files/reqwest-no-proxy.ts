import type { Finding } from "../../errors/finding.ts";
import { idnaToAscii, toLower } from "../go-text.ts";
import { parseIp, parseNetwork } from "../ip.ts";
import { hasNoEffect, type NoProxyEntry, splitEntry } from "../no-proxy.ts";

export interface ReqwestNoProxy {
  readonly list: string;
  readonly findings: readonly Finding[];
}

interface ReqwestEntry {
  readonly entry: string;
  /** A name that the entry matches in reqwest only. */
  readonly apex?: string;
}

/** Unlike Go, reqwest does not exclude loopback by default. */
const LOOPBACK = ["localhost", "127.0.0.0/8", "::1"];
/** In reqwest, `*` matches every name and no address. */
const EVERYTHING = "*,0.0.0.0/0,::/0";

/** NO_PROXY for Rust's reqwest: no ports, no `*.`, and `.name` matches the name too. Entries without effect are omitted. */
export function reqwestNoProxy(entries: readonly NoProxyEntry[]): ReqwestNoProxy {
  if (entries.some(({ entry }) => entry === "*")) return { list: EVERYTHING, findings: [] };
  const list: string[] = [];
  const findings: Finding[] = [];
  for (const source of entries.filter(({ entry }) => !hasNoEffect(entry))) {
    const translated = translate(toLower(source.entry));
    if (translated === undefined) {
      findings.push(
        inexact(
          source,
          "is omitted: reqwest does not support ports",
          "Write it without the port, if all its ports may go direct.",
        ),
      );
      continue;
    }
    list.push(translated.entry);
    const { apex } = translated;
    if (apex !== undefined && !entries.some(({ matches }) => matches({ host: apex, port: "", ip: undefined }))) {
      findings.push(
        inexact(
          source,
          `becomes ${translated.entry}, which matches ${apex} too in reqwest`,
          `Add ${apex}, if it may go direct as well.`,
        ),
      );
    }
  }
  const all = [...list.filter((entry) => entry !== "127.0.0.1" && !LOOPBACK.includes(entry)), ...LOOPBACK];
  return { list: [...new Set(all)].join(","), findings };
}

/** Undefined if there is no equivalent. */
function translate(entry: string): ReqwestEntry | undefined {
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

/** IPv4 in the form of IPv4-mapped IPv6: equal in Go, different in reqwest. */
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
