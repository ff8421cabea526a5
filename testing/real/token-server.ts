import { randomUUID, sign } from "node:crypto";
import type { Authority } from "./certificates.ts";
import { httpServer, listen } from "./listening.ts";

export interface TokenServerOptions {
  readonly authority: Authority;
  /** Actions that are granted of those asked for. */
  readonly grants: readonly string[];
  /** Who signs in the name of the authority; default itself. */
  readonly key?: string;
  /** Password by user name: a wrong login is refused, and without a login nothing is granted. By default nobody has to log in. */
  readonly users?: Readonly<Record<string, string>>;
}

export interface TokenServer {
  /** What a registry takes as `token`. */
  readonly token: { readonly realm: string; readonly service: string; readonly issuer: string; readonly root: string };
  /** `ADDRESS:PORT`, for `plain-http` and the line of `credentials` that binds it to a registry. */
  readonly host: string;
  /** Scopes that were asked for, as asked. */
  readonly asked: readonly string[];
}

/** A token server as the CNCF distribution wants it (spec/auth/token.md and jwt.md), for whoever asks. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { authority, key, users } = options;
  const asked: string[] = [];
  const [service, issuer] = ["registry of a test", "token server of a test"];
  const server = httpServer(({ url = "/", headers: { authorization } }, response) => {
    const scopes = new URL(url, "http://host").searchParams.getAll("scope");
    asked.push(...scopes);
    const isAnonymous = users !== undefined && authorization === undefined;
    if (users !== undefined && !isAnonymous && !isKnown(users, authorization)) {
      response.writeHead(401, { "content-type": "application/json" }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const grants = isAnonymous ? [] : options.grants;
    const token = signToken({ authority, key: key ?? authority.key, service, issuer, scopes, grants });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token, expires_in: 300 }));
  });
  const { address, port } = await listen(server);
  const host = `${address}:${port}`;
  return { token: { realm: `http://${host}/token`, service, issuer, root: authority.path }, host, asked };
}

function isKnown(users: Readonly<Record<string, string>>, authorization = ""): boolean {
  return Object.entries(users).some(
    ([user, password]) => authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
  );
}

export interface SignedToken {
  readonly authority: Authority;
  /** Default the authority's. */
  readonly key?: string;
  readonly service: string;
  readonly issuer: string;
  /** As they were asked for. */
  readonly scopes: readonly string[];
  /** Actions that are granted of those. */
  readonly grants: readonly string[];
}

/** A token as a registry of the CNCF distribution accepts it for five minutes. */
export function signToken({ authority, key, service, issuer, scopes, grants }: SignedToken): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ""] = scope.split(":");
    return { type, name, actions: actions.split(",").filter((action) => grants.includes(action)) };
  });
  const claims = { iss: issuer, sub: "", aud: service, exp: now + 300, nbf: now - 60, iat: now, jti: randomUUID() };
  return jwt(authority, key ?? authority.key, { ...claims, access });
}

/** RFC 7515 with ES256, the certificate of the signer in the header. */
function jwt({ cert }: Authority, key: string, claims: object): string {
  const certificate = cert.replace(/-----[^-]+-----|\s/g, "");
  const parts = [{ typ: "JWT", alg: "ES256", x5c: [certificate] }, claims];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
