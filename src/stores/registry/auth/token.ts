import { TransferError } from "../../../errors/transfer-error.ts";
import { type PartyClient, readAll } from "../../../net/client.ts";
import { isRecord } from "../../../oci/descriptor.ts";
import { registryError } from "../error.ts";
import type { Challenge } from "./challenge.ts";
import type { Credential } from "./credentials.ts";
import { type GrantedActions, grantedActions } from "./granted-actions.ts";
import { bindingRemedy, credentialForRealm, isRealmOf, parseRealm, type RealmRegistry } from "./realm.ts";

export interface TokenRequest {
  readonly challenge: Challenge;
  /** `repository:<name>:<actions>`, one per repository concerned. */
  readonly scopes: readonly string[];
  /** The registry that asked for a token. */
  readonly registry: RealmRegistry;
  /** What the user gave for the registry. */
  readonly credential: Credential | undefined;
  /** What the user bound to the host of a realm for this registry. */
  readonly boundCredential?: ((realm: URL) => Credential | undefined) | undefined;
  /** Whether the user lets the host of a realm, other than the registry, be asked in plain HTTP; by default not. */
  readonly allowsPlainHttp?: ((realm: URL) => boolean) | undefined;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** What the token allows, by repository, where that can be read from it. */
  readonly granted: GrantedActions | undefined;
  /** Whether it was asked for without credentials. */
  readonly isAnonymous: boolean;
  /** The realm's host, where the registry is not known to use it and the user bound nothing to it. */
  readonly foreignHost: string | undefined;
}

const MAX_ANSWER_BYTES = 1024 * 1024;
/** The least life of a token where nothing or less is said (distribution, token specification). */
const MIN_LIFE_SECONDS = 60;

/** Asks the realm of a Bearer challenge for a token (distribution, spec/auth/token.md). */
export async function requestToken(
  client: PartyClient,
  request: TokenRequest,
  now: number,
  signal?: AbortSignal,
): Promise<Token> {
  const { challenge, scopes, registry } = request;
  const realm = parseRealm(challenge.parameters.realm, registry, request.allowsPlainHttp ?? (() => false));
  const bound = request.boundCredential?.(realm);
  const credential = credentialForRealm(realm, registry, { own: request.credential, bound });
  const foreignHost = bound !== undefined || isRealmOf(realm, registry) ? undefined : realm.host;
  const service = challenge.parameters.service;
  const doing = `getting a token for ${registry.host} from ${realm.host}`;

  const asking =
    credential?.identityToken !== undefined
      ? exchange(realm, service, scopes, credential.identityToken)
      : ask(realm, service, scopes, credential);
  const response = await client.request(
    { ...asking, lane: "token", bufferUpTo: MAX_ANSWER_BYTES, neededFor: `token for ${registry.host}` },
    signal,
  );
  if (response.status !== 200) {
    const isRefusal = response.status === 401 || response.status === 403;
    if (isRefusal && foreignHost !== undefined) {
      throw await registryError(response, `${doing}, which got no credentials`, {
        as: "TOKEN_HOST_FOREIGN",
        remedy: bindingRemedy(registry.host, foreignHost),
      });
    }
    throw await registryError(response, doing, { as: isRefusal && credential ? "CREDENTIALS_REFUSED" : undefined });
  }
  if (response.headers["content-type"]?.includes("text/html")) {
    throw await registryError(response, doing, { as: "CAPTIVE_PORTAL" });
  }
  const token = parseToken(await readAll(response, MAX_ANSWER_BYTES), realm.host, now);
  return { ...token, isAnonymous: credential === undefined, foreignHost };
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

function parseToken(body: Buffer, host: string, now: number): Omit<Token, "isAnonymous" | "foreignHost"> {
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
  const life = isRecord(answer) && typeof answer.expires_in === "number" ? answer.expires_in : MIN_LIFE_SECONDS;
  const scope = isRecord(answer) ? answer.scope : undefined;
  return { value, expires: now + Math.max(life, MIN_LIFE_SECONDS) * 1000, granted: grantedActions(value, scope) };
}
