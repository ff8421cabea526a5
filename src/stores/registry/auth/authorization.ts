import { TransferError } from "../../../errors/transfer-error.ts";
import type { Party } from "../../../net/address/address-policy.ts";
import { drain, inMemory } from "../../../net/body.ts";
import type { Hop } from "../../../net/hop.ts";
import type { HttpRequest, HttpResponse, PartyClient } from "../../../net/http.ts";
import type { Purpose } from "../../../net/purpose.ts";
import { untilSameTwice } from "../../../net/repeat.ts";
import { asOneWork } from "../../../net/work.ts";
import { type AnsweredRequest, RegistryError, registryError } from "../error.ts";
import { createAmbientUse } from "./ambient-use.ts";
import type { AuthorizationOptions, AuthorizedClient, RegistryRequest } from "./authorized-client.ts";
import { type Challenge, wantedChallenge } from "./challenge.ts";
import type { Credential } from "./credentials.ts";
import { createIdentityTokens } from "./identity-tokens.ts";
import { createKeptTokens } from "./kept-tokens.ts";
import { bindingRemedy } from "./realm.ts";
import { refusedToken } from "./refused-token.ts";
import { areForReading, repositoryOf } from "./scope.ts";
import { basic, requestToken, type Token, type TokenRequest } from "./token.ts";

/** The authorization of a request. */
interface Authorization {
  readonly headers: { readonly authorization?: string };
  /** The token in it, if it is one. */
  readonly token?: Token;
}

interface TokenAsking {
  readonly bearer: Challenge;
  readonly credential: Credential | undefined;
  readonly signal: AbortSignal | undefined;
}

const MAX_REFUSAL_BYTES = 8192;

/** A new token may be refused once, where it expired at once, or was taken out of one request. */
function isTokenRefused({ code }: TransferError): boolean {
  return code === "TOKEN_REFUSED" || code === "AUTHORIZATION_STRIPPED";
}

/**
 * Learns from the first 401 which authorization a registry wants, and sends it at once from then on. Some registries refuse tokens with many scopes, so none is extended.
 */
