import { TransferError } from "../errors.ts";
import { type HttpClient, readAll } from "../http/client.ts";
import { printable } from "../redact.ts";
import type { Challenge } from "./challenge.ts";
import { type Credential, canonicalHost } from "./credentials.ts";
import { isRecord } from "./descriptor.ts";
import { type GrantedActions, grantedActions } from "./granted-actions.ts";
import { tokenHostsOf } from "./hosts.ts";
import { registryError } from "./registry-error.ts";

export interface TokenRequest {
  readonly challenge: Challenge;
  /** `repository:<name>:<actions>`, one per repository concerned. */
  readonly scopes: readonly string[];
  /** `host[:port]` of the registry that asked for a token, and whether it is reached in plain HTTP. */
  readonly registry: { readonly host: string; readonly plainHttp: boolean };
  readonly credential: Credential | undefined;
  /** What the user gave for another host. */
  readonly credentialAt?: ((host: string) => Credential | undefined) | undefined;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** What the token allows, by repository, where that can be read from it. */
  readonly granted: GrantedActions | undefined;
}

const LARGEST_ANSWER = 1024 * 1024;
/** The least life of a token where nothing or less is said (distribution, token specification). */
const SHORTEST_LIFE = 60;

/**
 * Asks the realm of a Bearer challenge for a token (distribution, spec/auth/token.md). A credential goes to the registry's own host
 * and to the token hosts it is known to use, nowhere else: whoever can answer for a registry could name any realm.
 */
export async function requestToken(
  client: HttpClient,
  request: TokenRequest,
  now: number,
  signal?: AbortSignal,
): Promise<Token> {
  const { challenge, scopes, registry } = request;
  const realm = realmUrl(challenge.parameters.realm, registry);
  const credential = credentialForRealm(realm, request);
  const service = challenge.parameters.service;
  const doing = `getting a token for ${registry.host} from ${realm.host}`;

  const asking =
    credential?.identityToken !== undefined
      ? exchange(realm, service, scopes, credential.identityToken)
      : ask(realm, service, scopes, credential);
  const response = await client.request(
    { ...asking, lane: "token", whole: LARGEST_ANSWER, neededFor: `token for ${registry.host}` },
    signal,
  );
  if (response.status !== 200) {
    const isLogin = credential !== undefined && (response.status === 401 || response.status === 403);
    const error = await registryError(response, doing, isLogin ? { as: "CREDENTIALS_REFUSED" } : {});
    if (request.credential === undefined || credential !== undefined) throw error;
    throw new TransferError(
      "TOKEN_HOST_FOREIGN",
      `${error.message}; the credentials for ${registry.host} were not sent there`,
      {
        where: realm.host,
        remedy: `If ${realm.host} may have them, add a line ${realm.host}=user:password to credentials.`,
        cause: error,
      },
    );
  }
  if (response.headers["content-type"]?.includes("text/html")) {
    throw await registryError(response, doing, { as: "CAPTIVE_PORTAL" });
  }
  return parseToken(await readAll(response, LARGEST_ANSWER), realm.host, now);
}

/**
 * The user's credentials for the realm itself come first, but only for a registry that the user gave credentials for too: what
 * comes back is a token for whatever the realm guards, and the registry, which a component descriptor may have named, gets to see it.
 */
function credentialForRealm(realm: URL, { registry, credential, credentialAt }: TokenRequest): Credential | undefined {
  if (credential === undefined) return undefined;
  const own = realm.host === registry.host ? undefined : credentialAt?.(realm.host);
  return own ?? (mayHaveCredential(registry.host, realm) ? credential : undefined);
}

/** A registry's credentials go to its own host, and to the token hosts that it is known to use. */
function mayHaveCredential(registryHost: string, realm: URL): boolean {
  const hostname = registryHost.replace(/:\d+$/, "").toLowerCase();
  return realm.hostname === hostname || tokenHostsOf(canonicalHost(registryHost)).includes(realm.hostname);
}

function realmUrl(realm: string | undefined, registry: TokenRequest["registry"]): URL {
  const url = realm === undefined ? null : URL.parse(realm);
  const isTrustworthy = url?.protocol === "https:" || (url?.protocol === "http:" && registry.plainHttp);
  if (url === null || !isTrustworthy || url.username !== "" || url.password !== "") {
    throw new TransferError(
      "TOKEN_REALM_REFUSED",
      `${registry.host} names the token realm ${printable(realm ?? "", 120)}`,
      {
        where: registry.host,
        remedy: "A realm has to be an https URL; ask the operators of the registry.",
      },
    );
  }
  return url;
}

function ask(realm: URL, service: string | undefined, scopes: readonly string[], credential: Credential | undefined) {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return { method: "GET" as const, url: url.href, headers: credential === undefined ? {} : basic(credential) };
}

function exchange(realm: URL, service: string | undefined, scopes: readonly string[], identityToken: string) {
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "ocm-proxied-transfer" });
  if (service !== undefined) form.set("service", service);
  form.set("scope", scopes.join(" "));
  form.set("refresh_token", identityToken);
  return {
    method: "POST" as const,
    url: realm.href,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(form.toString()),
  };
}

export function basic({ username, password }: Credential): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

function parseToken(body: Buffer, host: string, now: number): Token {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString("utf8"));
  } catch {
    answer = undefined;
  }
  const value = isRecord(answer) ? answer.token || answer.access_token : undefined;
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw new TransferError("TOKEN_MALFORMED", `${host} answers with something that holds no token`, {
      where: host,
      remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
    });
  }
  const life = isRecord(answer) && typeof answer.expires_in === "number" ? answer.expires_in : SHORTEST_LIFE;
  const scope = isRecord(answer) ? answer.scope : undefined;
  return { value, expires: now + Math.max(life, SHORTEST_LIFE) * 1000, granted: grantedActions(value, scope) };
}
