import { refused } from "./refusal.ts";
import { decoded } from "./tar-header.ts";

/** The fields of the next entry that a pax extended header may replace. */
export interface PaxRecords {
  readonly path: string | undefined;
  readonly size: number | undefined;
}

/**
 * Reads the records `<length> <key>=<value>\n` (POSIX.1-2017, pax, "pax Extended Header"). Times, owners and comments are
 * ignored; links, sparse files and duplicate records are refused. Fails with ARCHIVE_REFUSED.
 */
export function parsePax(content: Buffer, where: string): PaxRecords {
  const seen = new Map<string, string>();
  for (let start = 0; start < content.length; ) {
    const space = content.indexOf(0x20, start);
    const digits = space === -1 || space > start + 7 ? "" : content.toString("latin1", start, space);
    const end = /^[1-9][0-9]*$/.test(digits) ? start + Number(digits) : 0;
    const equals = content.indexOf(0x3d, space);
    if (end <= space || end > content.length || content[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      throw refused(where, undefined, "a pax header is malformed");
    }
    const key = decoded(content.subarray(space + 1, equals), where);
    if (key === "linkpath") throw refused(where, undefined, "a pax header declares a link");
    if (key.startsWith("GNU.sparse.")) throw refused(where, undefined, "a pax header declares a sparse file");
    if (key === "path" || key === "size") {
      if (seen.has(key)) throw refused(where, undefined, `a pax header has two records "${key}"`);
      seen.set(key, decoded(content.subarray(equals + 1, end - 1), where));
    }
    start = end;
  }
  const size = seen.get("size");
  if (size !== undefined && (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size)))) {
    throw refused(where, undefined, `a pax header has the size ${JSON.stringify(size)}`);
  }
  return { path: seen.get("path"), size: size === undefined ? undefined : Number(size) };
}
