import { createSecureContext, type SecureContext } from "node:tls";
import { Agent, type buildConnector, type Dispatcher, Pool } from "undici";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ProxyUrl } from "../../proxy/proxy-url.ts";
import type { Route } from "../../proxy/route.ts";
import type { AddressPolicy } from "../address/address-policy.ts";
import { lookupWithin } from "../address/judged-lookup.ts";
import type { PhaseError } from "../hop.ts";
import { directConnector, proxyConnector, tunnelConnector, withProbe } from "./connect.ts";
import { leniently, withLeniency } from "./leniency.ts";
import { MAX_HEAD_BYTES } from "./response-head.ts";
import type { TlsSettings } from "./tls.ts";
import { proxyAuthorization } from "./tunnel.ts";

export interface Dispatchers {
  /**
   * Requests on the connections of a route, with the path and the additional headers of the request: for a proxy that forwards plain HTTP, the
   * absolute URL and the proxy's credentials.
   */
  pick(route: Route, url: URL, addressPolicy: AddressPolicy): Picked;
  /** Adds to the failure of a proxy in plain HTTP what a further request shows: that it speaks TLS, or that it reacts at all. */
  explain(failure: PhaseError, proxy: ProxyUrl): Promise<PhaseError>;
  close(): Promise<void>;
}

type Request = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;
type Connector = buildConnector.connector;
type Open = (connector: Connector) => Agent | Pool;

interface Picked {
  readonly request: Request;
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
  const pool = (key: string, open: () => Agent | Pool): Agent | Pool => {
    const known = pools.get(key) ?? open();
    pools.set(key, known);
    return known;
  };
  const refusals = new Map<string, number>();
  /** Requests to an origin on the connections of a route, of a pool that `open` makes. */
  const requests = (key: string, origin: string, connector: Connector, open: Open) => {
    const strict: Request = (options) => pool(key, () => open(connector)).request(options);
    const lenient: Request = (options) => pool(`lenient ${key}`, () => open(leniently(connector))).request(options);
    return withLeniency(strict, lenient, refusals, `${key} ${origin}`);
  };
  // HTTP/1.1 for blobs: one flow-control window and one TCP stream for all of them would be the bottleneck behind a proxy.
  const shared = { allowH2: false, pipelining: 1, maxHeaderSize: MAX_HEAD_BYTES } as const;
  const openAgent: Open = (connector) => new Agent({ ...shared, connect: connector });

  return {
    pick(route, url, addressPolicy) {
      const path = `${url.pathname}${url.search}`;
      if (route.via === "direct") {
        // A pool of its own: a connection that may lead anywhere must not serve a request that may not.
        const lookup = addressPolicy === "any" ? undefined : lookupWithin(addressPolicy);
        const connector = directConnector(connect, lookup);
        return { request: requests(`direct ${addressPolicy}`, url.origin, connector, openAgent), path, headers: {} };
      }
      const { proxy } = route;
      refuseSocks(proxy, url);
      if (url.protocol === "https:") {
        const connector = tunnelConnector(proxy, connect);
        return { request: requests(`tunnel ${proxy.href}`, url.origin, connector, openAgent), path, headers: {} };
      }
      const openPool: Open = (connector) => new Pool(proxyOrigin(proxy), { ...shared, connect: connector });
      return {
        request: requests(`forward ${proxy.href}`, url.origin, proxyConnector(proxy, connect), openPool),
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
