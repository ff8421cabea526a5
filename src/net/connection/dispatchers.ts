import { createSecureContext, type SecureContext } from "node:tls";
import { Agent, type Dispatcher, Pool } from "undici";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ProxyUrl } from "../../proxy/proxy-url.ts";
import type { Route } from "../../proxy/route.ts";
import type { AddressPolicy } from "../address/address-policy.ts";
import { lookupWithin } from "../address/judged-lookup.ts";
import type { PhaseError } from "../hop.ts";
import { directConnector, proxyConnector, tunnelConnector, withProbe } from "./connect.ts";
import type { TlsSettings } from "./tls.ts";
import { proxyAuthorization } from "./tunnel.ts";

export interface Dispatchers {
  /**
   * The connection pool of a route, with the path and the additional headers of the request: for a proxy that forwards plain HTTP, the
   * absolute URL and the proxy's credentials.
   */
  pick(route: Route, url: URL, addressPolicy: AddressPolicy): Picked;
  /** Adds to the failure of a proxy in plain HTTP what a further request shows: that it speaks TLS, or that it reacts at all. */
  explain(failure: PhaseError, proxy: ProxyUrl): Promise<PhaseError>;
  close(): Promise<void>;
}

interface Picked {
  readonly dispatcher: Dispatcher;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DispatcherOptions {
  readonly tls: TlsSettings;
  /** Milliseconds that each phase of a connection may take. */
  readonly connectTimeout: number;
  /** Sent in CONNECT too: some proxies refuse requests without it. */
  readonly userAgent: string;
}

/** One pool per route, made when it is first needed. No request is sent without one: undici's own would follow the environment. */
export function createDispatchers({ tls, connectTimeout, userAgent }: DispatcherOptions): Dispatchers {
  let secureContext: SecureContext | undefined;
  const connect = {
    // Made at the first handshake: parsing all roots takes longer than many a transfer over plain HTTP.
    get secureContext() {
      secureContext ??= createSecureContext({ ca: [...tls.ca] });
      return secureContext;
    },
    isUnverified: tls.isUnverified ?? (() => false),
    timeout: connectTimeout,
    userAgent,
  };
  const pools = new Map<string, Agent | Pool>();
  const pool = <P extends Agent | Pool>(key: string, open: () => P): P => {
    const known = pools.get(key) as P | undefined;
    if (known !== undefined) return known;
    const opened = open();
    pools.set(key, opened);
    return opened;
  };
  // HTTP/1.1 for blobs: one flow-control window and one TCP stream for all of them would be the bottleneck behind a proxy.
  const shared = { allowH2: false, pipelining: 1 } as const;

  return {
    pick(route, url, addressPolicy) {
      const path = `${url.pathname}${url.search}`;
      if (route.via === "direct") {
        // A pool of its own: a connection that may lead anywhere must not serve a request that may not.
        const lookup = addressPolicy === "any" ? undefined : lookupWithin(addressPolicy);
        const open = () => new Agent({ ...shared, connect: directConnector(connect, lookup) });
        const dispatcher = pool(`direct ${addressPolicy}`, open);
        return { dispatcher, path, headers: {} };
      }
      const { proxy } = route;
      refuseSocks(proxy, url);
      if (url.protocol === "https:") {
        const open = () => new Agent({ ...shared, connect: tunnelConnector(proxy, connect) });
        return { dispatcher: pool(`tunnel ${proxy.href}`, open), path, headers: {} };
      }
      const open = () => new Pool(proxyOrigin(proxy), { ...shared, connect: proxyConnector(proxy, connect) });
      return {
        dispatcher: pool(`forward ${proxy.href}`, open),
        path: `${url.origin}${path}`,
        headers: { host: url.host, ...proxyAuthorization(proxy) },
      };
    },

    explain: (failure, proxy) => withProbe(failure, proxy, connect),

    async close() {
      await Promise.all([...pools.values()].map((open) => open.destroy()));
    },
  };
}

function proxyOrigin(proxy: ProxyUrl): string {
  const host = proxy.hostname.includes(":") ? `[${proxy.hostname}]` : proxy.hostname;
  return `${proxy.scheme}://${host}:${proxy.port}`;
}

function refuseSocks(proxy: ProxyUrl, url: URL): void {
  if (proxy.scheme === "http" || proxy.scheme === "https") return;
  throw new TransferError(
    "PROXY_SCHEME_UNSUPPORTED",
    `${url.host} would have to be reached through the ${proxy.scheme} proxy ${proxy.display}`,
    {
      where: proxy.from,
      remedy: "Give an http:// or https:// proxy in https-proxy and http-proxy, or list the host in no-proxy.",
    },
  );
}
