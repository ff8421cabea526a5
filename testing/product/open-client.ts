import type { Party } from "../../src/net/address/address-policy.ts";
import { hostOf } from "../../src/net/address/host.ts";
import { namedHosts } from "../../src/net/address/named-hosts.ts";
import { readAll } from "../../src/net/body.ts";
import { type ClientOptions, createClient } from "../../src/net/client.ts";
import type { Hop } from "../../src/net/hop.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../src/net/http.ts";
import { parseProxyUrl } from "../../src/proxy/proxy-url.ts";
import type { Route } from "../../src/proxy/route.ts";
import { remember } from "../real/running.ts";

export interface OpenClient extends HttpClient {
  /** By default made for a registry that the user named. */
  request(request: OpenRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /** Every request that went out. */
  readonly hops: readonly Hop[];
  /** Every URL that a route was asked for. */
  readonly routed: readonly string[];
}

export type OpenRequest = Omit<HttpRequest, "party"> & { readonly party?: Party };

export interface OpenClientOptions extends Partial<Omit<ClientOptions, "retryPolicy">> {
  readonly attempts?: number;
  readonly connections?: number;
  /** Milliseconds for each phase, and for the answer. */
  readonly timeout?: number;
}

export const direct: Route = { via: "direct", rule: "test" };

export function through(proxy: string): Route {
  const parsed = parseProxyUrl(proxy, "input https-proxy");
  if (parsed === undefined) throw new Error("no proxy");
  return { via: "proxy", proxy: parsed, rule: "test" };
}

/** A client that goes directly and tries once, but for what is said; closed when the test is over. */
export function openClient(options: OpenClientOptions = {}): OpenClient {
  const { attempts = 1, connections = attempts, timeout = 5000, routeFor = () => direct, ...others } = options;
  const hops: Hop[] = [];
  const routed: string[] = [];
  const client = createClient({
    named: namedHosts([]),
    tls: { ca: [] },
    userAgent: "test",
    concurrency: 8,
    connectTimeout: timeout,
    retryPolicy: { attempts, connectAttempts: connections, timeout },
    stallTimeout: timeout,
    observe: (hop) => hops.push(hop),
    ...others,
    routeFor: (url) => {
      routed.push(url);
      return routeFor(url);
    },
  });
  remember(() => client.close());
  return {
    ...client,
    request: (request, signal) => client.request({ party: namedRegistry(request.url), ...request }, signal),
    hops,
    routed,
  };
}

function namedRegistry(text: string): Party {
  const url = URL.parse(text);
  return { kind: "named-registry", host: url === null ? "" : hostOf(url) };
}

/** A request that only reads. */
export function get(url: string, headers: Readonly<Record<string, string>> = {}) {
  return { method: "GET", url, headers, purpose: { kind: "registry", role: "source" } } as const;
}

export async function textOf(response: HttpResponse): Promise<string> {
  return (await readAll(response, 1024 * 1024)).toString("utf8");
}
