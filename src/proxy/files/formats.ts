import { TransferError } from "../../errors/transfer-error.ts";
import { readCdh } from "./cdh.ts";
import { type ConfigText, isRecord, type ProxyConfig, proxyConfig, refuseEmpty } from "./config.ts";
import { looksLikeDockerConfig, readDockerConfig } from "./docker-config.ts";
import { looksLikeEnv, readEnv } from "./env-file.ts";
import { looksEncoded, readInitdata } from "./initdata.ts";
import { parseToml } from "./toml/strings.ts";

type FileFormat = "env" | "docker" | "cdh" | "initdata";

export interface ReadOptions {
  /** The name of the file, without folders. */
  readonly name: string;
  /** The Docker daemon in use, from DOCKER_HOST. */
  readonly daemon?: string | undefined;
}

/** The settings of one file in any supported format. Fails with PROXY_CONFIG_*. */
export function readConfigFile(file: ConfigText, { name, daemon }: ReadOptions): ProxyConfig {
  refuseEmpty(file);
  const readers = {
    env: () => readEnv(file),
    docker: () => readDockerConfig(file, daemon),
    cdh: () => readCdh(file),
    initdata: () => readInitdata(file),
  };
  return proxyConfig(file.origin, readers[formatOf(file, name)]());
}

function formatOf(file: ConfigText, name: string): FileFormat {
  const { origin, text } = file;
  if (looksEncoded(text)) return "initdata";
  if (name === "config.json") return "docker";
  const format = /^\s*\{/.test(text) ? (looksLikeDockerConfig(text) ? "docker" : undefined) : tomlFormat(file, name);
  if (format !== undefined) return format;
  if (name.endsWith(".env") || (!/^\s*\{/.test(text) && looksLikeEnv(text))) return "env";
  throw new TransferError("PROXY_CONFIG_UNKNOWN", "The file has an unknown format.", {
    where: origin,
    remedy:
      "Name a .env, a folder with http.proxy or https.proxy, a cdh.toml, an initdata document or a docker config.json.",
  });
}

/** An invalid document counts too, if its name or a section identifies it: its error is then about TOML. */
function tomlFormat(file: ConfigText, name: string): "cdh" | "initdata" | undefined {
  const { text } = file;
  const [, section] = /^[ \t]*\[+[ \t]*["']?(image|kbc|data)\b/m.exec(text) ?? [];
  const isNamed = name.endsWith(".toml");
  let parsed: Readonly<Record<string, unknown>> = {};
  try {
    parsed = parseToml(file);
  } catch {
    if (section === undefined && !isNamed) return undefined;
    return section === "data" ? "initdata" : "cdh";
  }
  if (isRecord(parsed.data) && (Object.hasOwn(parsed.data, "cdh.toml") || Object.hasOwn(parsed, "algorithm")))
    return "initdata";
  return isRecord(parsed.image) || isRecord(parsed.kbc) || name === "cdh.toml" ? "cdh" : undefined;
}
