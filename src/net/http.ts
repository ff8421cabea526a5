import type { Readable } from "node:stream";
import type { Party } from "./address/address-policy.ts";
import type { Hop } from "./hop.ts";
import type { Purpose } from "./purpose.ts";

/** Concurrency is limited per host and lane. Holders wait only for later lanes (read, write, token), which rules out deadlock. */
export type Lane = "read" | "write" | "token";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Buffer can be sent again, a stream cannot: a request with a stream is sent once. */
  readonly body?: Buffer | Readable;
  readonly purpose: Purpose;
  /** Attempts for this request; by default those of the retry policy. */
  readonly attempts?: number;
  /** By default what the method implies. Token requests are made by holders of slots, so they need slots of their own. */
  readonly lane?: Lane;
  /** Reads the body of a 200 into memory, at most so many bytes, so that a truncated one is requested again. */
  readonly bufferUpTo?: number;
  /** With `bufferUpTo`: a longer body is truncated instead of an error. */
  readonly truncate?: boolean;
  /** Whether the answer is content of any size, which a proxy that scans it holds back as a whole before its first byte. */
  readonly isContent?: boolean;
  /** Whether its connection is closed afterwards, where the route limits the size or time of each. */
  readonly isLastOnConnection?: boolean;
  /** Whether redirects are followed, if the request can be sent again; by default they are. */
  readonly redirects?: boolean;
  /** Decides which addresses the URL, and every redirect, may lead to. */
  readonly party: Party;
}

export interface HttpResponse {
  /** The request that was answered: the last one, after redirects. */
  readonly hop: Hop;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be consumed or destroyed; until then it holds one of the host's slots. */
  readonly body: Readable;
  /** Milliseconds that it may take to read the body as a document, and one more for every 16 bytes. */
  readonly timeout: number;
  /** Of a temporary refusal: how often it was received, and in which time. */
  readonly spent?: { readonly tries: number; readonly seconds: number };
}

/** An answer before its body is read. */
export type Answer = Pick<HttpResponse, "hop" | "status" | "headers">;

export type Send<R> = (request: R, signal?: AbortSignal) => Promise<HttpResponse>;

export interface HttpClient {
  readonly request: Send<HttpRequest>;
  /** Attempts for one piece of work. */
  readonly attempts: number;
  close(): Promise<void>;
}

/** A client that adds the party by itself. */
export interface PartyClient {
  readonly request: Send<Omit<HttpRequest, "party">>;
}

/** How long to wait for an answer, and how many attempts to make. */
export interface RetryPolicy {
  /** Milliseconds until an answer must begin. */
  readonly timeout: number;
  /** Attempts for one piece of work, whichever part of it is repeated. */
  readonly attempts: number;
  /** Attempts where the host does not answer, and did not before, if these are fewer. */
  readonly connectAttempts?: number;
  /** Whether a host that could not be reached once is taken for unreachable by all further requests. */
  readonly failFast?: boolean;
}

/** A request whose retry policy is decided. */
export interface PlannedRequest extends HttpRequest {
  readonly policy: RetryPolicy;
  readonly redirectedFrom?: Hop["redirectedFrom"];
}
