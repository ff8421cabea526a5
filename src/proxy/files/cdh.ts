import type { TomlTable } from "smol-toml";
import type { Finding } from "../../errors/finding.ts";
import type { ProxySettings, Setting } from "../settings.ts";
import { type ConfigText, isRecord, malformed, type ProxyConfigParts, silent, uneditable } from "./config.ts";
import { reqwestNoProxy } from "./reqwest-no-proxy.ts";
import { originsIn, type PathOrigin } from "./toml/origins.ts";
import { parseToml, setTomlStrings } from "./toml/strings.ts";
import type { WrittenText } from "./written.ts";

const TABLE = ["image", "image_pull_proxy"] as const;
const NAME = TABLE.join(".");

/**
 * The image pull proxy of the Confidential Data Hub of Confidential Containers, and its additional trusted certificates:
 * https://confidentialcontainers.org/docs/features/image-pull-proxy/
 */
export function readCdh(file: ConfigText, parsed: TomlTable = parseToml(file)): ProxyConfigParts {
  const where = originsIn(file);
  const image = tableIn(parsed, ["image"], where);
  const proxy = tableIn(image, TABLE, where);
  const read = (key: string): Setting | undefined => {
    const value = proxy[key];
    const from = where([...TABLE, key]);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw malformed(from, "The value is not a string.", `Write ${key} = "…".`);
    return { value, from };
  };
  const [httpProxy, httpsProxy, noProxy] = [read("http_proxy"), read("https_proxy"), read("no_proxy")];
  const isAlone =
    [httpProxy, httpsProxy].every((proxy) => (proxy?.value ?? "") === "") && (noProxy?.value ?? "") !== "";
  return {
    httpProxy,
    httpsProxy,
    noProxy,
    extraRootCertificates: readCertificates(image.extra_root_certificates, where),
    findings: isAlone ? [noProxyAlone(where([...TABLE, "no_proxy"]))] : [],
  };
}

/** Writes the settings into an existing `cdh.toml` without other changes, since its digest is measured. */
export function writeCdh(file: ConfigText, settings: ProxySettings): WrittenText {
  const parsed = parseToml(file);
  readCdh(file, parsed);
  const { httpProxy, httpsProxy } = settings;
  const proxies = [httpProxy, httpsProxy].filter((proxy) => proxy !== undefined);
  const socks = proxies.find(({ scheme }) => scheme.startsWith("socks"));
  if (socks !== undefined) {
    throw uneditable(
      `${file.origin}, ${NAME}`,
      `The proxy ${socks.display} (${socks.from}) uses SOCKS, which the image pull of Confidential Containers does not support.`,
      "Set http-proxy and https-proxy to an HTTP proxy.",
    );
  }
  const { list, findings } = reqwestNoProxy(settings.noProxy);
  const text = setTomlStrings(
    file,
    TABLE,
    [
      { key: "https_proxy", value: httpsProxy?.href },
      { key: "http_proxy", value: httpProxy?.href },
      { key: "no_proxy", value: proxies.length === 0 ? undefined : list },
    ],
    parsed,
  );
  return { text, findings: proxies.length === 0 ? [silent(file.origin)] : findings };
}

function tableIn(parent: Readonly<Record<string, unknown>>, path: readonly string[], where: PathOrigin) {
  const table = parent[path.at(-1) ?? ""] ?? {};
  if (isRecord(table) && !(table instanceof Date)) return table;
  throw malformed(where(path), "This is not a table.", `Write it as a section, [${path.join(".")}].`);
}

function readCertificates(list: unknown, where: PathOrigin): readonly Setting[] {
  const path = ["image", "extra_root_certificates"];
  const from = where(path);
  if (list === undefined) return [];
  if (!Array.isArray(list))
    throw malformed(from, "This is not a list.", 'Write it as a list, ["-----BEGIN CERTIFICATE…"].');
  return list.map((value: unknown, index) => {
    if (typeof value === "string" && /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(value)) {
      return { value, from: `${from}[${index}]` };
    }
    throw malformed(
      `${from}[${index}]`,
      "This is not a certificate in PEM.",
      "Write complete certificates, each from BEGIN to END.",
    );
  });
}

function noProxyAlone(from: string): Finding {
  return {
    code: "NO_PROXY_ALONE",
    message: `${from} is set without a proxy. It has no effect on the image pull of Confidential Containers.`,
    remedy: "Set https_proxy or http_proxy too.",
  };
}
