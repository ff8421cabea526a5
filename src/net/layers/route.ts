import type { Route } from "../../proxy/route.ts";
import { type AddressPolicy, judge } from "../address/address-policy.ts";
import { hostOf } from "../address/host.ts";
import type { NamedHosts } from "../address/named-hosts.ts";
import type { Hop } from "../hop.ts";
import type { PlannedRequest, Send } from "../http.ts";

export interface RouteOptions {
  /** Hosts that the user wrote, which may have any address. */
  readonly named: NamedHosts;
  readonly routeFor: (url: string) => Route;
}

/** A request whose route and address policy are decided. */
export interface RoutedRequest extends PlannedRequest {
  readonly hop: Hop;
  readonly addressPolicy: AddressPolicy;
}

/** Decides the route of a request, and which addresses its host may have. Throws ADDRESS_REFUSED. */
export function withRoute(next: Send<RoutedRequest>, { named, routeFor }: RouteOptions): Send<PlannedRequest> {
  return async (request, signal) => {
    // Decided on the URL as written: Go sends LOCALHOST through the proxy, which the URL class turns into localhost.
    const route = routeFor(request.url);
    const url = new URL(request.url);
    const addressPolicy = judge(url, request.party, named);
    const { method, purpose, redirectedFrom } = request;
    const hop = { method, url: url.href, host: hostOf(url), route, purpose };
    return next(
      { ...request, addressPolicy, hop: redirectedFrom === undefined ? hop : { ...hop, redirectedFrom } },
      signal,
    );
  };
}
