/** Who asks. A registry takes what fits its challenge: user and password, or what a token is asked for with. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** Exchanged for access tokens instead of user and password (docker's `identitytoken`). */
  readonly identityToken?: string;
  /** A bearer token that the registry gets as it is (docker's `registrytoken`). */
  readonly accessToken?: string;
  /** Where it was read, for messages: `input credentials, line 1`, a file, a credential helper. */
  readonly from: string;
  /** Nobody gave it for this registry: where it may not read, everybody may. */
  readonly isAmbient?: boolean;
}

/** Who needs a login: a registry, a chart repository in HTTP, or a server of single files. */
export type Consumer = "registry" | "chart" | "file";

/** What is about to be asked. */
export interface LoginRequest {
  readonly consumer: Consumer;
  /** `host[:port]` */
  readonly host: string;
  readonly scheme: "http" | "https";
  /** Repository of a registry, path of a URL; without a slash at its beginning. */
  readonly path: string;
}

/** Where a run has its logins from. */
export interface LoginProvider {
  /** The login for what is about to be asked. Throws CREDENTIAL_HELPER_FAILED. */
  find(request: LoginRequest): Promise<Credential | undefined>;
  /** What the user bound to the host of a realm for a registry. */
  bound(realm: URL, request: LoginRequest): Credential | undefined;
  /** For the refusal of a login: which one was sent, or where one was looked for. */
  explain(request: LoginRequest): string;
}
