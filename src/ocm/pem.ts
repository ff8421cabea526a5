/** A block of a PEM text (RFC 1421, RFC 7468). */
export interface PemBlock {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

const BLOCK = /^-----BEGIN ([^\r\n-]+)-----[ \t]*\r?\n([\s\S]*?)^-----END \1-----/gm;

/** The blocks in their order; what stands between them is a comment. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([, type = "", content = ""]) => {
    const lines = content.split(/\r?\n/);
    const headers = lines.filter((line) => line.includes(":"));
    return {
      type,
      headers: new Map(
        headers.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
      ),
      bytes: Buffer.from(lines.filter((line) => !line.includes(":")).join(""), "base64"),
    };
  });
}
