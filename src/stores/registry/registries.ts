import type { Finding } from "../../errors/finding.ts";
import { judge } from "../../net/address/address-policy.ts";
import { hostOf } from "../../net/address/host.ts";
import type { NamedHosts } from "../../net/address/named-hosts.ts";
import type { HttpClient } from "../../net/http.ts";
import type { RegistryRole } from "../../net/purpose.ts";
import { canonicalHost } from "../../oci/host.ts";
import type { ImageReference } from "../../oci/reference.ts";
import type { ReadableStore } from "../../oci/store.ts";
import type { RegistrySpec, RepositorySpec } from "../../ocm/descriptor/component-reference.ts";
import { printable } from "../../text/redact.ts";
import { type AllowedRegistry, isAllowedRegistry, isListedHost, registryNotAllowed } from "./allowed-registries.ts";
import type { Consumer, Credential, LoginProvider, LoginRequest } from "./auth/credentials.ts";
import { createIdentityTokens, type IdentityTokens } from "./auth/identity-tokens.ts";
import { cachePart, createRegistryCache } from "./cache.ts";
import { apiHost } from "./hosts.ts";
import { createsByToken } from "./known/creation.ts";
import { createRemoteRegistry, type RemoteRegistry } from "./store.ts";

/** The registries of a run, one per host. */
export interface Registries {
  all(): readonly RemoteRegistry[];
  named(spec: RegistrySpec): RemoteRegistry;
  /** The same registry, but for everything that was learned of it: what it says now is what it has. */
  uncached(spec: RegistrySpec): RemoteRegistry;
  /** The registry that a component descriptor names in the resource `where`. One that is not allowed refuses when it is asked. */
  described(reference: DescribedReference, where: string): ReadableStore;
  /** The login for a server that is no registry; never in plain HTTP, but where the user lists its host. */
  credentialFor(url: URL, consumer: Consumer): Promise<Credential | undefined>;
}

export type DescribedReference = Pick<ImageReference, "host" | "scheme" | "repository">;

export interface RegistriesOptions {
  readonly sources: readonly RepositorySpec[];
  readonly target: RepositorySpec | undefined;
  /** Whether nothing may change at the target; default false. */
  readonly isDryRun?: boolean;
  readonly logins: LoginProvider;
  /** Called with every token, before it is used. */
  readonly onSecret: ((secret: string) => void) | undefined;
  readonly client: HttpClient;
  readonly plainHttp: readonly string[];
  /** Hosts that the user wrote, in any input. */
  readonly namedHosts: NamedHosts;
  readonly allowed: readonly AllowedRegistry[];
  readonly onFinding: ((finding: Finding) => void) | undefined;
}

const UNPROTECTED = "no login is sent in plain HTTP to a host that only a component descriptor names so";

