import type { Cache } from "../../bounds/cache.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { hostOf } from "../../net/address/host.ts";
import { bodyError, drain, readAll } from "../../net/body.ts";
import type { Hop } from "../../net/hop.ts";
import type { HttpClient, HttpResponse } from "../../net/http.ts";
import type { RegistryRole } from "../../net/purpose.ts";
import { isRetryable, isRetryableStatus } from "../../net/retryable.ts";
import { countRepetition, keepOneAttempt } from "../../net/work.ts";
import { bytesOf, streamOf } from "../../oci/content.ts";
import { type Descriptor, isManifest, isRecord, MANIFEST_TYPES, MAX_MANIFEST_BYTES } from "../../oci/descriptor.ts";
import { isDigest, sha256 } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import type { Registry, Repository } from "../../oci/store.ts";
import { verified, verifying } from "../../oci/verify.ts";
import { printable } from "../../text/redact.ts";
import { type AuthorizedClient, createAuthorizedClient } from "./auth/authorization.ts";
import type { Credential } from "./auth/credentials.ts";
import { bindingRemedy } from "./auth/realm.ts";
import { scopeOf } from "./auth/scope.ts";
import { createRegistryCache, type KnownManifest, type RegistryCache, TAG_SIZE } from "./cache.ts";
import { isTemporaryRefusal, RegistryError, registryError } from "./error.ts";
import { apiHost } from "./hosts.ts";
import { createListReferrers, type ListReferrers } from "./referrers.ts";
import { listTags } from "./tags.ts";
import { cancelUpload, pushBlob, uploadRequest } from "./upload.ts";

export interface RemoteRegistryOptions {
  readonly client: HttpClient;
  /** `host[:port]` as written; `docker.io` stands for Docker Hub. */
  readonly host: string;
  readonly plainHttp: boolean;
  /** What the registry is in this run. */
  readonly role: RegistryRole;
  /** Whether tokens are asked for with the right to push: one for both saves a second, and shows early where it is missing. */
  readonly isWritten: (repository: string) => boolean;
  readonly credentialFor: (repository: string) => Credential | undefined | Promise<Credential | undefined>;
  /** What the user bound to the host of a token realm for this registry. */
  readonly boundCredential?: (realm: URL, repository: string) => Credential | undefined;
  /** For the refusal of a login: where it was from, or where one was looked for. */
  readonly explainLogin?: (repository: string) => string;
  /** Whether the host of a token realm, other than the registry, may be asked in plain HTTP. */
  readonly allowsPlainHttp?: (realm: URL) => boolean;
  /** Told of every token that was got, before it is used. */
  readonly onToken?: (token: string) => void;
  /** Whether only a component descriptor names it: other hosts that it leads to have to be public then. */
  readonly isForeign?: boolean;
  /** Called before a login for a repository goes out, to the registry or its token host. */
  readonly onLogin?: (repository: string) => void;
  /** Where manifests and lists of tags are kept; by default in a cache of the registry's own. */
  readonly cache?: RegistryCache;
}

export interface RemoteRegistry extends Registry<RemoteRepository> {
  /** `host:port` that requests for manifests go to. */
  readonly hopHost: string;
  readonly plainHttp: boolean;
  /** What stands before a repository in an absolute reference: the host, with `http://` where it speaks plain HTTP. */
  readonly origin: string;
  /** Asks `/v2/` (distribution-spec, endpoint end-1): is there a registry, and does it let us in? */
  ping(signal?: AbortSignal): Promise<void>;
}

export interface RemoteRepository extends Repository {
  readonly registry: RemoteRegistry;
  /** Asks for the first byte of a blob, redirects followed: the way that a download would go. */
  probe(blob: Descriptor, signal?: AbortSignal): Promise<Hop>;
  /** Throws PUSH_DENIED where the token that was granted tells already that nothing may be written. */
  checkPushRight(signal?: AbortSignal): Promise<void>;
}

