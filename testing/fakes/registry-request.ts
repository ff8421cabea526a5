import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

export interface AskedRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly kind: "base" | "manifest" | "blob" | "upload" | "tags" | "referrers" | "token" | "other";
  /** Empty where the path names none. */
  readonly repository: string;
  /** Tag or digest of a manifest or blob, id of an upload. */
  readonly reference: string;
}

const ROUTES = [
  { kind: "upload", pattern: /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/ },
  { kind: "manifest", pattern: /^\/v2\/(.+)\/manifests\/([^/]+)$/ },
  { kind: "blob", pattern: /^\/v2\/(.+)\/blobs\/([^/]+)$/ },
  { kind: "tags", pattern: /^\/v2\/(.+)\/tags\/(list)$/ },
  { kind: "referrers", pattern: /^\/v2\/(.+)\/referrers\/([^/]+)$/ },
  { kind: "base", pattern: /^\/v2\/?$/ },
] as const;

/** Which end point of the distribution specification a request is for. */
export function readRequest({ method = "", url = "/", headers }: IncomingMessage, tokenPath: string): AskedRequest {
  const { pathname, searchParams: query } = new URL(url, "http://registry");
  const path = decodeURIComponent(pathname);
  if (path === tokenPath) return { method, path, query, headers, kind: "token", repository: "", reference: "" };
  for (const { kind, pattern } of ROUTES) {
    const match = path.match(pattern);
    if (match === null) continue;
    const reference = kind === "tags" ? "" : (match[2] ?? "");
    return { method, path, query, headers, kind, repository: match[1] ?? "", reference };
  }
  return { method, path, query, headers, kind: "other", repository: "", reference: "" };
}
