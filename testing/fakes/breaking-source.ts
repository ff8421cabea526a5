import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { httpServer, listen } from "../real/listening.ts";

export interface BreakingSourceOptions {
  readonly content: Buffer;
  /** Bytes after which the connection is cut; default never. */
  readonly breakEvery?: number;
  /** How many connections break so; default all. */
  readonly breaks?: number;
  /** What it makes of a Range; default what it asks for. A string is sent as Content-Range. */
  readonly range?: "ignore" | number | { readonly contentRange: string | undefined };
  /** Headers of the content. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a connection that breaks is not cut but left without further bytes. */
  readonly stalls?: boolean;
  /** Milliseconds before the answer to GET. */
  readonly holdBack?: number;
  /** Of the first requests for content: bytes that are sent instead, or a page. */
  readonly lies?: readonly (Buffer | "page")[];
}

export interface BreakingSource {
  /** `HOST:PORT` of the registry, for plain HTTP. */
  readonly host: string;
  /** Range headers of the requests for content, in their order. */
  readonly ranges: readonly (string | undefined)[];
  /** Bytes of content that were sent. */
  sent(): number;
}

/**
 * A registry that redirects every blob to a signed URL of another host, which can be used once, and whose connections break. Stopped when
 * the test is over.
 */
export async function startBreakingSource(options: BreakingSourceOptions): Promise<BreakingSource> {
  const { content, breakEvery = Number.POSITIVE_INFINITY, range, headers = {}, stalls = false, holdBack = 0 } = options;
  const lies = [...(options.lies ?? [])];
  let breaks = options.breaks ?? Number.POSITIVE_INFINITY;
  const ranges: (string | undefined)[] = [];
  const valid = new Set<string>();
  let sent = 0;
  let signatures = 0;

  async function serve({ method, url = "", headers: asked }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method === "HEAD") return void response.end();
    if (!valid.delete(url))
      return void response.writeHead(403, { "content-type": "application/xml" }).end("<Expired/>");
    ranges.push(asked.range);
    await sleep(holdBack);
    const lie = lies.shift();
    if (lie === "page") return void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Log in</h1>");
    const offset = Number(/^bytes=(\d+)-/.exec(asked.range ?? "")?.[1] ?? 0);
    const isPart = offset > 0 && range !== "ignore";
    if (asked.range !== undefined && typeof range === "number")
      return void response.writeHead(range).end("no ranges here");
    const body = lie ?? (isPart ? content.subarray(offset) : content);
    const contentRange =
      typeof range === "object" ? range.contentRange : `bytes ${offset}-${content.length - 1}/${content.length}`;
    response.writeHead(isPart ? 206 : 200, {
      "content-type": "application/octet-stream",
      "content-length": String(body.length),
      ...(isPart && contentRange !== undefined ? { "content-range": contentRange } : {}),
      ...headers,
    });
    const part = breaks > 0 ? body.subarray(0, breakEvery) : body;
    sent += part.length;
    if (part.length < body.length) breaks -= 1;
    if (part.length === body.length) response.end(part);
    else response.write(part, () => stalls || response.destroy());
  }

  const blobs = await listen(
    httpServer((request, response) => void serve(request, response)),
    { address: "127.0.0.2" },
  );
  const registry = await listen(
    httpServer((request, response) => {
      if (request.url === "/v2/") return void response.end("{}");
      const signed = `/signed/${signatures++}`;
      valid.add(signed);
      response.writeHead(307, { location: `http://${blobs.address}:${blobs.port}${signed}` }).end();
    }),
  );
  return { host: `${registry.address}:${registry.port}`, ranges, sent: () => sent };
}
