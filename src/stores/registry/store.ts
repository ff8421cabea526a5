import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { hostOf } from "../../net/address/host.ts";
import { drain } from "../../net/body.ts";
import { isForeignPage } from "../../net/foreign-page.ts";
import type { Hop } from "../../net/hop.ts";
import type { HttpClient } from "../../net/http.ts";
import type { RegistryRole } from "../../net/purpose.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { publishTags, restoreTags } from "../../oci/publish-tags.ts";
import { isRepository } from "../../oci/reference.ts";
import type { PushProof, Repository, Store } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import { createAuthorizedClient } from "./auth/authorization.ts";
import type { Credential } from "./auth/credentials.ts";
import type { IdentityTokens } from "./auth/identity-tokens.ts";
import { scopeOf } from "./auth/scope.ts";
import { createRegistryCache, type KnownManifest, type RegistryCache } from "./cache.ts";
import { registryError } from "./error.ts";
import { apiHost } from "./hosts.ts";
import { createListReferrers } from "./referrers.ts";
import { createRepository } from "./repository.ts";

export interface RemoteRegistryOptions {
  readonly client: HttpClient;
  /** `host[:port]` as written; `docker.io` stands for Docker Hub. */
  readonly host: string;
  readonly plainHttp: boolean;
  /** The role of the registry in this run. */
  readonly role: RegistryRole;
  /** Whether tokens are requested with the right to push: one for both saves a second one, and shows early where the right is missing. */
  readonly isWritten: (repository: string) => boolean;
  readonly credentialFor: (repository: string) => Credential | undefined | Promise<Credential | undefined>;
  /** The credential that the user bound to the host of a token realm for this registry. */
  readonly boundCredential?: (realm: URL, repository: string) => Credential | undefined;
  /** For the refusal of a login: where it was from, or where one was looked for. */
  readonly explainLogin?: (repository: string) => string;
  /** Whether the host of a token realm, other than the registry, may be asked in plain HTTP. */
  readonly allowsPlainHttp?: (realm: URL) => boolean;
  /** Called with every token, before it is used. */
  readonly onToken?: (token: string) => void;
  /** Whether only a component descriptor names it: other hosts that it names have to be public then. */
  readonly isForeign?: boolean;
  /** Called before a login for a repository is sent, to the registry or its token host. */
  readonly onLogin?: (repository: string) => void;
  /** Shared by all instances of the registry. */
  readonly identityTokens?: IdentityTokens;
  /** For manifests and lists of tags; by default a cache of its own. */
  readonly cache?: RegistryCache;
}

export interface RemoteRegistry extends Store {
  repository(name: string): RemoteRepository;
  /** `host:port` that requests for manifests go to. */
  readonly hopHost: string;
  readonly plainHttp: boolean;
  /** The prefix of a repository in an absolute reference: the host, with `http://` where it speaks plain HTTP. */
  readonly origin: string;
  /** Requests `/v2/` (distribution-spec, end-1). Throws where no registry answers. */
  ping(signal?: AbortSignal): Promise<void>;
}

export interface RemoteRepository extends Repository {
  readonly store: RemoteRegistry;
  /** Requests the first byte of a blob, and follows redirects: the route of a download. Resolves to its last request. */
  probe(blob: Descriptor, signal?: AbortSignal): Promise<Hop>;
  /** Fails where the registry does not let this run push. */
  checkPushRight(proof: PushProof, signal?: AbortSignal): Promise<readonly Finding[]>;
}

/** A registry behind HTTP (distribution-spec 1.1). Manifests are kept in memory, so that each is requested once. */
export function createRemoteRegistry(options: RemoteRegistryOptions): RemoteRegistry {
  const host = apiHost(options.host);
  const base = `${options.plainHttp ? "http" : "https"}://${host}/v2/`;
  const { origin } = new URL(base);
  const hopHost = hostOf(new URL(base));
  const client = createAuthorizedClient({ ...options, hopHost, origin });
  const shared = {
    ...(options.cache ?? createRegistryCache()),
    reading: new Map<string, Promise<KnownManifest>>(),
    proofs: {},
    listReferrers: createListReferrers(),
  };
  /** One object for each, so that what is known of it is found again. */
  const repositories = new Map<string, RemoteRepository>();

  const registry: RemoteRegistry = {
    kind: "registry",
    name: options.host,
    hopHost,
    plainHttp: options.plainHttp,
    origin: options.plainHttp ? `http://${options.host}` : options.host,
    repository(name) {
      const known = repositories.get(name);
      if (known !== undefined) return known;
      // Names come from descriptors of others and become paths of URLs.
      if (!isRepository(name)) {
        throw new TransferError("REFERENCE_MALFORMED", `"${printable(name, 120)}" is an invalid repository name`, {
          where: options.host,
          remedy: "Repository names have at most 255 small letters, digits, and single . _ - / between them.",
        });
      }
      const scopes = [scopeOf(name, options.isWritten(name) ? "pull,push" : "pull")];
      const where = `${options.host}/${name}`;
      const repository = createRepository(registry, {
        name,
        where,
        base: `${base}${name}/`,
        client,
        scopes,
        ...shared,
      });
      repositories.set(name, repository);
      return repository;
    },
    async ping(signal) {
      const response = await client.learn({ method: "GET", url: base }, signal);
      const { status, headers, hop } = response;
      const isPage = isForeignPage(headers);
      // The login follows at the repository, with its scope.
      if (!isPage && (status === 200 || status === 401 || status === 403)) return drain(response);
      const isPortal = isPage && (status === 200 || status === 511 || hop.host !== hopHost);
      const isBusy = status === 429 || status >= 500;
      const as = isPortal ? "CAPTIVE_PORTAL" : (isPage && !isBusy) || status === 404 ? "NOT_A_REGISTRY" : undefined;
      throw await registryError(response, `asking for the API of ${options.host}`, { as });
    },
    publish: (tags, signal) => publishTags(tags, registry, signal),
    rollback: async (tags) => ({ kind: "tags", ...(await restoreTags(tags, registry)) }),
  };
  return registry;
}
