import { TransferError } from "../../../errors/transfer-error.ts";
import { canonicalHost } from "../../../oci/host.ts";
import { isHost } from "../../../oci/reference.ts";
import { printable } from "../../../text/redact.ts";
import { tokenHostsOf } from "../hosts.ts";
import type { Credential } from "./credentials.ts";

/** The registry that names a token realm. */
export interface RealmRegistry {
  /** `host[:port]` as written; `docker.io` stands for Docker Hub. */
  readonly host: string;
  /** Scheme, host and port of its API, as `URL.origin`. */
  readonly origin: string;
}

/** The credentials of the user that a request for a token may hold. */
export interface RealmCredentials {
  /** For the registry itself. */
  readonly own: Credential | undefined;
  /** For this realm's host in the name of this registry: `token-host@registry=user:password`. */
  readonly bound: Credential | undefined;
}

/**
 * The realm of a Bearer challenge (distribution, spec/auth/token.md) as a URL that may be asked. Plain HTTP is a question about the
 * realm's own host: `allowsPlainHttp` answers it for every host but the registry's. Throws TOKEN_REALM_REFUSED.
 */
export function parseRealm(
  realm: string | undefined,
  registry: RealmRegistry,
  allowsPlainHttp: (realm: URL) => boolean,
): URL {
  const refused = (remedy: string) =>
    new TransferError(
      "TOKEN_REALM_REFUSED",
      `${registry.host} names the token realm ${printable(realm ?? "", 120)}, which is not safe to ask`,
      { where: registry.host, remedy },
    );
  const url = realm === undefined ? null : URL.parse(realm);
  const isPlainUrl = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  // The host becomes part of a line that users paste: URLs allow signs such as = in names, which no registry's host has.
  if (!isPlainUrl || !isHost(url.host.replace(/\.(?=:|$)/, ""))) {
    throw refused(
      "A realm has to be an https URL of a host name, without user and password; ask the operators of the registry.",
    );
  }
  if (url.protocol === "http:" && url.origin !== registry.origin && !allowsPlainHttp(url)) {
    throw refused(
      `Ask the operators of the registry for an https realm; if ${url.host} speaks plain HTTP and the network is safe, list it in plain-http.`,
    );
  }
  url.hash = "";
  url.search = withoutClientParameters(url.searchParams).toString();
  return url;
}

/** Parameters that the client sets (distribution, spec/auth/token.md and oauth.md), without separators. */
const CLIENT_PARAMETERS = new Set([
  "accesstype",
  "account",
  "clientid",
  "granttype",
  "offlinetoken",
  "password",
  "refreshtoken",
  "scope",
  "service",
  "username",
]);

/** Names are compared as lenient servers read them: in any case, `scope[0]` for `scope`, `client.id` for `client_id`. */
function withoutClientParameters(query: URLSearchParams): URLSearchParams {
  const isClients = (name: string) => CLIENT_PARAMETERS.has(name.toLowerCase().replace(/(?<=.)\[.*|[^a-z]/gs, ""));
  return new URLSearchParams([...query].filter(([name]) => !isClients(name)));
}

/**
 * The credential that a realm gets. A registry can name any realm, and sees the token that comes back: so the user's own binding
 * decides, and without one the registry's credential goes to the registry's origin and to the token hosts it is known to use.
 */
export function credentialForRealm(
  realm: URL,
  registry: RealmRegistry,
  { own, bound }: RealmCredentials,
): Credential | undefined {
  return bound ?? (isRealmOf(realm, registry) ? own : undefined);
}

/** Whether a registry is known to get its tokens from a realm: its own origin, or a token host of the table, both at https on 443. */
export function isRealmOf(realm: URL, registry: RealmRegistry): boolean {
  if (realm.origin === registry.origin) return true;
  const isDefault = realm.protocol === "https:" && realm.port === "" && isHttpsDefault(registry.origin);
  return isDefault && tokenHostsOf(canonicalHost(registry.host)).includes(realm.hostname);
}

function isHttpsDefault(origin: string): boolean {
  const { protocol, port } = new URL(origin);
  return protocol === "https:" && port === "";
}

/** The remedy where a realm got no credentials: the line to add, as it has to be written. */
export function bindingRemedy(registry: string, tokenHost: string): string {
  return `If ${registry} gets its tokens from ${tokenHost}, add the line ${tokenHost}@${registry}=user:password to credentials.`;
}
