import type { AskedRequest } from "../../fakes/registry-request.ts";

/** A request on its way to the registry. */
export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the client gets. */
export type Reply =
  | {
      readonly kind: "answer";
      readonly answer: Answer;
      /** What becomes of the second half of the body; default: it is sent too. */
      readonly end?: "reset" | "silence" | "slow";
    }
  | { readonly kind: "reset" }
  /** The connection stays open, and nothing is sent. */
  | { readonly kind: "silence" }
  /** Bytes in place of an HTTP response, before the connection is closed. */
  | { readonly kind: "bytes"; readonly bytes: string };

interface Named {
  /** A phrase: what the server does. Unique. */
  readonly name: string;
  /** Requests that the fault is possible for. */
  readonly at: (request: AskedRequest) => boolean;
}

/** One deviation of a registry, or of a proxy in front of it, from the specification. */
export type Fault = Named &
  (
    | { readonly moment: "instead"; readonly reply: (request: AskedRequest) => Reply }
    | { readonly moment: "before"; readonly change: (sent: Sent) => Sent }
    | { readonly moment: "after"; readonly reply: (answer: Answer, request: AskedRequest) => Reply }
  );

/** The request does not reach the registry. */
export function instead(name: string, at: Fault["at"], reply: (request: AskedRequest) => Reply): Fault {
  return { name, at, moment: "instead", reply };
}

/** The registry gets another request. */
export function before(name: string, at: Fault["at"], change: (sent: Sent) => Sent): Fault {
  return { name, at, moment: "before", change };
}

/** The registry does its work, and the client gets something else for it. */
export function after(name: string, at: Fault["at"], reply: (answer: Answer, request: AskedRequest) => Reply): Fault {
  return { name, at, moment: "after", reply };
}
