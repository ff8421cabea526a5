import type { HttpClient, HttpRequest, HttpResponse } from "../../../net/http.ts";
import type { RegistryRole } from "../../../net/purpose.ts";
import type { AnsweredRequest } from "../error.ts";
import type { Credential } from "./credentials.ts";
import type { Grant } from "./granted-actions.ts";
import type { IdentityTokens } from "./identity-tokens.ts";

export type RegistryRequest = Omit<HttpRequest, "purpose" | "party">;

export interface AuthorizedClient {
  /** An anonymous request whose 401, if that is the answer, holds the challenge of the registry. */
  learn(request: RegistryRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /** A request with the authorization that the registry wants for `scopes`; without scopes (another host) it is anonymous. */
  request(
    request: RegistryRequest,
    scopes: readonly string[] | undefined,
    signal?: AbortSignal,
  ): Promise<AnsweredRequest>;
  /** Attempts for one piece of work. */
  readonly attempts: number;
  /** The rights of the token for `scopes`; undefined without a token, or where it does not name them. */
  granted(scopes: readonly string[], signal?: AbortSignal): Promise<Grant | undefined>;
  /** Whether the registry has asked for a login. */
  wantsLogin(): boolean;
}

export interface AuthorizationOptions {
  readonly client: HttpClient;
  readonly host: string;
  /** `host:port`, as a hop names it. */
  readonly hopHost: string;
  /** Scheme, host and port of its API, as `URL.origin`. */
  readonly origin: string;
  /** The role of the registry in this run. */
  readonly role: RegistryRole;
  readonly credentialFor: (repository: string) => Credential | undefined | Promise<Credential | undefined>;
  readonly boundCredential?: (realm: URL, repository: string) => Credential | undefined;
  /** For the refusal of a login: where it was from, or where one was looked for. */
  readonly explainLogin?: (repository: string) => string;
  readonly allowsPlainHttp?: (realm: URL) => boolean;
  readonly onToken?: (token: string) => void;
  readonly isForeign?: boolean;
  readonly onLogin?: (repository: string) => void;
  /** Shared by all clients of the registry. */
  readonly identityTokens?: IdentityTokens;
}
