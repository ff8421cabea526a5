import { createLimiter } from "../../bounds/limiter.ts";
import type { HttpRequest, Lane, Send } from "../http.ts";
import type { RetryAfterGate } from "./retry-after-gate.ts";
import type { RoutedRequest } from "./route.ts";

export interface SlotOptions {
  readonly gate: Pick<RetryAfterGate, "until">;
  /** Requests in flight per host and lane. */
  readonly concurrency: number;
}

/**
 * Limits the requests in flight per host; a slot is held until the body of the response is closed. A copy holds a reading slot while it
 * waits for a writing one, and either may wait for a token: a single limit could deadlock where source and target are the same host.
 */
export function withSlots(next: Send<RoutedRequest>, { gate, concurrency }: SlotOptions): Send<RoutedRequest> {
  const limiter = createLimiter(concurrency);
  return async (request, signal) => {
    const { host } = request.hop;
    await gate.until(host, signal);
    const release = await limiter.acquire(`${laneOf(request)} ${host}`, signal);
    try {
      const response = await next(request, signal);
      if (response.body.closed) release();
      else response.body.once("close", release);
      return response;
    } catch (error) {
      release();
      throw error;
    }
  };
}

function laneOf(request: HttpRequest): Lane {
  return request.lane ?? (isWrite(request) ? "write" : "read");
}

/** Whether the request stores something; token requests may be POSTs too. */
export function isWrite({ method, lane }: Pick<HttpRequest, "method" | "lane">): boolean {
  return lane !== "token" && (method === "PUT" || method === "POST" || method === "PATCH");
}
