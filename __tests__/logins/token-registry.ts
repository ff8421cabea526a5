import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createAuthority } from "../../testing/real/certificates.ts";
import { httpServer, listen } from "../../testing/real/listening.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { signToken } from "../../testing/real/token-server.ts";

export interface TokenRegistryOptions {
  /** Password by user name, and identity tokens: who may get a token. Both may change while it runs. */
  readonly users?: Map<string, string>;
  readonly identityTokens?: Set<string>;
  /** Whether each exchange of an identity token replaces it by another one. */
  readonly rotates?: boolean;
  /** Methods that the token host knows; default both. */
  readonly methods?: readonly ("GET" | "POST")[];
}

export interface TokenRequestSeen {
  readonly method: string;
  readonly scopes: readonly string[];
  readonly authorization: string | undefined;
  readonly grant: string | undefined;
}

export interface TokenRegistry {
  readonly host: string;
  readonly tokenRequests: readonly TokenRequestSeen[];
  /** What arrived at the registry itself: schemes of Authorization, each once. */
  readonly schemes: ReadonlySet<string>;
  /** A token for a repository, as somebody may have stored it. */
  sign(repository: string): string;
}

const SERVICE = "registry of a test";
const ISSUER = "token host of a test";

/** The real distribution behind a front that gives tokens at the same origin, signed by a real key, to those who log in. */
export async function startTokenRegistry(options: TokenRegistryOptions): Promise<TokenRegistry> {
  const { users = new Map(), identityTokens = new Set(), rotates = false, methods = ["GET", "POST"] } = options;
  const authority = createAuthority();
  const tokenRequests: TokenRequestSeen[] = [];
  const schemes = new Set<string>();
  let backend = 0;
  const sign = (scopes: readonly string[]) =>
    signToken({ authority, service: SERVICE, issuer: ISSUER, scopes, grants: ["pull", "push"] });

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body = await text(request);
    const given = method === "POST" ? new URLSearchParams(body) : new URL(url, "http://host").searchParams;
    const scopes = given.getAll("scope").flatMap((scope) => scope.split(" "));
    const grant = given.get("grant_type") ?? undefined;
    tokenRequests.push({ method, scopes, authorization: headers.authorization, grant });
    const isKnown = methods.some((known) => known === method);
    if (!isKnown) return void response.writeHead(405).end();
    const [user, password] =
      method === "GET" ? basicOf(headers.authorization) : [given.get("username"), given.get("password")];
    const isUser = typeof user === "string" && users.has(user) && users.get(user) === password;
    const isToken = grant === "refresh_token" && identityTokens.has(given.get("refresh_token") ?? "");
    if (!isUser && !isToken) return void response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    const token = sign(scopes);
    const next = isToken && rotates ? { refresh_token: randomUUID() } : {};
    if (next.refresh_token !== undefined) {
      identityTokens.delete(given.get("refresh_token") ?? "");
      identityTokens.add(next.refresh_token);
    }
    const answer = method === "POST" ? { access_token: token, ...next } : { token, expires_in: 300 };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    if (headers.authorization !== undefined) schemes.add(headers.authorization.split(" ")[0] ?? "");
    const onward = httpRequest({ host: "127.0.0.1", port: backend, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  const front = await listen(
    httpServer((request, response) => {
      if (request.url?.startsWith("/token")) void giveToken(request, response);
      else forward(request, response);
    }),
  );
  const host = `${front.address}:${front.port}`;
  const token = { realm: `http://${host}/token`, service: SERVICE, issuer: ISSUER, root: authority.path };
  backend = (await startRegistry({ kind: "distribution", token })).port;
  return { host, tokenRequests, schemes, sign: (repository) => sign([`repository:${repository}:pull,push`]) };
}

function basicOf(authorization: string | undefined): readonly string[] {
  const decoded = Buffer.from(authorization?.match(/^Basic (.+)$/)?.[1] ?? "", "base64").toString();
  const colon = decoded.indexOf(":");
  return colon < 0 ? [] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