/** Content of at most so many bytes is held in memory, and has to arrive as a document does. Component descriptors are. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** A registry behind HTTP (distribution-spec 1.1). Manifests are kept in memory, so that they are not asked for again. */
export function createRemoteRegistry(options: RemoteRegistryOptions): RemoteRegistry {
  const host = apiHost(options.host);
  const base = `${options.plainHttp ? "http" : "https"}://${host}/v2/`;
  const { origin } = new URL(base);
  const hopHost = hostOf(new URL(base));
  const client = createAuthorizedClient({ ...options, hopHost, origin });
  const { manifests, tagLists } = options.cache ?? createRegistryCache();
  const listReferrers = createListReferrers();
  const reading = new Map<string, Promise<KnownManifest>>();

  const registry: RemoteRegistry = {
    name: options.host,
    hopHost,
    plainHttp: options.plainHttp,
    origin: options.plainHttp ? `http://${options.host}` : options.host,
    repository(name) {
      // Names come from descriptors of others and become paths of URLs.
      if (!isRepository(name)) {
        throw new TransferError("REFERENCE_MALFORMED", `"${printable(name, 120)}" can be no repository`, {
          where: options.host,
          remedy: "Repository names have at most 255 small letters, digits, and single . _ - / between them.",
        });
      }
      const actions = options.isWritten(name) ? "pull,push" : "pull";
      const url = `${base}${name}/`;
      return createRepository({
        name,
        base: url,
        actions,
        client,
        manifests,
        reading,
        tagLists,
        listReferrers,
        registry,
      });
    },
    async ping(signal) {
      const response = await client.learn({ method: "GET", url: base }, signal);
      const { status, headers, hop } = response;
      const isPage = isForeignPage(headers);
      // A login that is wanted here is asked for at the repository, with its scope.
      if (!isPage && (status === 200 || status === 401 || status === 403)) return drain(response);
      const isPortal = isPage && (status === 200 || status === 511 || hop.host !== hopHost);
      const isBusy = status === 429 || status >= 500;
      const as = isPortal ? "CAPTIVE_PORTAL" : (isPage && !isBusy) || status === 404 ? "NOT_A_REGISTRY" : undefined;
      throw await registryError(response, `asking for the API of ${options.host}`, { as });
    },
  };
  return registry;
}

interface RepositoryContext {
  readonly name: string;
  readonly base: string;
  readonly actions: "pull" | "pull,push";
  readonly client: AuthorizedClient;
  /** By `repository@digest`: that one repository has a manifest says nothing of another. */
  readonly manifests: Cache<KnownManifest>;
  readonly listReferrers: ListReferrers;
  /** Tags of repositories as they were when they were first asked for. */
  readonly tagLists: Cache<Promise<readonly string[]>>;
  /** Those by digest that are being asked for: who wants the same waits with the first. */
  readonly reading: Map<string, Promise<KnownManifest>>;
  readonly registry: RemoteRegistry;
}