/** One registry per host, so that what was learned of it is known wherever it is met. */
export function createRegistries({
  client,
  logins,
  plainHttp,
  sources,
  target,
  isDryRun = false,
  onSecret,
  namedHosts,
  allowed,
  onFinding,
}: RegistriesOptions): Registries {
  const named = [...sources, ...(target === undefined ? [] : [target])].filter((spec) => spec.kind === "registry");
  const written = target?.kind === "registry" ? target : undefined;
  const schemes = new Map(
    named.flatMap(({ host, scheme }) => (scheme === undefined ? [] : [[canonicalHost(host), scheme]])),
  );
  const known = new Map<string, RemoteRegistry>();
  /** The resource that led to a repository first, by `host/repository`. */
  const resources = new Map<string, string>();
  const loggedIn = new Set<string>();
  /** By origin: also what is read without caches needs the identity tokens that are valid now. */
  const identityTokens = new Map<string, IdentityTokens>();
  // One for all: component descriptors may lead to any number of registries.
  const cache = createRegistryCache();

  /** A scheme that the user wrote wins over the list, whose lines may name a default port too: `withPort` has it. */
  function isPlain(host: string, withPort = host): boolean {
    const scheme = schemes.get(host);
    return scheme === undefined ? plainHttp.some((pattern) => matchesHost(withPort, pattern)) : scheme === "http";
  }

  function roleOf(host: string): RegistryRole {
    const isSource = sources.some((spec) => spec.kind === "registry" && canonicalHost(spec.host) === host);
    const isTarget = written !== undefined && canonicalHost(written.host) === host;
    if (isSource && isTarget) return "source and target";
    return isTarget ? "target" : isSource ? "source" : "artifacts";
  }

  function isBelowTarget(host: string, repository: string): boolean {
    if (written === undefined || canonicalHost(written.host) !== host) return false;
    return written.path === "" || repository.startsWith(`${written.path}/`);
  }

  function registry(host: string, plain: boolean, isTrusted: boolean): RemoteRegistry {
    const key = `${plain ? "http" : "https"}://${isTrusted ? "user@" : ""}${host}`;
    const existing = known.get(key) ?? create(host, plain, isTrusted, cachePart(cache, key));
    known.set(key, existing);
    return existing;
  }

  function noticeLogin(host: string, repository: string): void {
    const where = resources.get(`${host}/${repository}`);
    if (where === undefined || loggedIn.has(host)) return;
    loggedIn.add(host);
    onFinding?.(loginByDescriptor(host, where));
  }

  function identityTokensOf(origin: string): IdentityTokens {
    const known = identityTokens.get(origin) ?? createIdentityTokens(onSecret);
    identityTokens.set(origin, known);
    return known;
  }

  function isForeignHost(url: URL): boolean {
    const location = { host: hostOf(url), isPlain: url.protocol === "http:" };
    return !namedHosts.covers(location.host) && !isListedHost(allowed, location);
  }

  /** The error of a registry that a descriptor names and that may not be used; undefined where it may. */
  function refusal(url: URL, { host, repository }: DescribedReference, where: string): unknown {
    const location = { host: hostOf(url), repository, isPlain: url.protocol === "http:" };
    if (named.some((spec) => registries.named(spec).hopHost === location.host)) return undefined;
    if (!isAllowedRegistry(allowed, location)) return registryNotAllowed(host, repository, where);
    try {
      judge(url, { kind: "foreign-registry", host: location.host }, namedHosts);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  function create(host: string, plain: boolean, isTrusted: boolean, own = createRegistryCache()): RemoteRegistry {
    const isForeign = isForeignHost(urlOf(host, plain));
    const asked = (path: string): LoginRequest => ({
      consumer: "registry",
      host,
      scheme: plain ? "http" : "https",
      path,
    });
    return createRemoteRegistry({
      client,
      cache: own,
      host,
      plainHttp: plain,
      role: roleOf(host),
      ...(onSecret === undefined ? {} : { onToken: onSecret }),
      identityTokens: identityTokensOf(urlOf(host, plain).origin),
      isForeign,
      ...(isForeign ? { onLogin: (repository: string) => noticeLogin(host, repository) } : {}),
      isWritten: (repository) => isBelowTarget(host, repository) && !(isDryRun && createsByToken(host)),
      credentialFor: (repository) => (isTrusted ? logins.find(asked(repository)) : undefined),
      boundCredential: (realm, repository) => (isTrusted ? logins.bound(realm, asked(repository)) : undefined),
      explainLogin: (repository) => (isTrusted ? logins.explain(asked(repository)) : UNPROTECTED),
      allowsPlainHttp: (realm) => isPlain(realm.host, hostOf(realm)),
    });
  }

  const registries: Registries = {
    all: () => [...known.values()],
    async credentialFor(url, consumer) {
      const scheme = url.protocol === "https:" ? "https" : "http";
      if (scheme === "http" && !isPlain(url.host, hostOf(url))) return undefined;
      const path = url.pathname.replace(/^\//, "");
      const credential = await logins.find({ consumer, host: url.host, scheme, path });
      if (credential !== undefined && isForeignHost(url) && !loggedIn.has(url.host)) {
        loggedIn.add(url.host);
        onFinding?.(serverLoginByDescriptor(url.host, credential.from));
      }
      return credential;
    },
    /** What is written for one repository wins over what is written for another of the same host. */
    named({ host, scheme }: RegistrySpec): RemoteRegistry {
      const name = canonicalHost(host);
      return registry(name, scheme === undefined ? isPlain(name) : scheme === "http", true);
    },
    uncached(spec: RegistrySpec): RemoteRegistry {
      const { name, plainHttp: isPlainHttp } = registries.named(spec);
      return create(name, isPlainHttp, true);
    },
    /** A descriptor may name plain HTTP for a host, but no credentials are sent there unprotected because of it. */
    described({ host, scheme, repository }, where) {
      const name = canonicalHost(host);
      const isOwnWord = scheme === "http" && !isPlain(name) && !schemes.has(name);
      const plain = isOwnWord || (scheme !== "https" && isPlain(name));
      const refused = refusal(urlOf(name, plain), { host: name, scheme, repository }, where);
      if (refused !== undefined) return refusing(name, refused);
      const key = `${name}/${repository}`;
      resources.set(key, resources.get(key) ?? where);
      return registry(name, plain, !isOwnWord);
    },
  };
  // Those that the user named are known from the start, for the list of hosts that a run will need.
  named.forEach(registries.named);
  return registries;
}

/** An artifact may be found elsewhere by its digest: only asking here is refused. */
function refusing(name: string, error: unknown): ReadableStore {
  return {
    kind: "registry",
    name,
    repository() {
      throw error;
    },
  };
}

function urlOf(host: string, plain: boolean): URL {
  return new URL(`${plain ? "http" : "https"}://${apiHost(host)}/`);
}

function loginByDescriptor(host: string, where: string): Finding {
  return {
    code: "LOGIN_BY_DESCRIPTOR",
    message: `${host} received a login, and only the component descriptor names it, in ${printable(where, 200)}.`,
    remedy: `If that is meant, list ${host} in allowed-registries; otherwise list there the registries that descriptors may lead to.`,
  };
}

function serverLoginByDescriptor(host: string, from: string): Finding {
  return {
    code: "LOGIN_BY_DESCRIPTOR",
    message: `${host} received a login for charts or files, and only a component descriptor names it.`,
    remedy: `If that is not meant, take the login out of ${printable(from, 200)}, or limit it to a path there.`,
  };
}

/** Whether `host:port` is what a line of `plain-http` or the like means: `host[:port]`, or `.suffix[:port]` for everything below it. Without a port, every port. */
export function matchesHost(host: string, pattern: string): boolean {
  const [name, port] = splitPort(host);
  const [wanted, wantedPort] = splitPort(pattern);
  const isName = wanted.startsWith(".") ? name.endsWith(wanted) : name === wanted;
  return isName && (wantedPort === "" || wantedPort === port);
}

function splitPort(host: string): [string, string] {
  const port = /:(\d+)$/.exec(host)?.[1] ?? "";
  return [port === "" ? host : host.slice(0, -port.length - 1), port];
}
