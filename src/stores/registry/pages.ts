import { TransferError } from "../../errors/transfer-error.ts";
import { faultOf } from "../../net/address/address-policy.ts";
import { drain, readAll } from "../../net/body.ts";
import type { HttpResponse } from "../../net/http.ts";
import { parseLinks } from "../../text/link-header.ts";
import { printable, printableUrl } from "../../text/redact.ts";
import type { AuthorizedClient } from "./auth/authorized-client.ts";
import { registryError } from "./error.ts";

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

/** Answers that say of a first page that there is no such list. */
const ABSENT = new Set([400, 404, 405, 501]);

/**
 * Requests a list page by page (RFC 8288). `list` is a phrase such as `the tags of registry.test/acme/shop`. Fails with LIST_INCOMPLETE where
 * a further page is missing, or cannot be found.
 */
export async function* pagesOf(
  path: string,
  { base, client, scopes }: ListContext,
  list: string,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  const ask = ({ href }: URL) => client.request({ method: "GET", url: href, bufferUpTo: MAX_PAGE }, scopes, signal);
  const first = new URL(path, base);
  const seen = new Set<string>();
  let size = 0;
  for (let url: URL | undefined = first; url !== undefined; ) {
    if (seen.size >= MAX_PAGES) throw tooLong(list, first.host, `have more than ${MAX_PAGES} pages`);
    seen.add(url.href);
    let response = await ask(url);
    if (response.status === 404 && url.pathname !== first.pathname) {
      await drain(response);
      response = await ask(withPathOf(first, url));
    }
    if (seen.size > 1 && ABSENT.has(response.status)) throw await incomplete(response, list);
    if (response.status !== 200) {
      yield { response, content: Buffer.alloc(0) };
      return;
    }
    const content = await readAll(response, MAX_PAGE);
    size += content.length;
    if (size > MAX_LIST) throw tooLong(list, first.host, `have more than ${MAX_LIST} bytes`);
    yield { response, content };
    url = nextPage(response.headers.link ?? "", first, list);
    if (url !== undefined && seen.has(url.href)) throw misplaced(list, url.host, url, "which was read before");
  }
}

/** A reverse proxy may add a prefix to paths that it does not serve under that prefix itself. */
function withPathOf({ pathname }: URL, { href }: URL): URL {
  const url = new URL(href);
  url.pathname = pathname;
  return url;
}

/**
 * The page that a link of relation `next` leads to: the same list, on the same host, since the token is for this host alone. Its query is
 * followed as it is, since cursors are opaque (distribution-spec, "Listing Tags").
 */
function nextPage(field: string, first: URL, list: string): URL | undefined {
  const links = parseLinks(field);
  if (links === undefined) throw unreadable(list, first.host, field);
  const target = links.find(({ relations }) => relations.includes("next"))?.target;
  if (target === undefined) return undefined;
  const next = URL.parse(target, first.href);
  // Behind a reverse proxy, a registry may send its own scheme, no port, or a path with a prefix.
  if (next !== null) next.protocol = first.protocol;
  const isSameHost = next?.host === first.host || (next?.hostname === first.hostname && next.port === "");
  if (next === null || !isSameHost || !next.pathname.endsWith(first.pathname) || faultOf(next) !== undefined) {
    throw misplaced(list, first.host, target);
  }
  next.host = first.host;
  next.hash = "";
  return next;
}

/** To read on is impossible, and to stop here would lose the rest of the list silently. */
function unreadable(list: string, host: string, field: string): TransferError {
  const header = printable(JSON.stringify(field), 200);
  return new TransferError(
    "LIST_INCOMPLETE",
    `a page of ${list} has the header Link: ${header}, which cannot be parsed`,
    {
      where: host,
      remedy: REMEDY,
    },
  );
}

const REMEDY =
  "Name the versions, so that no list is needed; and report it to the operators of the registry, or of a gateway in front of it.";

function incomplete(response: HttpResponse, list: string): Promise<TransferError> {
  return registryError(response, `reading a further page of ${list}`, { as: "LIST_INCOMPLETE", remedy: REMEDY });
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
