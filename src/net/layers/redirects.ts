import { TransferError } from "../../errors/transfer-error.ts";
import { printable, printableUrl } from "../../text/redact.ts";
import { faultOf } from "../address/address-policy.ts";

export const MAX_REDIRECTS = 10;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** Whether a redirect is for the same method and body. */
export function keepsMethod(status: number): boolean {
  return status === 307 || status === 308;
}

/**
 * The target of a Location: a URL whose host can be named in a rule of a proxy, and never plain HTTP after TLS, which would end the
 * protection of the content. Throws REDIRECT_MALFORMED or REDIRECT_TO_PLAIN_HTTP.
 */
export function redirectTarget(from: URL, location: string | undefined): URL {
  const target = location === undefined ? null : URL.parse(location, from.href);
  const fault = target === null ? "the URL is invalid" : faultOf(target);
  if (target === null || fault !== undefined) {
    const shown = location === undefined ? "nowhere" : printableUrl(location.slice(0, 2000));
    throw new TransferError("REDIRECT_MALFORMED", `${from.host} redirects to ${printable(shown, 120)}: ${fault}`, {
      where: from.host,
      remedy: "Ask the operators of the registry; this is a fault of its configuration.",
    });
  }
  if (from.protocol === "https:" && target.protocol === "http:") {
    throw new TransferError("REDIRECT_TO_PLAIN_HTTP", `${from.host} redirects from https to ${printableUrl(target)}`, {
      where: from.host,
      remedy: "Ask the operators of the registry to serve blobs by https, or to switch the redirect off.",
    });
  }
  return target;
}

/** Headers for one origin alone. */
const CONFIDENTIAL = new Set(["authorization", "cookie", "proxy-authorization"]);

export function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONFIDENTIAL.has(name.toLowerCase())));
}
