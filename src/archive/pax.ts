import { refused } from "./refusal.ts";
import { decoded } from "./tar-header.ts";

/** What a pax extended header may change of the entry behind it. */
export interface PaxRecords {
  readonly path: string | undefined;
  readonly size: number | undefined;
}

/**
 * Reads the records `<length> <key>=<value>\n` (POSIX.1-2017, pax, "pax Extended Header"). Times, owners and comments are passed
 * over; what makes a link or a sparse file is refused, and so is a record that is said twice.
 */
export function parsePax(content: Buffer, where: string): PaxRecords {
  const seen = new Map<string, string>();
  for (let start = 0; start < content.length; ) {
    const blank = content.indexOf(0x20, start);
    const digits = blank === -1 || blank > start + 7 ? "" : content.toString("latin1", start, blank);
    const end = /^[1-9][0-9]*$/.test(digits) ? start + Number(digits) : 0;
    const equals = content.indexOf(0x3d, blank);
    if (end <= blank || end > content.length || content[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      throw refused(where, undefined, "a pax header is malformed");
    }
    const key = decoded(content.subarray(blank + 1, equals), where);
    if (key === "linkpath") throw refused(where, undefined, "a pax header makes a link");
    if (key.startsWith("GNU.sparse.")) throw refused(where, undefined, "a pax header makes a sparse file");
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
