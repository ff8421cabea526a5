import type { Finding } from "../errors/finding.ts";
import { isPrintable } from "../text/redact.ts";
import { type GoUrl, goProxyUrl } from "./go-url.ts";
import { type NoProxyEntry, parseNoProxy, withCommas } from "./no-proxy.ts";
import { type ProxyUrl, parseProxyUrl } from "./proxy-url.ts";
import { settingsFindings, unprintableFindings } from "./settings-findings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The three settings as text, from inputs or from a file. Empty is unset; `direct` is an explicit direct route. */
export interface ProxyTexts {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

/** The three settings of a file or folder. */
export interface ConfigTexts extends ProxyTexts {
  readonly from: string;
  /** Position of each of them: file, line, key. */
  readonly origins?: { readonly [Key in keyof ProxyTexts]?: string | undefined };
}

/** The inputs; `proxy` is for both schemes. */
export interface ProxyInputs extends ProxyTexts {
  readonly proxy?: string | undefined;
}

export interface SettingsSources {
  readonly inputs?: ProxyInputs | undefined;
  /** A file or folder of settings, between the inputs and the environment. */
  readonly config?: ConfigTexts | undefined;
  readonly environment: Environment;
  /** Further hosts to reach directly: the expansion of `no-proxy-registries`. */
  readonly noProxyExtra?: readonly string[] | undefined;
}

/** The settings that decide routes. The proxies are parsed by this action, or as Go parses the raw text. */
export interface RoutingSettings<Proxy> {
  readonly httpProxy: Proxy | undefined;
  readonly httpsProxy: Proxy | undefined;
  readonly noProxy: readonly NoProxyEntry[];
  /** In a CGI environment a client can set HTTP_PROXY by a header; Go refuses it there: https://golang.org/s/cgihttpproxy */
  readonly cgi: boolean;
}

export type ProxySettings = RoutingSettings<ProxyUrl>;

export interface ReadSettings {
  /** Canonical: exported, and used for every route of this run. */
  readonly effective: ProxySettings;
  /** The original settings before repair, as Go reads them. */
  readonly found: RoutingSettings<GoUrl>;
  /** Of each setting: an input, a file, a variable; otherwise `unset`. */
  readonly origins: { readonly [Key in "httpProxy" | "httpsProxy"]: string };
  readonly findings: readonly Finding[];
}

/** One setting as text, and its origin. */
export interface Setting {
  readonly value: string;
  readonly from: string;
}

type Name = "http-proxy" | "https-proxy" | "no-proxy";
const UNSET: Setting = { value: "", from: "unset" };
const LOOPBACK = "localhost,127.0.0.1,::1";

/** Input before file before environment, for each setting separately. Fails with PROXY_URL_MALFORMED. */
export function readSettings(sources: SettingsSources): ReadSettings {
  const httpProxy = findSetting("http-proxy", sources);
  const httpsProxy = findSetting("https-proxy", sources);
  const noProxy = findSetting("no-proxy", sources);
  const cgi = (sources.environment.REQUEST_METHOD ?? "") !== "";

  const entries = entriesOf(noProxy, sources.noProxyExtra ?? []);
  const unprintable = entries.filter(({ entry }) => !isPrintable(entry));
  const effective: ProxySettings = {
    httpProxy: parseProxyUrl(httpProxy.value, httpProxy.from),
    httpsProxy: parseProxyUrl(httpsProxy.value, httpsProxy.from),
    noProxy: canonicalNoProxy(entries.filter((entry) => !unprintable.includes(entry))),
    cgi,
  };
  return {
    effective,
    found: {
      httpProxy: goProxyUrl(httpProxy.value),
      httpsProxy: goProxyUrl(httpsProxy.value),
      noProxy: parseNoProxy(noProxy.value, noProxy.from),
      cgi,
    },
    origins: { httpProxy: httpProxy.from, httpsProxy: httpsProxy.from },
    findings: [
      ...settingsFindings(effective, [httpProxy, httpsProxy, noProxy], sources.environment),
      ...unprintableFindings(unprintable),
    ],
  };
}

function findSetting(name: Name, { inputs, config, environment }: SettingsSources): Setting {
  const key = name === "no-proxy" ? "noProxy" : name === "http-proxy" ? "httpProxy" : "httpsProxy";
  const upper = name.toUpperCase().replace("-", "_");
  const lower = upper.toLowerCase();
  const isProxy = name !== "no-proxy";
  const given: Setting[] = [
    { value: inputs?.[key] ?? "", from: `input ${name}` },
    { value: (isProxy ? inputs?.proxy : undefined) ?? "", from: "input proxy" },
  ];
  const candidates: Setting[] = [
    ...given,
    { value: config?.[key] ?? "", from: config?.origins?.[key] ?? config?.from ?? "" },
    // Go up to 1.27 reads the upper-case spelling first, and an empty one counts as unset.
    { value: environment[upper] ?? "", from: `environment ${upper}` },
    { value: environment[lower] ?? "", from: `environment ${lower}` },
  ];
  const setting = candidates.find(({ value }) => value !== "") ?? UNSET;
  const isDirect = isProxy && given.includes(setting) && setting.value.trim().toLowerCase() === "direct";
  return isDirect ? { value: "", from: setting.from } : setting;
}

/** Clients disagree on separators and on loopback: only commas, loopback always written out. */
function entriesOf(setting: Setting, extra: readonly string[]): readonly NoProxyEntry[] {
  return [
    ...parseNoProxy(withCommas(setting.value), setting.from),
    ...parseNoProxy(withCommas(extra.join(",")), "input no-proxy-registries"),
    ...parseNoProxy(LOOPBACK, "always"),
  ];
}

/** Clients disagree on `*` inside a list: only `*` alone. */
function canonicalNoProxy(entries: readonly NoProxyEntry[]): readonly NoProxyEntry[] {
  const everything = entries.find(({ entry }) => entry === "*");
  if (everything !== undefined) return [everything];
  const seen = new Set<string>();
  return entries.filter(({ entry }) => {
    const key = entry.toLowerCase();
    return seen.has(key) ? false : seen.add(key);
  });
}
