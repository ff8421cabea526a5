import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createLimiter } from "./bounds/limiter.ts";
import type { Finding } from "./errors/finding.ts";
import { TransferError } from "./errors/transfer-error.ts";
import { placeOf, workspaceOf } from "./files/place.ts";
import { removeFoldersOfEndedRuns, runFolder } from "./files/run-folder.ts";
import type { Inputs } from "./inputs.ts";
import type { AskHelper } from "./logins/credential-helper.ts";
import { createLogins, type LoginSource, type LoginUse } from "./logins/logins.ts";
import { type NamedHosts, namedHosts } from "./net/address/named-hosts.ts";
import { type ClientOptions, createClient } from "./net/client.ts";
import { trustedAuthorities } from "./net/connection/tls.ts";
import type { Hop } from "./net/hop.ts";
import { createHopList } from "./net/hop-list.ts";
import type { RetryPolicy } from "./net/http.ts";
import { withRetryPolicy } from "./net/work.ts";
import type { Descriptor } from "./oci/descriptor.ts";
import type { Digest } from "./oci/digest.ts";
import type { ReadableRepository, ReadableStore, Store } from "./oci/store.ts";
import { formatRepository, type RepositorySpec } from "./ocm/descriptor/component-reference.ts";
import type { ComponentRepository } from "./ocm/repository/component-version.ts";
import { routeFor } from "./proxy/route.ts";
import type { ProxySettings } from "./proxy/settings.ts";
import { type ArtifactSet, openArtifactSet } from "./stores/artifact-set/store.ts";
import { type Ctf, openCtf } from "./stores/ctf/store.ts";
import { type CtfTarget, openCtfTarget } from "./stores/ctf/writable-store.ts";
import { type AccessMethods, createAccessMethods } from "./stores/elsewhere/access-methods.ts";
import { readBase } from "./stores/inventory/read-base.ts";
import type { Credential } from "./stores/registry/auth/credentials.ts";
import { apiHost, noProxyEntriesFor } from "./stores/registry/hosts.ts";
import { createRegistries, type DescribedReference, matchesHost } from "./stores/registry/registries.ts";
import type { RemoteRegistry } from "./stores/registry/store.ts";
import { retryStream } from "./stores/retry-stream.ts";

/** What all requests of a run share: connections, tokens, manifests that were read, and the list of hosts that were asked. */
export interface Session {
  /** The requests that went out, in order: every host, each way to it and each purpose is among them. */
  readonly hops: readonly Hop[];
  /** Which source each host got its login from. */
  logins(): readonly LoginUse[];
  /** Every registry that the run has to do with. */
  registries(): readonly RemoteRegistry[];
  /** The store of an input. */
  openSource(spec: RepositorySpec): Promise<ComponentRepository>;
  /** The store to write to. */
  openTarget(spec: RepositorySpec): Promise<ComponentRepository<Store>>;
  /** The target as a later reader finds it, without anything that this run has cached; an archive after its commit. */
  reopenTarget(spec: RepositorySpec): Promise<ComponentRepository>;
  /** Folder for files that are gone when the run is over. */
  readonly temp: string;
  /** The registry that a component descriptor names in the resource `where`. */
  registryAt(reference: DescribedReference, where: string): ReadableStore;
  /** Locates content outside of registries that a component descriptor names. */
  readonly accessMethods: Pick<AccessMethods, "locate">;
  /** Opens the artifact set that a blob is; the same one once. */
  unpack(from: ReadableRepository, blob: Descriptor): Promise<ArtifactSet>;
  /** Runs work whose requests fail fast: they find out what can be reached, and the transfer does not depend on them. */
  probe<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Called with every token before it is used. */
  readonly onSecret?: (secret: string) => void;
  /** Called with every credential before it is used. */
  readonly onCredential?: (credential: Credential) => void;
  readonly observeAnswer?: ClientOptions["observeAnswer"];
  /** Called with a line for the log when a request waits longer than a user would expect. */
  readonly onWait?: (line: string) => void;
  /** Called with each finding when it is made. */
  readonly onFinding?: (finding: Finding) => void;
  readonly inputs: Inputs;
  readonly settings: ProxySettings;
  readonly logins: readonly LoginSource[];
  /** Default: no helper is known. */
  readonly askHelper?: AskHelper;
  readonly sources: readonly RepositorySpec[];
  readonly target: RepositorySpec | undefined;
  /** PEM certificates that are trusted in addition to those of Node.js and the system. */
  readonly certificates?: readonly string[];
  /** Hosts, or `.suffix`, whose certificate is not looked at. */
  readonly unverified?: readonly string[];
  /** Folder that the session makes one of its own in, when it needs one. */
  readonly temp?: string;
  /** Folder that the repository of the workflow is checked out to. */
  readonly workspace?: string;
  /** Ends the unpacking of archives. */
  readonly signal?: AbortSignal | undefined;
}

