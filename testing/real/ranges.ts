export interface PartialAnswer {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The whole content or the part of it that a Range header asks for (RFC 9110, 14). */
export function answerRange(content: Buffer, range: string | undefined): PartialAnswer {
  const [, first, last] = range?.match(/^bytes=(\d+)-(\d*)$/) ?? [];
  const accepted = { "accept-ranges": "bytes" };
  if (first === undefined) {
    return { status: 200, headers: { ...accepted, "content-length": String(content.length) }, body: content };
  }
  const start = Number(first);
  const end = Math.min(last === "" ? content.length - 1 : Number(last), content.length - 1);
  if (start > end) {
    const headers = { "content-range": `bytes */${content.length}`, "content-length": "0" };
    return { status: 416, headers, body: Buffer.alloc(0) };
  }
  const headers = {
    "content-range": `bytes ${start}-${end}/${content.length}`,
    "content-length": `${end - start + 1}`,
  };
  return { status: 206, headers: { ...accepted, ...headers }, body: content.subarray(start, end + 1) };
}
