import { TransferError } from "../errors.ts";
import { faultOf } from "../http/address-policy.ts";
import { printableUrl } from "../redact.ts";

/**
 * The link of relation `next` (RFC 8288) of a list that comes in pages. The token is for the host that was asked: nowhere else does it
 * go. `list` is a phrase such as `the tags of registry.test/acme/shop`.
 */
export function nextPage(link: string | undefined, asked: URL, list: string): URL | undefined {
  const target = /<([^>]*)>[^,]*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined) return undefined;
  const next = URL.parse(target, asked.href);
  const isSamePlace = next?.host === asked.host && next.pathname === asked.pathname;
  if (isSamePlace && faultOf(next) === undefined) {
    // Behind a reverse proxy a registry may think that it is asked in plain HTTP.
    next.protocol = asked.protocol;
    // Whoever does not understand the question answers it again and again.
    if (next.href !== asked.href) return next;
  }
  throw new TransferError("REDIRECT_MALFORMED", `the next page of ${list} is at ${printableUrl(target)}`, {
    where: asked.host,
    remedy: "Ask the operators of the registry; this is a fault of its configuration.",
  });
}