function createRepository(context: RepositoryContext): RemoteRepository {
  const { name, base, actions, client, manifests, reading, registry } = context;
  const scopes = [scopeOf(name, actions)];
  const list = { base, client, scopes, where: `${registry.name}/${name}` };
  const path = ({ mediaType, digest }: Descriptor) =>
    `${base}${isManifest(mediaType) ? "manifests" : "blobs"}/${digest}`;
  const acceptOf = (mediaType: string) => (isManifest(mediaType) ? { accept: mediaType } : {});

  async function getManifest(reference: string, signal?: AbortSignal): Promise<KnownManifest> {
    if (!isDigest(reference)) return readManifest(reference, signal);
    const key = `${name}@${reference}`;
    const known = manifests.get(key) ?? reading.get(key);
    if (known !== undefined) return known;
    const asked = readManifest(reference, signal).finally(() => reading.delete(key));
    reading.set(key, asked);
    return asked;
  }

  async function readManifest(reference: string, signal?: AbortSignal): Promise<KnownManifest> {
    if (!isDigest(reference) && !isTag(reference)) {
      throw new TransferError("REFERENCE_MALFORMED", `"${printable(reference, 120)}" is neither tag nor digest`, {
        where: `${registry.name}/${name}`,
        remedy: "See where the reference was written.",
      });
    }
    const headers = { accept: MANIFEST_TYPES.join(", ") };
    const request = {
      method: "GET" as const,
      url: `${base}manifests/${reference}`,
      headers,
      bufferUpTo: MAX_MANIFEST_BYTES,
    };
    const response = await client.request(request, scopes, signal);
    const where = `${registry.name}/${name}`;
    if (response.status !== 200)
      throw await registryError(response, `reading manifest ${reference} of ${where}`, { of: "manifest" });
    const content = await readAll(response, MAX_MANIFEST_BYTES);
    const mediaType = mediaTypeOf(content, response.headers["content-type"]);
    const digest = isDigest(reference) ? reference : sha256(content);
    const descriptor = { mediaType, digest, size: content.length };
    verified(content, descriptor, where);
    const manifest = { descriptor, content };
    manifests.set(`${name}@${digest}`, manifest, content.length);
    return manifest;
  }

  return {
    name,
    registry,

    async resolve(reference, signal) {
      return (await getManifest(reference, signal)).descriptor;
    },

    async exists(target, signal) {
      const request = { url: path(target), headers: acceptOf(target.mediaType), redirects: false };
      let response = await client.request({ ...request, method: "HEAD" }, scopes, signal);
      if (response.status === 405 || response.status === 501) {
        await drain(response);
        response = await client.request({ ...request, method: "GET" }, scopes, signal);
      }
      const { status } = response;
      if (status >= 400 && status !== 404) {
        const of = isManifest(target.mediaType) ? "manifest" : "blob";
        throw await registryError(response, `looking for ${describe(target)} in ${registry.name}/${name}`, { of });
      }
      await drain(response);
      // A registry that redirects the request has looked the blob up before.
      return status < 400;
    },

    listTags(signal) {
      const { tagLists } = context;
      const known = tagLists.get(name);
      if (known !== undefined) return known;
      const asked = listTags(list, signal);
      tagLists.set(name, asked, 0);
      asked.then(
        (tags) => tagLists.set(name, asked, tags.length * TAG_SIZE),
        () => tagLists.delete(name),
      );
      return asked;
    },

    listReferrers: (subject, signal) => context.listReferrers(list, subject, signal),

    async fetch(target, signal) {
      if (isManifest(target.mediaType)) {
        const { content } = await getManifest(target.digest, signal);
        return streamOf(verified(content, target, `${registry.name}/${name}`));
      }
      // Small content is asked for again where it breaks off; one byte more than expected is enough to be found out.
      const buffered = target.size <= MAX_DOCUMENT ? { bufferUpTo: target.size + 1, truncate: true } : {};
      const response = await client.request({ method: "GET", url: path(target), ...buffered }, scopes, signal);
      if (response.status !== 200 || isInserted(response, target)) throw await refusedBlob(response, target);
      return verifying(response.body, target, response.hop.host, (error) => bodyError(response, error));
    },

    async probe(blob, signal) {
      const headers = blob.size > 0 ? { range: "bytes=0-0" } : {};
      const response = await client.request({ method: "GET", url: path(blob), headers }, scopes, signal);
      if (response.status >= 400 || isInserted(response, blob)) throw await refusedBlob(response, blob);
      response.body.on("error", () => {}).destroy();
      return response.hop;
    },

    async checkPushRight(signal) {
      const granted = await client.granted(scopes, signal);
      const actions = granted?.actions.get(name);
      // A token that speaks of other repositories alone may call this one by another name.
      if (granted === undefined || (actions === undefined && granted.actions.size > 0)) return;
      if (actions?.has("push") || actions?.has("*")) return;
      const allows = actions === undefined || actions.size === 0 ? "nothing" : [...actions].join(", ");
      const { hop, foreignHost } = granted;
      throw new RegistryError(
        foreignHost === undefined ? "PUSH_DENIED" : "TOKEN_HOST_FOREIGN",
        `the token that was granted for ${registry.name}/${name} allows ${printable(allows, 80)}, and not push`,
        {
          hop,
          status: 403,
          registryCodes: [],
          remedy: foreignHost === undefined ? undefined : bindingRemedy(registry.name, foreignHost),
        },
      );
    },

    async push(expected, content, signal) {
      const what = `pushing ${describe(expected)} to ${registry.name}/${name}`;
      if (!isManifest(expected.mediaType)) return pushBlob({ base, client, scopes, what }, expected, content, signal);
      const bytes = Buffer.isBuffer(content) ? content : await bytesOf(content);
      await putManifest(expected.digest, expected, bytes, what, signal);
      manifests.set(`${name}@${expected.digest}`, { descriptor: expected, content: bytes }, bytes.length);
    },

    async tag(target, tag, signal) {
      const { content } = await getManifest(target.digest, signal);
      await putManifest(tag, target, content, `tagging ${registry.name}/${name}:${tag}`, signal);
    },

    async untag(tag, signal) {
      // Deleting is an action of its own (distribution, spec/auth/scope.md); whether it is granted depends on the account.
      const request = { method: "DELETE" as const, url: `${base}manifests/${tag}` };
      const response = await client.request(request, [scopeOf(name, "delete")], signal);
      await drain(response);
      return response.status < 300;
    },

    async mount(target, from, signal) {
      const both = [...scopes, scopeOf(from, "pull")];
      const url = `${base}blobs/uploads/?mount=${encodeURIComponent(target.digest)}&from=${encodeURIComponent(from)}`;
      try {
        const response = await keepOneAttempt(() => client.request(uploadRequest(url), both, signal));
        await drain(response);
        if (response.status === 201) return true;
        // The upload that follows is the last attempt for this blob.
        if (isRetryableStatus(response.status)) countRepetition();
        // The registry offers an upload instead; the upload that follows begins one of its own.
        const location = response.status === 202 ? URL.parse(response.headers.location ?? "", response.hop.url) : null;
        if (location !== null && location.origin === new URL(base).origin) await cancelUpload(client, location, both);
        return false;
      } catch (error) {
        signal?.throwIfAborted();
        const isTemporary = isRetryable(error) || isTemporaryRefusal(error);
        if (isTemporary) countRepetition();
        // A client that gets no token for both repositories can still copy.
        if (isTemporary || error instanceof TransferError) return false;
        throw error;
      }
    },
  };

  function refusedBlob(response: HttpResponse, blob: Descriptor) {
    const as = isInserted(response, blob) ? "CAPTIVE_PORTAL" : undefined;
    return registryError(response, `reading ${describe(blob)} of ${registry.name}/${name}`, { as, of: "blob" });
  }

  async function putManifest(
    reference: string,
    target: Descriptor,
    content: Buffer,
    what: string,
    signal?: AbortSignal,
  ) {
    const headers = { "content-type": target.mediaType };
    const request = { method: "PUT" as const, url: `${base}manifests/${reference}`, headers, body: content };
    const response = await client.request(request, scopes, signal);
    if (response.status >= 300) throw await registryError(response, what, { of: "push" });
    await drain(response);
  }
}

/** Whether somebody answers who is no registry. */
function isForeignPage(headers: Readonly<Record<string, string>>): boolean {
  const isPage = headers["content-type"]?.includes("text/html") ?? false;
  return isPage && headers["docker-distribution-api-version"] === undefined;
}

/** Whether a page came instead of a blob. A blob may be a page too, but none of another size. */
function isInserted({ status, headers }: HttpResponse, { size }: Descriptor): boolean {
  return status === 200 && isForeignPage(headers) && headers["content-length"] !== String(size);
}

/** What the document says it is, else what the header says: some registries serve manifests as text. */
function mediaTypeOf(content: Buffer, contentType: string | undefined): string {
  const header = contentType?.split(";")[0]?.trim() ?? "";
  if (isManifest(header)) return header;
  try {
    const document: unknown = JSON.parse(content.toString("utf8"));
    if (isRecord(document) && typeof document.mediaType === "string") return document.mediaType;
  } catch {
    // Whoever parses the manifest says so, with its whereabouts.
  }
  return header;
}

function describe({ mediaType, digest }: Descriptor): string {
  return `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;
}
