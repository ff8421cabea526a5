import type { Finding } from "../errors/finding.ts";
import { errorMessage } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { hasNoEffect, type NoProxyEntry, withCommas } from "./no-proxy.ts";
import { parseProxyUrl } from "./proxy-url.ts";
import type { Environment, ProxyInputs, ProxySettings, Setting } from "./settings.ts";

/** Findings about original settings that work, but with surprising effects. */
export function settingsFindings(
  effective: ProxySettings,
  settings: readonly Setting[],
  environment: Environment,
): readonly Finding[] {
  return [
    ...spellingFindings(settings, environment),
    ...oneSidedFinding(effective, settings),
    ...allProxyFinding(effective, environment),
    ...deadEntryFindings(effective),
  ];
}

/** Two spellings with different values: the effective one depends on the client, and on the version of Go. */
function spellingFindings(settings: readonly Setting[], environment: Environment): Finding[] {
  return settings.flatMap(({ from }) => {
    const upper = from.replace("environment ", "");
    const lower = upper.toLowerCase();
    const [first = "", second = ""] = [environment[upper], environment[lower]];
    if (upper === from || upper === lower || second === "" || comparable(first, upper) === comparable(second, lower)) {
      return [];
    }
    return [
      {
        code: "PROXY_SPELLINGS_DIFFER",
        message: `${upper} is ${printableSetting(first, upper)} and ${lower} is ${printableSetting(second, lower)}. This run uses ${upper}, as Go does up to 1.27; curl, Python and Node read ${lower} first.`,
        remedy: `Set ${upper} and ${lower} to the same value, or only one of them.`,
      },
    ];
  });
}

/** A secret that does not exist, or that the event may not read, is empty: the commonest fault of a job behind a proxy. */
export function unsetFinding({ httpProxy, httpsProxy }: ProxySettings, inputs: ProxyInputs): Finding[] {
  const isIntended = [inputs.proxy, inputs.httpProxy, inputs.httpsProxy].some(
    (text) => text?.trim().toLowerCase() === "direct",
  );
  if (httpProxy !== undefined || httpsProxy !== undefined || isIntended) return [];
  return [
    {
      code: "PROXY_UNSET",
      message:
        "No proxy is set in the inputs, in files or in the environment. An unset secret is an empty input, and looks the same.",
      remedy:
        "Check that the secret exists and that this event may read it: pull requests from forks may not. If no proxy is intended, set proxy: direct.",
    },
  ];
}

/** In Go, https URLs never go through HTTP_PROXY, contrary to a common belief. */
function oneSidedFinding({ httpProxy, httpsProxy }: ProxySettings, settings: readonly Setting[]): Finding[] {
  const isIntended = settings.some(({ from }) => from === "input https-proxy");
  if (httpProxy === undefined || httpsProxy !== undefined || isIntended) return [];
  return [
    {
      code: "HTTPS_PROXY_UNSET",
      message: `HTTP_PROXY (${httpProxy.from}) is set and HTTPS_PROXY is not: https URLs go direct, and most registries are https.`,
      remedy: "Set https-proxy too, or to `direct` if that is intended.",
    },
  ];
}

function allProxyFinding({ httpProxy, httpsProxy }: ProxySettings, environment: Environment): Finding[] {
  const name = ["ALL_PROXY", "all_proxy"].find((spelling) => (environment[spelling] ?? "") !== "");
  if (name === undefined || (httpProxy !== undefined && httpsProxy !== undefined)) return [];
  return [
    {
      code: "ALL_PROXY_IGNORED",
      message: `${name} is set, which Go and this action ignore; curl, Python requests and reqwest use it.`,
      remedy: "Set https-proxy and http-proxy.",
    },
  ];
}

function deadEntryFindings({ noProxy }: ProxySettings): Finding[] {
  return noProxy
    .filter(({ entry }) => hasNoEffect(entry))
    .map(({ entry, from }) => ({
      code: "NO_PROXY_ENTRY_DEAD",
      message: `The entry "${withoutUserinfo(entry)}" (${from}) matches no host.`,
      remedy: "Write host, .domain, host:port, an IP address without brackets, or a network like 10.0.0.0/8.",
    }));
}

/** Entries that are removed: later steps would receive them, and clients interpret them differently. */
export function unprintableFindings(entries: readonly NoProxyEntry[]): Finding[] {
  return entries.map(({ entry, from }) => ({
    code: "NO_PROXY_ENTRY_UNPRINTABLE",
    message: `The entry "${withoutUserinfo(printable(entry, 200))}" (${from}) contains invisible characters, and is removed.`,
    remedy: "Type the entry instead of pasting it.",
  }));
}

function comparable(value: string, name: string): string {
  if (/no_proxy/i.test(name)) return withCommas(value).toLowerCase();
  try {
    return parseProxyUrl(value, name)?.href ?? "";
  } catch {
    return value;
  }
}

function printableSetting(value: string, name: string): string {
  if (/no_proxy/i.test(name)) return `"${withoutUserinfo(withCommas(value))}"`;
  try {
    return parseProxyUrl(value, name)?.display ?? "empty";
  } catch (error) {
    return `invalid (${errorMessage(error)})`;
  }
}

/** Users may have written a URL into NO_PROXY. */
export const withoutUserinfo = (list: string): string => list.replace(/(?<![^,])[^,]*@/g, "***@");
