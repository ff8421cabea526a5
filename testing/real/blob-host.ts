import { existsSync, readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join, normalize } from "node:path";
import type { KeyPair } from "./certificates.ts";
import { httpServer, listen, schemeOf } from "./listening.ts";
import { answerRange } from "./ranges.ts";

export interface BlobHostOptions {
  /** Storage folder of a registry with `redirect`. */
  readonly storage?: string;
  /** Or: bytes of a path (`/docker/registry/v2/blobs/…`), as `FakeRegistry.blobAt` gives them. */
  readonly content?: (path: string) => Buffer | undefined;
  readonly address?: string;
  readonly port?: number;
  readonly tls?: KeyPair;
}

/** What the host does instead of answering well, for the next `times` requests (default: all). */
export type BlobHostFault =
  | { readonly kind: "status"; readonly status: number; readonly body?: string; readonly times?: number }
  /** Full Content-Length, so many bytes, then the connection is cut. */
  | { readonly kind: "truncate"; readonly after: number; readonly times?: number }
  /** So many bytes, then nothing; without `after` not even headers. */
  | { readonly kind: "hang"; readonly after?: number; readonly times?: number }
  | { readonly kind: "ignore-range"; readonly times?: number };

export interface BlobRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface BlobHost {
  /** `http://ADDRESS:PORT/`: what a registry takes as `redirect`. */
  readonly base: string;
  readonly host: string;
  readonly port: number;
  readonly requests: readonly BlobRequest[];
  /** undefined: well again. */
  misbehave(fault: BlobHostFault | undefined): void;
  stop(): Promise<void>;
}

/** The host that a registry redirects its clients to for blobs: another name, another port, no credentials wanted. */
export async function startBlobHost(options: BlobHostOptions): Promise<BlobHost> {
  const content = options.content ?? ((path) => readStorage(options.storage, path));
  const requests: BlobRequest[] = [];
  let fault: BlobHostFault | undefined;
  let left = 0;

  const server = httpServer((request, response) => {
    const { method = "", url = "/", headers } = request;
    const path = decodeURIComponent(new URL(url, "http://host").pathname);
    requests.push({ method, path, headers });
    const present = left > 0 ? fault : undefined;
    left -= 1;
    if (present?.kind === "status") {
      response.writeHead(present.status, { "content-type": "text/html" }).end(present.body ?? "<h1>no</h1>");
      return;
    }
    if (present?.kind === "hang" && present.after === undefined) return;
    const bytes = content(path);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const range = present?.kind === "ignore-range" ? undefined : headers.range;
    const { status, headers: answered, body } = answerRange(bytes, range);
    response.writeHead(status, { "content-type": "application/octet-stream", ...answered });
    if (method === "HEAD") response.end();
    else if (present?.kind === "truncate") {
      response.write(body.subarray(0, present.after), () => response.destroy());
    } else if (present?.kind === "hang") response.write(body.subarray(0, present.after));
    else response.end(body);
  }, options.tls);

  const { address, port, stop } = await listen(server, options);
  return {
    base: `${schemeOf(options.tls)}://${address}:${port}/`,
    host: `${address}:${port}`,
    port,
    requests,
    misbehave: (wanted) => {
      fault = wanted;
      left = wanted?.times ?? Number.POSITIVE_INFINITY;
    },
    stop,
  };
}

function readStorage(storage: string | undefined, path: string): Buffer | undefined {
  if (storage === undefined) throw new Error("a blob host needs `storage` or `content`");
  const file = join(storage, normalize(path));
  return existsSync(file) ? readFileSync(file) : undefined;
}
