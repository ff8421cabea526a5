/** A block of a PEM text (RFC 1421, RFC 7468). */
export interface PemBlock {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** The blocks in their order; text between them is a comment. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly type: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trimEnd())) {
    const begin = /^-----BEGIN ([^-]+)-----$/.exec(line)?.[1];
    if (begin !== undefined) {
      open = { type: begin, lines: [] };
    } else if (open !== undefined && line === `-----END ${open.type}-----`) {
      blocks.push(block(open.type, open.lines));
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  return blocks;
}

function block(type: string, lines: readonly string[]): PemBlock {
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
  const content = lines.filter((line) => !line.includes(":")).join("");
  return { type, headers: new Map(headers), bytes: Buffer.from(content, "base64") };
}
