import type { Code } from "../../../errors/codes.ts";
import type { Party } from "../../../net/address/address-policy.ts";
import type { HttpClient, HttpRequest, HttpResponse, PartyClient } from "../../../net/client.ts";
import { inMemory } from "../../../net/client.ts";
import { clockSkew } from "../../../net/clock-skew.ts";
import type { Hop } from "../../../net/hop.ts";
import { registryError } from "../error.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credential } from "./credentials.ts";
import type { GrantedActions } from "./granted-actions.ts";
import { bindingRemedy } from "./realm.ts";
import { basic, requestToken, type Token, type TokenRequest } from "./token.ts";

export type RegistryRequest = Omit<HttpRequest, "neededFor" | "party">;

export interface AuthorizedClient {
  /** An anonymous request whose 401, if that is the answer, teaches what the registry wants. */
  learn(request: RegistryRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /** A request with what the registry asks for to let `scopes` pass; without scopes (another host) it goes out anonymous. */
  request(request: RegistryRequest, scopes: readonly string[] | undefined, signal?: AbortSignal): Promise<HttpResponse>;
  /** What the token for `scopes` allows; undefined where no token is asked for or it does not say. */
  granted(scopes: readonly string[], signal?: AbortSignal): Promise<Grant | undefined>;
}

export interface Grant {
  readonly actions: GrantedActions;
  /** Who asked for the token. */
  readonly hop: Hop;
  /** The host that granted it, where it got no credentials since the registry is not known to use it. */
  readonly foreignHost: string | undefined;
}

export interface AuthorizationOptions {
  readonly client: HttpClient;
  readonly host: string;
  /** `host:port`, as a hop names it. */
  readonly hopHost: string;
  /** Scheme, host and port of its API, as `URL.origin`. */
  readonly origin: string;
  /** What the registry is in this run: `source registry`, `target registry`, … */
  readonly neededFor: string;
  readonly credentialFor: (repository: string) => Credential | undefined;
  readonly boundCredential?: (realm: URL, repository: string) => Credential | undefined;
  readonly allowsPlainHttp?: (realm: URL) => boolean;
  readonly onToken?: (token: string) => void;
  readonly isForeign?: boolean;
  readonly onLogin?: (repository: string) => void;
}

/** What a request is sent with. */
interface Authorization {
  readonly headers: { readonly authorization?: string };
  /** Where it is a token. */
  readonly token?: Token;
}

/** A token that is about to expire is not worth sending. */
const EXPIRY_MARGIN = 5_000;
const MAX_REFUSAL_BYTES = 8192;

/** The scope of a repository (distribution, spec/auth/scope.md). */
export function scopeOf(repository: string, actions: "pull" | "pull,push" | "delete"): string {
  return `repository:${repository}:${actions}`;
}

/**
 * Learns from the first 401 what a registry wants, and from then on sends it at once: one token per set of scopes, asked for once
 * however many requests wait for it. Some registries refuse tokens whose scopes pile up, so none is widened.
 */
export function createAuthorizedClient(options: AuthorizationOptions): AuthorizedClient {
  const party: Party = {
    kind: options.isForeign === true ? "foreign-registry" : "named-registry",
    host: options.hopHost,
  };
  const client: PartyClient = { request: (request, signal) => options.client.request({ ...request, party }, signal) };
  let challenge: Challenge | undefined;
  let challengedAt: Hop | undefined;
  const tokens = new Map<string, Promise<Token>>();

  async function tokenFor(scopes: readonly string[], bearer: Challenge, signal?: AbortSignal): Promise<Token> {
    const key = scopes.join(" ");
    for (let held = tokens.get(key); held !== undefined; held = tokens.get(key)) {
      const token = await held;
      if (token.expires - EXPIRY_MARGIN > Date.now()) return token;
      if (tokens.get(key) === held) tokens.delete(key);
    }
    const repository = repositoryOf(scopes[0]);
    const request: TokenRequest = {
      challenge: bearer,
      scopes,
      registry: options,
      credential: options.credentialFor(repository),
      boundCredential: (realm) => options.boundCredential?.(realm, repository),
      allowsPlainHttp: options.allowsPlainHttp,
    };
    const asking = requestToken(noticing(repository), request, Date.now(), signal).then((token) => {
      options.onToken?.(token.value);
      return token;
    });
    tokens.set(key, asking);
    asking.catch(() => tokens.delete(key));
    return asking;
  }

  /** Of all who find out at once that a token is not accepted any more, one asks anew and the others wait for the same. */
  async function forget(scopes: readonly string[], refused: string | undefined): Promise<void> {
    const key = scopes.join(" ");
    const held = tokens.get(key);
    if (held === undefined || `Bearer ${(await held).value}` !== refused) return;
    if (tokens.get(key) === held) tokens.delete(key);
  }

  async function authorization(scopes: readonly string[], signal?: AbortSignal): Promise<Authorization> {
    if (challenge === undefined) return { headers: {} };
    if (challenge.scheme === "bearer") {
      const token = await tokenFor(scopes, challenge, signal);
      return { headers: { authorization: `Bearer ${token.value}` }, token };
    }
    const repository = repositoryOf(scopes[0]);
    const credential = options.credentialFor(repository);
    if (credential === undefined) return { headers: {} };
    options.onLogin?.(repository);
    return { headers: basic(credential) };
  }

  /** Notices a login on its way to a token host: a password is a header, an identity token a form. */
  function noticing(repository: string): PartyClient {
    return {
      request(request, signal) {
        if (request.headers?.authorization !== undefined || request.method === "POST") options.onLogin?.(repository);
        return client.request(request, signal);
      },
    };
  }

  /** Whether the answer says what is to be sent. Only the registry itself says that, and no host that it redirects to. */
  function learnFrom({ headers, hop }: HttpResponse): boolean {
    if (new URL(hop.url).origin !== options.origin) return false;
    const asked = wanted(headers["www-authenticate"]);
    if (asked === undefined) return false;
    challenge = asked;
    challengedAt = hop;
    return true;
  }

  return {
    async learn(request, signal) {
      const response = await client.request({ ...request, neededFor: options.neededFor }, signal);
      if (response.status === 401) learnFrom(response);
      return response;
    },

    async granted(scopes, signal) {
      if (challenge?.scheme !== "bearer" || challengedAt === undefined) return undefined;
      const { granted: actions, foreignHost } = await tokenFor(scopes, challenge, signal);
      return actions === undefined ? undefined : { actions, hop: challengedAt, foreignHost };
    },

    async request(registryRequest, scopes, signal) {
      const request = { ...registryRequest, neededFor: options.neededFor };
      if (scopes === undefined)
        return client.request({ ...request, neededFor: `uploads to ${options.hopHost}` }, signal);
      const { headers: before } = await authorization(scopes, signal);
      const response = await client.request({ ...request, headers: { ...request.headers, ...before } }, signal);
      if (response.status !== 401 || !learnFrom(response)) return response;
      // The token host may be the same host: whoever waits for it must not hold one of its slots.
      const refusal = await inMemory(response, MAX_REFUSAL_BYTES, true);
      await forget(scopes, before.authorization);
      const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
      if (isStream) return refusal;
      const { headers: after, token } = await authorization(scopes, signal);
      if (after.authorization === undefined) return refusal;
      if (after.authorization === before.authorization) {
        // The same login again: it was heard, and is wrong.
        throw await registryError(refusal, `logging in at ${options.host}`, { as: "CREDENTIALS_REFUSED" });
      }
      const answer = await client.request({ ...request, headers: { ...request.headers, ...after } }, signal);
      if (answer.status !== 401) return answer;
      const code = token === undefined ? "CREDENTIALS_REFUSED" : refusedToken(answer, { request, scopes, token });
      if (code !== undefined) throw await registryError(answer, `logging in at ${options.host}`, { as: code });
      if (token?.foreignHost === undefined) return answer;
      throw await registryError(
        answer,
        `logging in at ${options.host} with a token of ${token.foreignHost}, which got no credentials`,
        { as: "TOKEN_HOST_FOREIGN", remedy: bindingRemedy(options.host, token.foreignHost) },
      );
    },
  };
}

/** More than clocks of machines that keep time ever differ, and less than tokens live. */
const MAX_SKEW_MS = 120_000;

interface RefusedToken {
  readonly request: Pick<HttpRequest, "method">;
  readonly scopes: readonly string[];
  readonly token: Pick<Token, "granted" | "isAnonymous">;
}

/**
 * Why a registry refuses what its own token host gave; undefined where it wants another to ask. The challenge tells (RFC 6750, 3.1): it
 * names no error where it saw no token, and where the registry does not care to say.
 */
function refusedToken({ hop, headers }: HttpResponse, refused: RefusedToken): Code | undefined {
  const { request, scopes, token } = refused;
  const { granted, isAnonymous } = token;
  const asked = wanted(headers["www-authenticate"]);
  const error = asked?.parameters.error;
  const reads = request.method === "GET" || request.method === "HEAD";
  const allows = granted === undefined ? undefined : scopes.every((scope) => isAllowed(granted, scope, reads));
  if (error === "insufficient_scope" || allows === false) {
    return isAnonymous ? undefined : reads ? "DENIED" : "PUSH_DENIED";
  }
  const skew = clockSkew(headers, Date.now());
  if (skew !== undefined && Math.abs(skew) > MAX_SKEW_MS) return "CLOCK_SKEWED";
  if (asked === undefined || error !== undefined)
    return isAnonymous && error === undefined ? undefined : "TOKEN_REFUSED";
  // A login that is missing looks the same as a token that was taken out, unless the token is known to be enough.
  if (isAnonymous && allows === undefined) return undefined;
  return hop.route.via === "proxy" ? "AUTHORIZATION_STRIPPED" : "TOKEN_REFUSED";
}

/** Whether a token allows the last action of a scope, which is the one that reading does not need. */
function isAllowed(granted: GrantedActions, scope: string, reads: boolean): boolean {
  const action = reads ? "pull" : (scope.split(/[:,]/).at(-1) ?? "");
  const actions = granted.get(repositoryOf(scope));
  return actions !== undefined && (actions.has(action) || actions.has("*"));
}

/** The strongest challenge that we can answer. */
function wanted(header: string | undefined): Challenge | undefined {
  const challenges = parseChallenges(header ?? "");
  return challenges.find(({ scheme }) => scheme === "bearer") ?? challenges.find(({ scheme }) => scheme === "basic");
}

function repositoryOf(scope: string | undefined): string {
  return scope?.split(":").slice(1, -1).join(":") ?? "";
}
