import type { AskedRequest } from "./registry-request.ts";

/** A fault that the fake registry has for some of its requests. */
export interface Fault {
  readonly when: (request: AskedRequest) => boolean;
  /** How many matching requests meet it; default all. */
  readonly times?: number;
  readonly act: FaultAction;
}

export type FaultAction =
  | {
      readonly kind: "respond";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The true headers, so many bytes of the body, then the connection is cut. */
  | { readonly kind: "truncate"; readonly after: number }
  /** The same, but the connection stays open. */
  | { readonly kind: "stall"; readonly after: number }
  /** The request is never answered. */
  | { readonly kind: "mute" }
  /** The connection is cut instead of an answer, once so many bytes of the request's body are there (default 0). */
  | { readonly kind: "reset"; readonly after?: number }
  /** The work is done, and the connection cut before the client hears of it. */
  | { readonly kind: "lose-answer" }
  /** Other bytes under the true headers; default the true ones with the last byte changed. */
  | { readonly kind: "lie"; readonly body?: Buffer }
  /** Headers changed, or left out where undefined. */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string | undefined>> }
  /** The work is done, and answered as if it were not. */
  | { readonly kind: "stored"; readonly status: number; readonly body?: string }
  /** The registry stores other bytes than those of the request, and answers with their digest, or with these headers. */
  | {
      readonly kind: "rewrite";
      readonly body: (sent: Buffer) => Buffer;
      readonly headers?: Readonly<Record<string, string | undefined>>;
    }
  /** A manifest is stored though the registry lacks content of it. */
  | { readonly kind: "unchecked" }
  /** A mount is answered as if the blob were unknown: 202 and an upload session. */
  | { readonly kind: "ignore-mount" };

/** Requests that have all of these properties. */
export function asked(
  wanted: Partial<Pick<AskedRequest, "method" | "kind" | "repository" | "reference">>,
): (request: AskedRequest) => boolean {
  const entries = Object.entries(wanted) as [keyof typeof wanted, string][];
  return (request) => entries.every(([key, value]) => request[key] === value);
}

const anything = () => true;

export const faults = {
  tooManyRequests: (retryAfter: string, times = 1, when: Fault["when"] = anything): Fault => ({
    when,
    times,
    act: {
      kind: "respond",
      status: 429,
      headers: { "retry-after": retryAfter },
      body: ociError("TOOMANYREQUESTS", "slow down"),
    },
  }),
  unavailable: (status = 503, times = 1, when: Fault["when"] = anything): Fault => ({
    when,
    times,
    act: { kind: "respond", status, headers: { "content-type": "text/html" }, body: "<h1>not now</h1>" },
  }),
  headRefused: (): Fault => ({ when: asked({ method: "HEAD" }), act: { kind: "respond", status: 405 } }),
  /** Without a status, the mount is answered by an upload session. */
  mountRefused: (status?: number): Fault => ({
    when: ({ kind, query }) => kind === "upload" && query.has("mount"),
    act:
      status === undefined
        ? { kind: "ignore-mount" }
        : { kind: "respond", status, body: ociError("DENIED", "no mounts here") },
  }),
  indexRefused: (message = "an index may not hold this"): Fault => ({
    when: ({ method, kind, headers }) =>
      method === "PUT" && kind === "manifest" && /image\.index|manifest\.list/.test(headers["content-type"] ?? ""),
    act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", message) },
  }),
  tagDeletionRefused: (status = 405): Fault => ({
    when: ({ method, kind, reference }) => method === "DELETE" && kind === "manifest" && !reference.includes(":"),
    act: { kind: "respond", status, body: ociError("UNSUPPORTED", "tags cannot be deleted") },
  }),
  withoutDigestHeader: (): Fault => ({
    when: anything,
    act: { kind: "headers", headers: { "docker-content-digest": undefined } },
  }),
  lyingBlob: (digest: string): Fault => ({
    when: asked({ method: "GET", kind: "blob", reference: digest }),
    act: { kind: "lie" },
  }),
  lyingManifest: (reference: string): Fault => ({
    when: asked({ method: "GET", kind: "manifest", reference }),
    act: { kind: "lie" },
  }),
  truncatedBlob: (digest: string, after: number, times = 1): Fault => ({
    when: asked({ method: "GET", kind: "blob", reference: digest }),
    times,
    act: { kind: "truncate", after },
  }),
} as const;

/** The error body of the distribution specification. */
export function ociError(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
