import { TransferError } from "../../errors/transfer-error.ts";
import { faultOf } from "../../net/address/address-policy.ts";
import { readAll } from "../../net/body.ts";
import type { HttpResponse } from "../../net/http.ts";
import { printableUrl } from "../../text/redact.ts";
import type { AuthorizedClient } from "./auth/authorized-client.ts";

/** A repository, and the client for it. */
export interface ListContext {
  /** URL of the repository, with a slash at its end. */
  readonly base: string;
  readonly client: AuthorizedClient;
  readonly scopes: readonly string[];
  /** `registry.test/acme/shop`, for messages. */
  readonly where: string;
}

/** Bytes of one page and of all pages, and number of pages: a list is held in memory. */
const MAX_PAGE = 16 * 1024 * 1024;
const MAX_LIST = 32 * 1024 * 1024;
const MAX_PAGES = 1000;

export interface Page {
  /** An answer that is not 200 is the last page, with its body still to be read. */
  readonly response: HttpResponse;
  readonly content: Buffer;
}

/** Requests a list page by page (RFC 8288). `list` is a phrase such as `the tags of registry.test/acme/shop`. */
export async function* pagesOf(
  path: string,
  { base, client, scopes }: ListContext,
  list: string,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let size = 0;
  for (let url: URL | undefined = new URL(path, base); url !== undefined; ) {
    const asked: URL = url;
    if (seen.size >= MAX_PAGES) throw tooLong(list, asked.host, `have more than ${MAX_PAGES} pages`);
    seen.add(asked.href);
    const response = await client.request({ method: "GET", url: asked.href, bufferUpTo: MAX_PAGE }, scopes, signal);
    if (response.status !== 200) {
      yield { response, content: Buffer.alloc(0) };
      return;
    }
    const content = await readAll(response, MAX_PAGE);
    size += content.length;
    if (size > MAX_LIST) throw tooLong(list, asked.host, `have more than ${MAX_LIST} bytes`);
    yield { response, content };
    url = nextPage(response.headers.link, asked, list);
    if (url !== undefined && seen.has(url.href)) throw misplaced(list, url.host, url, "which was read before");
  }
}

/** The token is for this host alone: a next page elsewhere is refused. */
function nextPage(link: string | undefined, asked: URL, list: string): URL | undefined {
  const target = nextTarget(link ?? "");
  if (target === undefined) return undefined;
  const next = URL.parse(target, asked.href);
  const isSamePlace = next?.host === asked.host && next.pathname === asked.pathname;
  if (!isSamePlace || faultOf(next) !== undefined) throw misplaced(list, asked.host, target);
  // Behind a reverse proxy a registry may take its own scheme for http.
  next.protocol = asked.protocol;
  next.hash = "";
  return next;
}

/** The target of the link of relation `next` (RFC 8288, 3). */
export function nextTarget(link: string): string | undefined {
  for (const [, target, parameters = ""] of link.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, quoted, plain = ""] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
    if ((quoted ?? plain).toLowerCase().split(/\s/).includes("next")) return target;
  }
  return undefined;
}

function misplaced(list: string, host: string, target: string | URL, why?: string): TransferError {
  const what = `the next page of ${list} is at ${printableUrl(target)}`;
  return new TransferError("REDIRECT_MALFORMED", why === undefined ? what : `${what}, ${why}`, {
    where: host,
    remedy: "Ask the operators of the registry; this is a fault of its configuration.",
  });
}

export function tooLong(list: string, host: string, why: string): TransferError {
  return new TransferError("RESPONSE_TOO_LARGE", `${list} ${why}`, {
    where: host,
    remedy: "Name the versions, so that they need not be listed, or have old tags deleted in this repository.",
  });
}
