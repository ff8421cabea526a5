import type { Finding } from "../../errors/finding.ts";
import { parseProxyUrl } from "../proxy-url.ts";
import type { ProxySettings, Setting } from "../settings.ts";
import { type ConfigText, malformed, type ProxyConfig, proxyConfig, refuseEmpty } from "./config.ts";
import { readEnv, writeEnv } from "./env-file.ts";
import { readInsecureRegistries } from "./registries-conf.ts";

/** The files of a forward proxy, as mounted by the OCI Connector. */
export const FOLDER_FILES = [".env", "http.proxy", "https.proxy", "registries.conf"] as const;
export type FolderFile = (typeof FOLDER_FILES)[number];
export type FolderTexts = { readonly [Name in FolderFile]?: ConfigText | undefined };

/** Undefined is a file to remove, since it names a proxy that is no longer set. */
export type WrittenFolder = { readonly [Name in Exclude<FolderFile, "registries.conf">]: string | undefined };

/** `http.proxy` and `https.proxy` always have the credentials, so they take precedence over the variables of `.env`. */
export function readFolder(from: string, files: FolderTexts): ProxyConfig {
  for (const file of Object.values(files)) if (file !== undefined) refuseEmpty(file);
  const env = files[".env"] === undefined ? {} : readEnv(files[".env"]);
  const httpProxy = readProxyFile(files["http.proxy"]);
  const httpsProxy = readProxyFile(files["https.proxy"]);
  return proxyConfig(from, {
    httpProxy: httpProxy ?? env.httpProxy,
    httpsProxy: httpsProxy ?? env.httpsProxy,
    noProxy: env.noProxy,
    insecureRegistries: files["registries.conf"] === undefined ? [] : readInsecureRegistries(files["registries.conf"]),
    findings: [
      ...(env.findings ?? []),
      ...differences(httpProxy, env.httpProxy),
      ...differences(httpsProxy, env.httpsProxy),
    ],
  });
}

export function writeFolder(env: ConfigText, settings: ProxySettings): WrittenFolder {
  const line = (proxy: { readonly href: string } | undefined) => (proxy === undefined ? undefined : `${proxy.href}\n`);
  return {
    ".env": writeEnv(env, settings),
    "http.proxy": line(settings.httpProxy),
    "https.proxy": line(settings.httpsProxy),
  };
}

function readProxyFile(file: ConfigText | undefined): Setting | undefined {
  if (file === undefined) return undefined;
  const value = file.text.trim();
  if (!/[\r\n]/.test(value)) return { value, from: `${file.origin}, line 1` };
  throw malformed(file.origin, "The file has more than one line.", "Write only the URL of the proxy into it.");
}

function differences(followed: Setting | undefined, other: Setting | undefined): readonly Finding[] {
  if (followed === undefined || other === undefined || hrefOf(followed) === hrefOf(other)) return [];
  return [
    {
      code: "PROXY_CONFIG_DIFFERS",
      message: `${followed.from} and ${other.from} differ. This run uses ${followed.from}.`,
      remedy: "Write the same URL into both, or remove one of them.",
    },
  ];
}

function hrefOf({ value, from }: Setting): string | undefined {
  try {
    return parseProxyUrl(value, from)?.href;
  } catch {
    return value;
  }
}
