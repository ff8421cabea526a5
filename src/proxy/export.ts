import type { ProxyUrl } from "./proxy-url.ts";
import type { Environment, ProxySettings } from "./settings.ts";

/**
 * The variables with the settings of this run for later steps, in both spellings with equal values. An unset proxy is
 * exported as empty where the environment has a value, which would otherwise remain in effect.
 */
export function exportedVariables(settings: ProxySettings, environment: Environment): Readonly<Record<string, string>> {
  return {
    ...proxyVariables("HTTP_PROXY", settings.httpProxy, environment),
    ...proxyVariables("HTTPS_PROXY", settings.httpsProxy, environment),
    ...bothSpellings("NO_PROXY", exportedNoProxy(settings)),
  };
}

export function exportedNoProxy(settings: ProxySettings): string {
  return settings.noProxy.map(({ entry }) => entry).join(",");
}

function proxyVariables(name: string, proxy: ProxyUrl | undefined, environment: Environment): Record<string, string> {
  if (proxy !== undefined) return bothSpellings(name, proxy.href);
  const spellings = Object.keys(bothSpellings(name, "")).filter((spelling) => (environment[spelling] ?? "") !== "");
  return Object.fromEntries(spellings.map((spelling) => [spelling, ""]));
}

function bothSpellings(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value };
}
