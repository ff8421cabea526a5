import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ConfigTexts, Setting } from "../settings.ts";

/** A file as text, and its name in messages: `proxy-config proxy/.env`. */
export interface ConfigText {
  readonly origin: string;
  readonly text: string;
}

/** The settings of a file or folder for clients behind a proxy, for `readSettings({ config })`. */
export interface ProxyConfig extends ConfigTexts {
  /** `host`, `host:port` or `.suffix`. */
  readonly insecureRegistries: readonly Setting[];
  /** PEM, each. */
  readonly extraRootCertificates: readonly Setting[];
  readonly findings: readonly Finding[];
}

export interface ProxyConfigParts {
  readonly httpProxy?: Setting | undefined;
  readonly httpsProxy?: Setting | undefined;
  readonly noProxy?: Setting | undefined;
  readonly insecureRegistries?: readonly Setting[];
  readonly extraRootCertificates?: readonly Setting[];
  readonly findings?: readonly Finding[];
}

export function proxyConfig(from: string, parts: ProxyConfigParts): ProxyConfig {
  const { httpProxy, httpsProxy, noProxy, insecureRegistries = [], extraRootCertificates = [], findings = [] } = parts;
  const isSilent = [httpProxy, httpsProxy, noProxy].every((setting) => (setting?.value ?? "") === "");
  return {
    from,
    httpProxy: httpProxy?.value,
    httpsProxy: httpsProxy?.value,
    noProxy: noProxy?.value,
    origins: { httpProxy: httpProxy?.from, httpsProxy: httpsProxy?.from, noProxy: noProxy?.from },
    insecureRegistries,
    extraRootCertificates,
    findings: isSilent ? [...findings, silent(from)] : findings,
  };
}

export function silent(from: string): Finding {
  return {
    code: "PROXY_CONFIG_SILENT",
    message: `No proxy is set in ${from}.`,
    remedy: "Name another file or folder, or remove the input.",
  };
}

/** `problem` is a sentence without values of the file, any of which may contain a password. */
export function malformed(where: string, problem: string, remedy: string): TransferError {
  return new TransferError("PROXY_CONFIG_MALFORMED", problem, { where, remedy });
}

/** For a file into which the settings cannot be written. */
export function uneditable(where: string, problem: string, remedy: string): TransferError {
  return new TransferError("PROXY_CONFIG_UNEDITABLE", problem, { where, remedy });
}

/** Fails with PROXY_CONFIG_EMPTY: an empty file is most likely a mistake. */
export function refuseEmpty({ origin, text }: ConfigText): void {
  if (text.trim() !== "") return;
  throw new TransferError("PROXY_CONFIG_EMPTY", "The file is empty.", {
    where: origin,
    remedy: "Write settings into it, or remove it from the input.",
  });
}

/** Counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
