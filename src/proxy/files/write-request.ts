import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";

export const WRITE_FORMATS = ["env", "folder", "docker", "cdh", "initdata", "squid"] as const;
export type WriteFormat = (typeof WRITE_FORMATS)[number];

/** One line of `write-proxy-config`. */
export interface WriteRequest {
  readonly format: WriteFormat;
  readonly path: string;
}

export function parseWriteRequest(line: string, where: string): WriteRequest {
  const [, name, rest = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(line) ?? [];
  const path = rest.trim();
  const format = WRITE_FORMATS.find((known) => known === name);
  if (format !== undefined && path !== "") return { format, path };
  throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not of the form format=path`, {
    where,
    remedy: `Write one line per file, with a format of ${WRITE_FORMATS.join(", ")}: env=proxy/.env.`,
  });
}