export function createAuthorizedClient(options: AuthorizationOptions): AuthorizedClient {
  const party: Party = {
    kind: options.isForeign === true ? "foreign-registry" : "named-registry",
    host: options.hopHost,
  };
  const client: PartyClient = { request: (request, signal) => options.client.request({ ...request, party }, signal) };
  const purpose: Purpose = { kind: "registry", role: options.role };
  const uploads: Purpose = { kind: "uploads", registry: options.hopHost, role: options.role };
  let challenge: Challenge | undefined;
  let challengedAt: Hop | undefined;
  const tokens = createKeptTokens(options.onToken);
  const ambient = createAmbientUse(options.isForeign === true);
  const { identityTokens = createIdentityTokens(options.onToken) } = options;

  function tokenFor(scopes: readonly string[], asking: TokenAsking): Promise<Token> {
    return asOneWork(() => tokens.get(scopes, () => askToken(scopes, asking)));
  }

  async function askToken(scopes: readonly string[], { bearer, credential, signal }: TokenAsking): Promise<Token> {
    const repository = repositoryOf(scopes[0]);
    const request: TokenRequest = {
      challenge: bearer,
      scopes,
      registry: options,
      credential,
      boundCredential: (realm) => options.boundCredential?.(realm, repository),
      explainLogin: () => options.explainLogin?.(repository),
      allowsPlainHttp: options.allowsPlainHttp,
    };
    const asking = noticing(repository);
    const ask = (own: Credential | undefined) =>
      untilSameTwice(
        options.client.attempts,
        () => requestToken(asking, { ...request, credential: own }, Date.now(), signal),
        signal,
      );
    try {
      return await (credential === undefined ? ask(undefined) : identityTokens.exchange(credential, ask, signal));
    } catch (error) {
      if (!(error instanceof TransferError) || error.code !== "CREDENTIALS_REFUSED") throw error;
      if (credential?.isAmbient !== true || !areForReading(scopes)) throw error;
      ambient.refuse(scopes);
      return ask(undefined);
    }
  }

  async function credentialFor(scopes: readonly string[]): Promise<Credential | undefined> {
    const credential = await options.credentialFor(repositoryOf(scopes[0]));
    return credential?.isAmbient === true && !ambient.isSent(scopes) ? undefined : credential;
  }

  /** Whether a refused request can be sent again, with the ambient credential that was held back. */
  async function canLogIn({ status }: { readonly status: number }, scopes: readonly string[]): Promise<boolean> {
    if (status !== 401 && status !== 403) return false;
    const credential = await options.credentialFor(repositoryOf(scopes[0]));
    if (credential?.isAmbient !== true || !ambient.release(scopes)) return false;
    tokens.delete(scopes);
    return true;
  }

  async function sendOrLogIn(request: RegistryRequest, scopes?: readonly string[], signal?: AbortSignal) {
    if (scopes === undefined || options.isForeign !== true) return send(request, scopes, signal);
    try {
      const answer = await send(request, scopes, signal);
      if (!(await canLogIn(answer, scopes))) return answer;
      await drain(answer);
    } catch (error) {
      if (!(error instanceof RegistryError) || !(await canLogIn(error, scopes))) throw error;
    }
    return send(request, scopes, signal);
  }

  async function authorization(scopes: readonly string[], signal?: AbortSignal): Promise<Authorization> {
    if (challenge === undefined) return { headers: {} };
    const credential = await credentialFor(scopes);
    if (challenge.scheme === "bearer") {
      if (credential?.accessToken !== undefined) {
        options.onLogin?.(repositoryOf(scopes[0]));
        return { headers: { authorization: `Bearer ${credential.accessToken}` } };
      }
      const token = await tokenFor(scopes, { bearer: challenge, credential, signal });
      return { headers: { authorization: `Bearer ${token.value}` }, token };
    }
    const isLogin = credential !== undefined && (credential.username !== "" || credential.password !== "");
    if (isLogin) options.onLogin?.(repositoryOf(scopes[0]));
    return { headers: isLogin ? basic(credential) : {} };
  }

  /** An answer with what to say of the login, where it refuses one. */
  function explained(response: HttpResponse, scopes: readonly string[]): AnsweredRequest {
    const isOwn = new URL(response.hop.url).origin === options.origin;
    if (!isOwn || (response.status !== 401 && response.status !== 403)) return response;
    return { ...response, login: options.explainLogin?.(repositoryOf(scopes[0])) };
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

  /** Whether the answer holds a challenge. Only that of the registry counts, and none of a host that it redirects to. */
  function learnFrom({ headers, hop }: HttpResponse): boolean {
    if (new URL(hop.url).origin !== options.origin) return false;
    const asked = wantedChallenge(headers["www-authenticate"]);
    if (asked === undefined) return false;
    challenge = asked;
    challengedAt = hop;
    return true;
  }

  /** With a token, or without where that is enough. A 401 is answered with what it asks for, once. */
  async function send(
    registryRequest: RegistryRequest,
    scopes: readonly string[] | undefined,
    signal?: AbortSignal,
  ): Promise<AnsweredRequest> {
    const request = { ...registryRequest, purpose };
    if (scopes === undefined) return client.request({ ...request, purpose: uploads }, signal);
    const { headers: before, token: held } = await authorization(scopes, signal);
    const response = await client.request({ ...request, headers: { ...request.headers, ...before } }, signal);
    if (response.status === 403 && held?.isAmbient === true && areForReading(scopes)) {
      return askAnonymously(request, scopes, { refusal: response, signal });
    }
    if (response.status !== 401 || !learnFrom(response)) return explained(response, scopes);
    // The token host may be the same host: a request that waits for it must not hold one of its slots.
    const refusal = await inMemory(response, MAX_REFUSAL_BYTES, true);
    await tokens.forget(scopes, before.authorization);
    const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
    if (isStream) return explained(refusal, scopes);
    const { headers: after, token } = await authorization(scopes, signal);
    if (after.authorization === undefined) return explained(refusal, scopes);
    if (after.authorization === before.authorization) {
      if (token?.isAmbient === true && areForReading(scopes)) {
        return askAnonymously(request, scopes, { refusal, signal });
      }
      // The same login again: it is wrong. Some token servers issue the same token again, which the registry refuses, and not the login.
      const as = token === undefined ? "CREDENTIALS_REFUSED" : refusedToken(refusal, { request, scopes, token });
      throw await registryError(explained(refusal, scopes), `logging in at ${options.host}`, { as });
    }
    const answer = await client.request({ ...request, headers: { ...request.headers, ...after } }, signal);
    if ((answer.status === 401 || answer.status === 403) && token?.isAmbient === true && areForReading(scopes)) {
      return askAnonymously(request, scopes, { refusal: answer, signal });
    }
    if (answer.status !== 401) return explained(answer, scopes);
    const refused = explained(answer, scopes);
    const code = token === undefined ? "CREDENTIALS_REFUSED" : refusedToken(answer, { request, scopes, token });
    if (code !== undefined) throw await registryError(refused, `logging in at ${options.host}`, { as: code });
    if (token?.foreignHost === undefined) return refused;
    throw await registryError(
      refused,
      `logging in at ${options.host} with a token of ${token.foreignHost}, which got no credentials`,
      { as: "TOKEN_HOST_FOREIGN", remedy: bindingRemedy(options.host, token.foreignHost) },
    );
  }

  return {
    async learn(request, signal) {
      const response = await client.request({ ...request, purpose }, signal);
      if (response.status === 401) learnFrom(response);
      return response;
    },

    async granted(scopes, signal) {
      if (challenge?.scheme !== "bearer" || challengedAt === undefined) return undefined;
      const credential = await credentialFor(scopes);
      if (credential?.accessToken !== undefined) return undefined;
      const { granted: actions, foreignHost } = await tokenFor(scopes, { bearer: challenge, credential, signal });
      const { service } = challenge.parameters;
      return actions === undefined ? undefined : { actions, hop: challengedAt, foreignHost, service };
    },

    wantsLogin: () => challenge !== undefined,

    attempts: options.client.attempts,

    request: (request, scopes, signal) =>
      asOneWork(() =>
        untilSameTwice(options.client.attempts, () => sendOrLogIn(request, scopes, signal), signal, isTokenRefused),
      ),
  };

  /** What the runner's own token may not read may be open to everybody. */
  async function askAnonymously(
    request: Omit<HttpRequest, "party">,
    scopes: readonly string[],
    { refusal, signal }: { readonly refusal: HttpResponse; readonly signal: AbortSignal | undefined },
  ): Promise<AnsweredRequest> {
    const held = await inMemory(refusal, MAX_REFUSAL_BYTES, true);
    ambient.refuse(scopes);
    tokens.delete(scopes);
    const { headers } = await authorization(scopes, signal);
    const answer = await client.request({ ...request, headers: { ...request.headers, ...headers } }, signal);
    if (answer.status !== 401) return explained(answer, scopes);
    // The answer to somebody says more than the one to nobody.
    await inMemory(answer, MAX_REFUSAL_BYTES, true);
    return explained(held, scopes);
  }
}
