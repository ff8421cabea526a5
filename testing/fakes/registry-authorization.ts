import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ociError } from "./registry-faults.ts";
import type { AskedRequest } from "./registry-request.ts";

export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly user: string; readonly password: string; readonly challenge?: string }
  | {
      readonly kind: "bearer";
      /** Password by user name; whoever is known may do everything. */
      readonly users?: Readonly<Record<string, string>>;
      /** Actions of users that a token allows, and names in its claims; default all, in an opaque token. */
      readonly grants?: readonly string[];
      /** What nobody in particular may do; default pull. */
      readonly anonymous?: "nothing" | "pull" | "push";
      /** Identity tokens, exchanged by POST (distribution, spec/auth/oauth.md); default none, and no POST. */
      readonly identityTokens?: readonly string[];
      /** Path of the token end point; default `/token`. */
      readonly tokenPath?: string;
      /** Address of a token host of its own; default the registry answers itself. */
      readonly tokenAddress?: string;
      /** Realm to announce instead of the true one: another name, behind a proxy. */
      readonly realm?: string;
      readonly service?: string;
    };

export interface TokenRequest {
  readonly method: string;
  readonly scopes: readonly string[];
  readonly service: string;
  /** Who asked; undefined for nobody in particular. */
  readonly user: string | undefined;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface Gate {
  /** The refusal of a request, or undefined where it may pass. */
  check(request: AskedRequest): Answer | undefined;
  /** The token end point: a form in the body, or a query. */
  issue(request: AskedRequest, body: Buffer): Answer;
  expireTokens(): void;
  readonly tokenRequests: readonly TokenRequest[];
}

/** Who may do what: `realm` is only asked for once the token host's port is known. */
export function createGate(auth: Auth, realm: () => string): Gate {
  const granted = new Map<string, ReadonlySet<string>>();
  const tokenRequests: TokenRequest[] = [];

  const check = (request: AskedRequest): Answer | undefined => {
    if (auth.kind === "none") return undefined;
    const given = request.headers.authorization;
    if (auth.kind === "basic") {
      const wanted = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}`;
      return given === wanted ? undefined : unauthorized(auth.challenge ?? 'Basic realm="registry"');
    }
    const needed = neededScopes(request);
    const actions = granted.get(given?.match(/^Bearer (.+)$/)?.[1] ?? "");
    if (actions !== undefined && needed.flatMap(actionsOf).every((action) => actions.has(action))) return undefined;
    const scope = needed.length === 0 ? "" : `,scope="${needed.join(" ")}"`;
    return unauthorized(`Bearer realm="${auth.realm ?? realm()}",service="${serviceOf(auth)}"${scope}`);
  };

  const issue = (request: AskedRequest, body: Buffer): Answer => {
    if (auth.kind !== "bearer") return { status: 404 };
    const { anonymous = "pull", users = {}, identityTokens, grants } = auth;
    const isForm = request.method === "POST" && identityTokens !== undefined;
    const asked = isForm ? new URLSearchParams(body.toString()) : request.query;
    const scopes = asked.getAll("scope").flatMap((scope) => scope.split(" "));
    const { user, password } = credentialsOf(request.headers.authorization);
    const isUser = user !== undefined && Object.hasOwn(users, user) && users[user] === password;
    const isExchange = isForm && identityTokens.includes(asked.get("refresh_token") ?? "");
    const known = isExchange || (isUser && request.method === "GET");
    const isAnonymous = user === undefined && request.method === "GET";
    const status = known || (isAnonymous && anonymous !== "nothing") ? 200 : 401;
    const service = asked.get("service") ?? "";
    tokenRequests.push({ method: request.method, scopes, service, user, status, headers: request.headers });
    if (status !== 200) return { status, body: ociError("DENIED", "not you") };
    const all = known || anonymous === "push";
    const token = grants === undefined ? randomUUID() : tokenWithClaims(scopes, grants);
    const allows = (action: string) =>
      (all && grants === undefined) || (grants ?? ["pull"]).includes(action.split(":").at(-1) ?? "");
    granted.set(token, new Set(scopes.flatMap(actionsOf).filter(allows)));
    return {
      status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, expires_in: 300 }),
    };
  };

  return { check, issue, expireTokens: () => granted.clear(), tokenRequests };
}

/** A token in the form of distribution, spec/auth/jwt.md, which is signed by nobody: this registry knows its tokens. */
function tokenWithClaims(scopes: readonly string[], grants: readonly string[]): string {
  const access = scopes.map((scope) => {
    const [type, name, actions = ""] = scope.split(":");
    return { type, name, actions: actions.split(",").filter((action) => grants.includes(action)) };
  });
  const parts = [
    { typ: "JWT", alg: "none" },
    { jti: randomUUID(), access },
  ];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")), "unsigned"].join(".");
}

function serviceOf({ service = "registry" }: { readonly service?: string }): string {
  return service;
}

function unauthorized(challenge: string): Answer {
  return {
    status: 401,
    headers: { "www-authenticate": challenge, "content-type": "application/json" },
    body: ociError("UNAUTHORIZED", "authentication required"),
  };
}

/** What the registry of the distribution project asks for. */
function neededScopes({ method, kind, repository, query }: AskedRequest): readonly string[] {
  if (kind === "base" || repository === "") return [];
  const from = query.get("from");
  if (method === "GET" && kind !== "upload") return [`repository:${repository}:pull`];
  if (method === "HEAD") return [`repository:${repository}:pull`];
  if (method === "DELETE" && kind !== "upload") return [`repository:${repository}:delete`];
  const mount = from === null || !query.has("mount") ? [] : [`repository:${from}:pull`];
  return [`repository:${repository}:pull,push`, ...mount];
}

function actionsOf(scope: string): readonly string[] {
  const at = scope.lastIndexOf(":");
  const actions = scope.slice(at + 1).split(",");
  const all = actions.includes("*") ? ["pull", "push", "delete"] : actions;
  return all.map((action) => `${scope.slice(0, at)}:${action}`);
}

function credentialsOf(authorization: string | undefined): { readonly user?: string; readonly password?: string } {
  const encoded = authorization?.match(/^Basic (.+)$/)?.[1];
  if (encoded === undefined) return {};
  const text = Buffer.from(encoded, "base64").toString();
  const at = text.indexOf(":");
  return { user: text.slice(0, at), password: text.slice(at + 1) };
}
