import type { IncomingHttpHeaders } from "node:http";
import { httpServer, listen } from "../real/listening.ts";

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Cuts the connection after the body, before the length that the headers announce. */
  readonly cut?: boolean;
}

export interface FileServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly origin: string;
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
  }[];
  /** From now on this is the answer to this path; of several, one after the other, the last again and again. */
  put(path: string, ...answers: readonly (Answer | string | Buffer)[]): void;
}

/** A server of files on loopback, until the test is over. */
export async function startFileServer(): Promise<FileServer> {
  const answers = new Map<string, (Answer | string | Buffer)[]>();
  const requests: FileServer["requests"][number][] = [];
  const server = httpServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ method: request.method ?? "", path, headers: request.headers });
    const left = answers.get(path) ?? [{ status: 404, body: "nothing here" }];
    const next = left.length > 1 ? left.shift() : left[0];
    const answer: Answer = typeof next === "string" || Buffer.isBuffer(next) ? { body: next } : (next ?? {});
    const isChunked = answer.headers?.["transfer-encoding"] !== undefined;
    const length = { "content-length": Buffer.byteLength(answer.body ?? "") };
    response.writeHead(answer.status ?? 200, { ...(isChunked ? {} : length), ...answer.headers });
    if (answer.cut === true) response.write(answer.body ?? "", () => response.destroy());
    else response.end(answer.body);
  });
  const { port } = await listen(server);
  const host = `127.0.0.1:${port}`;
  return {
    host,
    origin: `http://${host}`,
    requests,
    put(path, ...given) {
      answers.set(path, [...given]);
    },
  };
}
