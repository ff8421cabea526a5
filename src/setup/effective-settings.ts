import type { Inputs } from "../inputs.ts";
import { describePattern, type Login } from "../logins/login.ts";
import type { LoginSource } from "../logins/logins.ts";
import type { ProxyUrl } from "../proxy/proxy-url.ts";
import type { Environment } from "../proxy/settings.ts";
import { withoutUserinfo } from "../proxy/settings-findings.ts";
import type { SettingResult } from "../report/results.ts";
import type { RunSettings } from "./run-settings.ts";

/** The settings of a run with the origin of each, for people; without passwords, and logins by their host only. */
export function effectiveSettings(inputs: Inputs, settings: RunSettings, environment: Environment): SettingResult[] {
  const { plainHttp, insecureSkipTlsVerify } = inputs;
  const named = (setting: string, hosts: readonly string[]) =>
    hosts.map((value): SettingResult => ({ setting, value, from: `input ${setting}` }));
  return [
    ...proxies(settings),
    ...noProxy(settings),
    ...authorities(settings, environment),
    ...named("plain-http", plainHttp),
    ...named("insecure-skip-tls-verify", insecureSkipTlsVerify),
    ...settings.configUnverified.map(({ value, from }) => ({ setting: "insecure-skip-tls-verify", value, from })),
    ...settings.logins.flatMap(loginRows),
  ];
}

function proxies({ proxy: { effective, origins } }: RunSettings): SettingResult[] {
  const row = (setting: string, proxy: ProxyUrl | undefined, origin: string): SettingResult => {
    const isUnset = origin === "unset";
    return {
      setting,
      value: proxy?.display ?? (isUnset ? "none" : "direct"),
      from: isUnset ? "no input, file or variable" : origin,
    };
  };
  return [
    row("http-proxy", effective.httpProxy, origins.httpProxy),
    row("https-proxy", effective.httpsProxy, origins.httpsProxy),
  ];
}

function noProxy({ proxy: { effective } }: RunSettings): SettingResult[] {
  const byOrigin = Map.groupBy(effective.noProxy, ({ from }) => from);
  return [...byOrigin].map(([from, entries]) => ({
    setting: "no-proxy",
    value: withoutUserinfo(entries.map(({ entry }) => entry).join(",")),
    from: from === "always" ? "default of this action" : from,
  }));
}

/** Variables by which Node.js and its OpenSSL find certificates. */
const CERTIFICATE_VARIABLES = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

function authorities({ authorities: added }: RunSettings, environment: Environment): SettingResult[] {
  const setting = "ca-certificates";
  return [
    { setting, value: "CAs of Node.js and of the system", from: "default of this action" },
    ...CERTIFICATE_VARIABLES.flatMap((name) => {
      const value = environment[name] ?? "";
      return value === "" ? [] : [{ setting, value, from: `environment ${name}` }];
    }),
    ...added.map(({ value, from, certificates: { length } }) => ({
      setting,
      value: `${value} (${length === 1 ? "1 certificate" : `${length} certificates`})`,
      from,
    })),
  ];
}

function loginRows({ name, state, logins }: LoginSource): SettingResult[] {
  if (state === "ignored") return [{ setting: "login", value: "none", from: `${name}, in the checkout and not read` }];
  return logins.map((login) => ({
    setting: "login",
    value: describeConsumer(login),
    from: describeOrigin(login, name),
  }));
}

const CONSUMERS = { registry: "", chart: "charts of ", file: "files of " };

function describeConsumer(login: Login): string {
  const place = login.host === "*" ? "every registry" : describePattern(login);
  return `${CONSUMERS[login.consumer]}${place}`;
}

function describeOrigin(login: Login, source: string): string {
  return "credential" in login ? login.credential.from : `docker-credential-${login.helper}, named in ${source}`;
}
