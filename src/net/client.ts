import { createDispatchers, type DispatcherOptions } from "./connection/dispatchers.ts";
import type { HttpClient, RetryPolicy } from "./http.ts";
import { createExchange, type ExchangeOptions } from "./layers/exchange.ts";
import { createFirstContact, withFirstContact } from "./layers/first-contact.ts";
import { createOutages } from "./layers/outages.ts";
import { withRedirects } from "./layers/redirect.ts";
import { withRetries } from "./layers/retry.ts";
import { createRetryAfterGate } from "./layers/retry-after-gate.ts";
import { type RouteOptions, withRoute } from "./layers/route.ts";
import { withSlots } from "./layers/slots.ts";

export interface ClientOptions extends DispatcherOptions, RouteOptions, ExchangeOptions {
  /** Requests in flight per host and lane. */
  readonly concurrency: number;
  /** Of all requests but those within `withRetryPolicy`. */
  readonly retryPolicy: RetryPolicy;
  /** Called with a line for the log when a request waits longer than a user would expect. */
  readonly onWait?: (line: string) => void;
}

/** HTTP as a registry client needs it, in layers: each wraps the next, and the innermost exchanges one request for its response. */
export function createClient(options: ClientOptions): HttpClient {
  const { retryPolicy, concurrency, onWait } = options;
  const dispatchers = createDispatchers(options);
  const [gate, contact] = [createRetryAfterGate(), createFirstContact()];
  const exchange = createExchange(dispatchers, options);
  const limited = withSlots(exchange, { gate, concurrency });
  const routed = withRoute(withFirstContact(limited, contact), options);
  const request = withRetries(withRedirects(routed), {
    gate,
    contact,
    retryPolicy,
    outages: createOutages(),
    ...(onWait === undefined ? {} : { onWait }),
  });
  return { request, attempts: retryPolicy.attempts, close: () => dispatchers.close() };
}