export function openSession(options: SessionOptions): Session {
  const { inputs, settings, sources, target, onSecret, certificates = [], unverified = [] } = options;
  const { observeAnswer, onWait, onFinding, onCredential, signal } = options;
  const { workspace = workspaceOf({}), askHelper = async () => undefined } = options;
  const logins = createLogins({ sources: options.logins, askHelper, onCredential });
  const parent = options.temp ?? tmpdir();
  const temp = runFolder(parent);
  const tidying = removeFoldersOfEndedRuns(parent);
  const { hops, add: observe } = createHopList();
  // A server that asks to wait has been reached; one that does not answer may be the blocked hop.
  const probePolicy: RetryPolicy = {
    timeout: inputs.probeTimeout,
    attempts: inputs.retries,
    connectAttempts: 1,
    failFast: true,
  };
  const named = hostsNamedBy(options);
  const client = createClient({
    named,
    routeFor: (url) => routeFor(url, settings),
    observe,
    ...(observeAnswer === undefined ? {} : { observeAnswer }),
    ...(onWait === undefined ? {} : { onWait }),
    tls: {
      ca: trustedAuthorities(certificates),
      isUnverified: (host) => unverified.some((pattern) => matchesHost(host, pattern)),
    },
    userAgent: "ocm-proxied-transfer",
    concurrency: inputs.concurrency,
    connectTimeout: inputs.probeTimeout,
    retryPolicy: { timeout: inputs.stallTimeout, attempts: inputs.retries },
    stallTimeout: inputs.stallTimeout,
  });
  const registries = createRegistries({
    client,
    logins,
    plainHttp: inputs.plainHttp,
    sources,
    target,
    isDryRun: inputs.dryRun,
    onSecret,
    namedHosts: named,
    allowed: inputs.allowedRegistries,
    onFinding,
  });
  const accessMethods = createAccessMethods({
    client,
    registryAt: registries.described,
    credentialFor: registries.credentialFor,
    folder: temp,
    attempts: inputs.retries,
  });

  const archives = new Map<string, Promise<Ctf>>();
  const artifactSets = new Map<Digest, Promise<ArtifactSet>>();
  const slots = createLimiter(inputs.concurrency);
  const reopened: Promise<Ctf>[] = [];
  let archiveTarget: Promise<CtfTarget> | undefined;

  /** Out of an archive, everything could be unpacked at once. */
  async function unpacking<T>(work: () => Promise<T>): Promise<T> {
    const release = await slots.acquire("archives", signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  function openArchive(path: string): Promise<Ctf> {
    const opened = archives.get(path) ?? openCtf(path, { spool: temp }, signal);
    archives.set(path, opened);
    return opened;
  }

  const waiting = { patience: inputs.stallTimeout, onWait: (finding: Finding) => onFinding?.(finding) };

  async function openTargetArchive(path: string): Promise<CtfTarget> {
    const place = await placeOf(path, { workspace, where: "input target" });
    const isDryRun = inputs.dryRun || inputs.command !== "transfer";
    const base = await readBase(inputs.base, { spool: temp }, signal);
    return openCtfTarget(place, { spool: temp, isDryRun, base, lock: waiting }, signal);
  }

  return {
    hops,
    logins: logins.uses,
    registries: registries.all,
    accessMethods,
    temp,
    async openSource(spec) {
      const display = formatRepository(spec);
      if (spec.kind === "ctf") return { registry: await openArchive(spec.path), path: "", display };
      return { registry: registries.named(spec), path: spec.path, display };
    },
    async openTarget(spec) {
      const display = formatRepository(spec);
      if (spec.kind === "registry") return { registry: registries.named(spec), path: spec.path, display };
      archiveTarget ??= openTargetArchive(spec.path);
      return { registry: await archiveTarget, path: "", display };
    },
    async reopenTarget(spec) {
      const display = formatRepository(spec);
      if (spec.kind === "registry") return { registry: registries.uncached(spec), path: spec.path, display };
      const opening = openCtf(spec.path, { spool: temp }, signal);
      reopened.push(opening);
      return { registry: await opening, path: "", display };
    },
    registryAt: registries.described,
    unpack(from, blob) {
      const open = () => openArtifactSet(from, blob, { spool: temp }, signal);
      const opening = artifactSets.get(blob.digest) ?? unpacking(() => retryStream(inputs.retries, open, signal));
      artifactSets.set(blob.digest, opening);
      opening.catch(() => artifactSets.delete(blob.digest));
      return opening;
    },
    probe: (work) => withRetryPolicy(probePolicy, work),
    async close() {
      await client.close();
      if (signal?.reason instanceof TransferError) await (await archiveTarget?.catch(() => undefined))?.suspend();
      const opened = await Promise.allSettled([
        ...archives.values(),
        ...artifactSets.values(),
        ...reopened,
        archiveTarget,
      ]);
      const closing = opened.map(async (result) => {
        if (result.status === "rejected" || result.value === undefined) return;
        await result.value.close();
      });
      // A file that cannot be removed is no reason to lose what the run has to report.
      await Promise.allSettled([...closing, accessMethods.close()]);
      await rm(temp, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
      await tidying;
    },
  };
}

/** The hosts of the user's inputs: requests may go there, private or not. */
function hostsNamedBy({ inputs, sources, target }: Pick<SessionOptions, "inputs" | "sources" | "target">): NamedHosts {
  const isPlain = (host: string) => inputs.plainHttp.some((pattern) => matchesHost(`${host}:80`, pattern));
  const ofRepositories = [...sources, ...(target === undefined ? [] : [target])].flatMap((spec) => {
    if (spec.kind !== "registry") return [];
    const isHttp = spec.scheme === undefined ? isPlain(spec.host.toLowerCase()) : spec.scheme === "http";
    return [{ pattern: apiHost(spec.host), isPlain: isHttp }];
  });
  const others = [
    ...inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries),
    // A suffix is for registries alone: it limits where descriptors lead, and is not to open anything else.
    ...inputs.allowedRegistries.map(({ pattern }) => apiHost(pattern)).filter((pattern) => !pattern.startsWith(".")),
  ].map((pattern) => ({ pattern, isPlain: isPlain(pattern) }));
  return namedHosts([...ofRepositories, ...others, ...inputs.plainHttp.map((pattern) => ({ pattern, isPlain: true }))]);
}
