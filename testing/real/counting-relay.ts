import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type Listening, listen } from "./listening.ts";

/** A request that passed the relay. */
export interface Passed {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Bytes of the request's body, and of the response's, that passed so far. */
  readonly sent: number;
  readonly received: number;
  /** Whether the client got the complete response. */
  readonly isComplete: boolean;
}

export interface CountingRelay extends Listening {
  readonly host: string;
  readonly passed: readonly Passed[];
}

/** Passes HTTP on to a registry, and calls `onRequest` before each request, and `onHalf` when half of its longer body has passed. */
export async function startCountingRelay(
  upstream: { readonly port: number },
  { onRequest, onHalf }: { readonly onRequest: () => void; readonly onHalf: () => void },
): Promise<CountingRelay> {
  const passed: { -readonly [K in keyof Passed]: Passed[K] }[] = [];
  const server = createServer((asked: IncomingMessage, answer: ServerResponse) => {
    const entry = { method: asked.method ?? "", path: asked.url ?? "", sent: 0, received: 0, isComplete: false };
    passed.push(entry);
    onRequest();
    const { method, url: path, headers } = asked;
    const forwarded = request({ host: "127.0.0.1", port: upstream.port, method, path, headers });
    const halfOf = (message: IncomingMessage, count: (bytes: number) => number) => {
      const half = Math.ceil(Number(message.headers["content-length"] ?? 0) / 2);
      message.on("data", (chunk: Buffer) => {
        const before = count(0);
        if (half > 1024 && before < half && count(chunk.length) >= half) onHalf();
        else if (before >= half || half <= 1024) count(chunk.length);
      });
    };
    halfOf(asked, (bytes) => {
      entry.sent += bytes;
      return entry.sent;
    });
    asked.pipe(forwarded);
    forwarded.once("response", (response) => {
      halfOf(response, (bytes) => {
        entry.received += bytes;
        return entry.received;
      });
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    answer.once("finish", () => {
      entry.isComplete = true;
    });
    for (const stream of [asked, answer, forwarded]) stream.on("error", () => forwarded.destroy());
    answer.once("close", () => forwarded.destroy());
  });
  const listening = await listen(server);
  return { ...listening, host: `127.0.0.1:${listening.port}`, passed };
}
