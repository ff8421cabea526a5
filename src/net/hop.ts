import { KnownError } from "../errors/transfer-error.ts";
import type { Route } from "../proxy/route.ts";
import { type Purpose, sideOf } from "./purpose.ts";

/**
 * The phases of a request, in order. `proxy-*` and `tunnel` exist on a proxied route only. The phase that failed shows who has to act:
 * the runner (lookup, dial), the proxy (tunnel), the origin (tls, response, body).
 */
export type ConnectionPhase =
  | "proxy-lookup"
  | "proxy-dial"
  | "proxy-tls"
  | "tunnel"
  | "lookup"
  | "dial"
  | "tls"
  | "response"
  | "body";

/** The refusal of a proxy: its answer to CONNECT, or instead of the origin where it forwards plain HTTP. */
export interface ProxyReply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of its page, at most 2 KiB. */
  readonly text: string;
}

/** One request to one host, as it was sent. */
export interface Hop {
  readonly method: string;
  readonly url: string;
  /** `host:port` of the origin, the port always given. */
  readonly host: string;
  readonly route: Route;
  readonly purpose: Purpose;
  /** The host that redirected here, and its route. */
  readonly redirectedFrom?: { readonly host: string; readonly route: Route };
}

export interface PhaseDetails {
  readonly cause?: unknown;
  readonly timedOut?: boolean;
  readonly reply?: ProxyReply;
  readonly issuer?: string;
  readonly speaks?: "tls" | "http";
  readonly isResponsive?: boolean;
}

/** The failure of one phase of a request. */
export class PhaseError extends Error {
  readonly phase: ConnectionPhase;
  readonly timedOut: boolean;
  readonly reply: ProxyReply | undefined;
  /** The issuer of a certificate that is not accepted. */
  readonly issuer: string | undefined;
  /** The protocol of a proxy that was addressed in another one. */
  readonly speaks: "tls" | "http" | undefined;
  /** Of a request that a proxy did not answer in time: whether the proxy reacts to a request that concerns no other host. */
  readonly isResponsive: boolean;

  constructor(phase: ConnectionPhase, message: string, more: PhaseDetails = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "PhaseError";
    this.phase = phase;
    this.timedOut = more.timedOut ?? false;
    this.reply = more.reply;
    this.issuer = more.issuer;
    this.speaks = more.speaks;
    this.isResponsive = more.isResponsive ?? false;
  }
}

/** A request without an answer of its origin: the hop, and the phase that failed. Diagnoses are made from it. */
export class HopError extends KnownError {
  readonly kind = "connection";
  readonly hop: Hop;
  readonly failure: PhaseError;
  /** Milliseconds since the epoch. */
  readonly at: number = Date.now();

  constructor(hop: Hop, failure: PhaseError) {
    const route = hop.route.via === "proxy" ? `through the proxy ${hop.route.proxy.display}` : "directly";
    super(`${hop.method} ${hop.host} ${route}: ${failure.message}`, {
      cause: failure.cause,
      side: sideOf(hop.purpose),
    });
    this.name = "HopError";
    this.hop = hop;
    this.failure = failure;
  }

  get phase(): ConnectionPhase {
    return this.failure.phase;
  }

  get timedOut(): boolean {
    return this.failure.timedOut;
  }

  get reply(): ProxyReply | undefined {
    return this.failure.reply;
  }
}
