import { TransferError } from "../../errors/transfer-error.ts";
import { hostOf } from "../address/host.ts";
import { drain } from "../body.ts";
import type { HttpRequest, HttpResponse, PlannedRequest, Send } from "../http.ts";
import type { Purpose } from "../purpose.ts";
import { isRedirect, keepsMethod, MAX_REDIRECTS, redirectTarget, withoutCredentials } from "./redirects.ts";

/**
 * Follows redirects; each goes through the layers below as a request of its own. Of requests that write, only those that keep method and
 * body (RFC 9110, 15.4.8 and 15.4.9), and not those with a stream, which cannot be sent again.
 */
export function withRedirects(next: Send<PlannedRequest>): Send<PlannedRequest> {
  return async (request, signal) => {
    let current = request;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await next(current, signal);
      if (!isFollowed(request, response)) return response;
      await drain(response);
      current = redirected(request, current, response);
    }
    throw redirectLoop(request, current);
  };
}

function isFollowed({ method, redirects, body, purpose }: HttpRequest, { status }: HttpResponse): boolean {
  if (redirects === false || !isRedirect(status)) return false;
  if (method === "GET" || method === "HEAD") return true;
  // The body of a request for a token may be an identity token, which is for one host.
  if (method === "DELETE" || purpose.kind === "token") return false;
  return keepsMethod(status) && (body === undefined || Buffer.isBuffer(body));
}

/** Credentials stay with the origin that they were given to. */
function redirected(first: PlannedRequest, current: PlannedRequest, { hop, headers }: HttpResponse): PlannedRequest {
  const from = new URL(current.url);
  const target = redirectTarget(from, headers.location);
  const kept = current.headers ?? {};
  return {
    ...current,
    url: target.href,
    headers: target.origin === from.origin ? kept : withoutCredentials(kept),
    purpose: purposeAt(target, first),
    redirectedFrom: { host: hop.host, route: hop.route },
  };
}

/** Registries redirect to the hosts of their blobs, for downloads and for uploads. */
function purposeAt(target: URL, { url, purpose, method }: PlannedRequest): Purpose {
  const registry = hostOf(new URL(url));
  if (hostOf(target) === registry || purpose.kind === "token") return purpose;
  const role = purpose.kind === "content" || purpose.kind === "chart-repository" ? "artifacts" : purpose.role;
  return { kind: method === "GET" || method === "HEAD" ? "blobs" : "uploads", registry, role };
}

function redirectLoop(first: HttpRequest, last: HttpRequest): TransferError {
  const host = hostOf(new URL(first.url));
  return new TransferError("REDIRECT_LOOP", `${host} redirects more than ${MAX_REDIRECTS} times`, {
    where: hostOf(new URL(last.url)),
    remedy: "Ask the operators of the registry; this is a fault of its configuration.",
  });
}
