import { TransferError } from "../../../errors/transfer-error.ts";
import { drain, inMemory, readAll } from "../../../net/body.ts";
import type { HttpRequest, HttpResponse, PartyClient } from "../../../net/http.ts";
import type { RegistryRole } from "../../../net/purpose.ts";
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
  /** The registry that wants the token. */
  readonly registry: RealmRegistry & { readonly role: RegistryRole };
  /** The credential of the user for the registry. */
  readonly credential: Credential | undefined;
  /** The credential that the user bound to the host of a realm for this registry. */
  readonly boundCredential?: ((realm: URL) => Credential | undefined) | undefined;
  /** For the refusal of a login: where it was from, or where one was looked for. */
  readonly explainLogin?: (() => string | undefined) | undefined;
  /** Whether the user lets the host of a realm, other than the registry, be asked in plain HTTP; by default not. */
  readonly allowsPlainHttp?: ((realm: URL) => boolean) | undefined;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** The rights of the token, by repository, where they can be read from it. */
  readonly granted: GrantedActions | undefined;
  /** Whether it was requested without credentials. */
  readonly isAnonymous: boolean;
  /** Whether it was asked for with a credential that nobody gave for this registry. */
  readonly isAmbient: boolean;
  /** The identity token that replaces the one of the request. */
  readonly identityToken: string | undefined;
  /** The realm's host, where the registry is not known to use it and the user bound nothing to it. */
  readonly foreignHost: string | undefined;
}

const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 8192;
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

  const asking = requestsFor(credential, { realm, service, scopes });
  const send = async (request: TokenHttpRequest): Promise<HttpResponse> => {
    const purpose = { kind: "token", registry: registry.host, role: registry.role } as const;
    const answer = await client.request({ ...request, lane: "token", bufferUpTo: MAX_ANSWER_BYTES, purpose }, signal);
    return answer.status === 200 ? answer : inMemory(answer, MAX_REFUSAL_BYTES, true);
  };
  let response = await send(asking[0]);
  const [first, next] = asking;
  if (next !== undefined && isUnsupported(response.status, first)) {
    await drain(response);
    response = await send(next);
  }
  if (response.status !== 200) {
    const isRefusal = response.status === 401 || response.status === 403;
    const isExchange = credential?.identityToken !== undefined && asking.length === 1;
    const refused = { ...response, login: request.explainLogin?.() };
    if (isExchange && isUnsupported(response.status, first)) {
      throw await registryError(refused, doing, { as: "IDENTITY_TOKEN_UNSUPPORTED" });
    }
    if (isRefusal && foreignHost !== undefined) {
      throw await registryError(refused, `${doing}, which got no credentials`, {
        as: "TOKEN_HOST_FOREIGN",
        remedy: bindingRemedy(registry.host, foreignHost),
      });
    }
    const as = isRefusal && credential !== undefined ? "CREDENTIALS_REFUSED" : undefined;
    throw await registryError(refused, doing, { as, of: "token" });
  }
  if (response.headers["content-type"]?.includes("text/html")) {
    throw await registryError(response, doing, { as: "CAPTIVE_PORTAL" });
  }
  const { renewed, ...token } = parseToken(await readAll(response, MAX_ANSWER_BYTES), realm.host, now);
  const given = credential?.identityToken;
  return {
    ...token,
    identityToken: given === undefined || renewed === given ? undefined : renewed,
    isAnonymous: credential === undefined,
    isAmbient: credential?.isAmbient === true,
    foreignHost,
  };
}

type TokenHttpRequest = Pick<HttpRequest, "method" | "url" | "headers" | "body">;

interface TokenQuestion {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
}

/**
 * How a credential gets a token, the next one for where a host does not know the way before: an identity token by POST alone (oauth.md),
 * user and password by GET, which every token host of registries knows, and then by POST.
 */
function requestsFor(
  credential: Credential | undefined,
  question: TokenQuestion,
): readonly [TokenHttpRequest, TokenHttpRequest?] {
  if (credential === undefined) return [ask(question, undefined)];
  const { username, password, identityToken } = credential;
  if (identityToken !== undefined) {
    const exchange = post(question, { grant_type: "refresh_token", refresh_token: identityToken });
    return password === "" ? [exchange] : [exchange, ask(question, credential)];
  }
  return [ask(question, credential), post(question, { grant_type: "password", username, password })];
}

/** What hosts answer that know no tokens by POST, or none by GET: containerd and crane try the other way then. */
function isUnsupported(status: number, { method }: TokenHttpRequest): boolean {
  return status === 405 || status === 501 || (method === "POST" && (status === 400 || status === 404));
}

function ask({ realm, service, scopes }: TokenQuestion, credential: Credential | undefined): TokenHttpRequest {
  const url = new URL(realm);
  if (service) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return { method: "GET", url: url.href, headers: credential === undefined ? {} : basic(credential) };
}

function post({ realm, service, scopes }: TokenQuestion, grant: Readonly<Record<string, string>>): TokenHttpRequest {
  const form = new URLSearchParams({ ...grant, client_id: "ocm-proxied-transfer" });
  if (service) form.set("service", service);
  form.set("scope", scopes.join(" "));
  return {
    method: "POST",
    url: realm.href,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(form.toString()),
  };
}

export function basic({ username, password }: Credential): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

interface TokenAnswer extends Pick<Token, "value" | "expires" | "granted"> {
  readonly renewed: string | undefined;
}

function parseToken(body: Buffer, host: string, now: number): TokenAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString("utf8"));
  } catch {
    answer = undefined;
  }
  const value = isRecord(answer) ? answer.token || answer.access_token : undefined;
  if (typeof value !== "string" || !isTokenText(value)) {
    throw new TransferError("TOKEN_MALFORMED", `${host} sends an answer without a token`, {
      where: host,
      remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
    });
  }
  const life = isRecord(answer) && typeof answer.expires_in === "number" ? answer.expires_in : MIN_LIFE_SECONDS;
  const scope = isRecord(answer) ? answer.scope : undefined;
  const other = isRecord(answer) ? answer.refresh_token : undefined;
  const renewed = typeof other === "string" && isTokenText(other) ? other : undefined;
  const expires = now + Math.max(life, MIN_LIFE_SECONDS) * 1000;
  return { value, expires, granted: grantedActions(value, scope), renewed };
}

function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
