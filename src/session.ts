import { readFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type AccessMethods, createAccessMethods } from "./access-methods/access-methods.ts";
import { errorCode, errorMessage, TransferError } from "./errors.ts";
import { type ClientOptions, createClient, type HttpClient, type Patience } from "./http/client.ts";
import type { Hop } from "./http/hop.ts";
import { reachOf } from "./http/reach.ts";
import { trustedAuthorities } from "./http/tls.ts";
import type { Inputs } from "./inputs.ts";
import { formatRepository, type RegistrySpec, type RepositorySpec } from "./ocm/component-reference.ts";
import type { ComponentRepository } from "./ocm/component-version.ts";
import { openCtf } from "./ocm/ctf.ts";
import { routeFor } from "./proxy/route.ts";
import type { Environment, ProxySettings } from "./proxy/settings.ts";
import {
  type CredentialEntry,
  canonicalHost,
  credentialFor,
  parseCredentialLines,
  parseDockerConfig,
} from "./registry/credentials.ts";
import { noProxyEntriesFor } from "./registry/hosts.ts";
import type { ImageReference } from "./registry/reference.ts";
import type { ReadableRegistry } from "./registry/registry.ts";
import { createRemoteRegistry, type RemoteRegistry } from "./registry/remote-registry.ts";

/** What all requests of a run share: connections, tokens, manifests that were read, and the list of hosts that were asked. */
export interface Session {
  /** Every request that went out, in order. */
  readonly hops: readonly Hop[];
  /** Every registry that the run has to do with. */
  registries(): readonly RemoteRegistry[];
  /** The registry or archive that the user named as a source. */
  openSource(spec: RepositorySpec): Promise<ComponentRepository>;
  openTarget(spec: RegistrySpec): ComponentRepository<RemoteRegistry>;
  /** The registry that a component descriptor names. */
  registryAt(reference: Pick<ImageReference, "host" | "scheme">): ReadableRegistry;
  /** Follows what a component descriptor names beside registries. */
  readonly accessMethods: Pick<AccessMethods, "locate">;
  /** A probe finds out and fails fast; a transfer gets through. */
  setStage(stage: "probe" | "transfer"): void;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Told of every secret that the run comes to hold. */
  readonly onSecret?: (secret: string) => void;
  readonly observeAnswer?: ClientOptions["observeAnswer"];
  readonly inputs: Inputs;
  readonly settings: ProxySettings;
  readonly credentials: readonly CredentialEntry[];
  readonly sources: readonly RepositorySpec[];
  readonly target: RegistrySpec | undefined;
  /** PEM certificates that are trusted beside those of Node.js and the system. */
  readonly certificates?: readonly string[];
  /** Hosts, or `.suffix`, whose certificate is not looked at. */
  readonly unverified?: readonly string[];
  /** Folder for files that are gone when the run is over. */
  readonly temp?: string;
}

export function openSession(options: SessionOptions): Session {
  const { inputs, settings, credentials, sources, target, onSecret, certificates = [], unverified = [] } = options;
  const { observeAnswer, temp = tmpdir() } = options;
  const hops: Hop[] = [];
  const patience: Record<"probe" | "transfer", Patience> = {
    // A server that asks to come back has been reached; one that does not answer may be the blocked hop.
    probe: { timeout: inputs.probeTimeout, attempts: inputs.retries, connections: 1, isFinal: true },
    transfer: { timeout: inputs.stallTimeout, attempts: inputs.retries },
  };
  let stage: "probe" | "transfer" = "transfer";
  const client = createClient({
    routeFor: (url) => routeFor(url, settings),
    observe: (hop) => hops.push(hop),
    ...(observeAnswer === undefined ? {} : { observeAnswer }),
    tls: {
      ca: trustedAuthorities(certificates),
      isUnverified: (host) => unverified.some((pattern) => matches(host, pattern)),
    },
    userAgent: "ocm-proxied-transfer",
    concurrency: inputs.concurrency,
    connectTimeout: inputs.probeTimeout,
    patience: () => patience[stage],
    stallTimeout: inputs.stallTimeout,
  });
  const registries = createRegistries({ client, credentials, plainHttp: inputs.plainHttp, sources, target, onSecret });

  // Where the user has business, a descriptor may send us; elsewhere it may only name what everybody can reach.
  const named = [...sources, ...(target === undefined ? [] : [target])]
    .flatMap((spec) => (spec.kind === "registry" ? [canonicalHost(spec.host)] : []))
    .concat(inputs.plainHttp)
    .concat(inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries));
  const accessMethods = createAccessMethods({
    client,
    registryAt: ({ host, scheme }) => registries.described(host, scheme),
    reach: (url) => reachOf(url, (host) => named.some((pattern) => matches(host, pattern))),
    folder: temp,
    attempts: inputs.retries,
  });

  return {
    hops,
    registries: registries.all,
    accessMethods,
    async openSource(spec) {
      const display = formatRepository(spec);
      if (spec.kind === "ctf") return { registry: await openCtf(spec.path), path: "", display };
      return { registry: registries.named(spec), path: spec.path, display };
    },
    openTarget: (spec) => ({ registry: registries.named(spec), path: spec.path, display: formatRepository(spec) }),
    registryAt: ({ host, scheme }) => registries.described(host, scheme),
    setStage(next) {
      stage = next;
    },
    async close() {
      await client.close();
      await accessMethods.close();
    },
  };
}

interface RegistriesOptions extends Pick<SessionOptions, "credentials" | "sources" | "target"> {
  readonly onSecret: SessionOptions["onSecret"] | undefined;
  readonly client: HttpClient;
  readonly plainHttp: readonly string[];
}

/** One registry per host, so that what was learned of it is known wherever it is met. */
function createRegistries({ client, credentials, plainHttp, sources, target, onSecret }: RegistriesOptions) {
  const named = [...sources, ...(target === undefined ? [] : [target])].filter((spec) => spec.kind === "registry");
  const schemes = new Map(
    named.flatMap(({ host, scheme }) => (scheme === undefined ? [] : [[canonicalHost(host), scheme]])),
  );
  const known = new Map<string, RemoteRegistry>();

  /** A scheme that the user wrote wins over the list. */
  function isPlain(host: string): boolean {
    const scheme = schemes.get(host);
    return scheme === undefined ? plainHttp.some((pattern) => matches(host, pattern)) : scheme === "http";
  }

  function neededFor(host: string): string {
    const isSource = sources.some((spec) => spec.kind === "registry" && canonicalHost(spec.host) === host);
    const isTarget = target !== undefined && canonicalHost(target.host) === host;
    if (isSource && isTarget) return "source and target registry";
    return isTarget ? "target registry" : isSource ? "source registry" : "artifacts";
  }

  function isBelowTarget(host: string, repository: string): boolean {
    if (target === undefined || canonicalHost(target.host) !== host) return false;
    return target.path === "" || repository.startsWith(`${target.path}/`);
  }

  function registry(host: string, plain: boolean, isTrusted: boolean): RemoteRegistry {
    const key = `${plain ? "http" : "https"}://${isTrusted ? "user@" : ""}${host}`;
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const created = createRemoteRegistry({
      client,
      host,
      plainHttp: plain,
      neededFor: neededFor(host),
      ...(onSecret === undefined ? {} : { onToken: onSecret }),
      isWritten: (repository) => isBelowTarget(host, repository),
      credentialAt: (other) => (isTrusted ? credentialFor(credentials, other, "") : undefined),
      credentialFor: (repository) => (isTrusted ? credentialFor(credentials, host, repository) : undefined),
    });
    known.set(key, created);
    return created;
  }

  return {
    all: () => [...known.values()],
    /** What is written for one repository wins over what is written for another of the same host. */
    named({ host, scheme }: RegistrySpec): RemoteRegistry {
      const name = canonicalHost(host);
      return registry(name, scheme === undefined ? isPlain(name) : scheme === "http", true);
    },
    /** A descriptor may say http for a host, but nobody's credentials go there unprotected on its word. */
    described(host: string, scheme: "http" | "https" | undefined): RemoteRegistry {
      const name = canonicalHost(host);
      const isOwnWord = scheme === "http" && !isPlain(name) && !schemes.has(name);
      if (isOwnWord) return registry(name, true, false);
      return registry(name, scheme === "https" ? false : isPlain(name), true);
    },
  };
}

/** `host[:port]`, or `.suffix[:port]` for everything below it. Without a port, every port. */
function matches(host: string, pattern: string): boolean {
  const [name, port] = splitPort(host);
  const [wanted, wantedPort] = splitPort(pattern);
  const isName = wanted.startsWith(".") ? name.endsWith(wanted) : name === wanted;
  return isName && (wantedPort === "" || wantedPort === port);
}

function splitPort(host: string): [string, string] {
  const port = /:(\d+)$/.exec(host)?.[1] ?? "";
  return [port === "" ? host : host.slice(0, -port.length - 1), port];
}

/** Credentials in their order of precedence: the input, then docker's configuration file. */
export async function readCredentials(inputs: Inputs, environment: Environment): Promise<CredentialEntry[]> {
  const fromInput = parseCredentialLines(inputs.credentials);
  const isNamed = inputs.registryConfig !== "";
  const file = isNamed
    ? inputs.registryConfig
    : join(environment.DOCKER_CONFIG || join(environment.HOME || homedir(), ".docker"), "config.json");
  if (file.trimStart().startsWith("{")) {
    throw new TransferError("CREDENTIALS_MALFORMED", "registry-config holds the content of a file, not its name", {
      where: "input registry-config",
      remedy: "Write the content to a file, and name that file in registry-config.",
    });
  }
  try {
    return [...fromInput, ...parseDockerConfig(await readFile(file, "utf8"), file)];
  } catch (error) {
    if (error instanceof TransferError) throw error;
    if (!isNamed && errorCode(error) === "ENOENT") return fromInput;
    throw new TransferError("CREDENTIALS_MALFORMED", `${file} cannot be read: ${errorMessage(error)}`, {
      where: isNamed ? "input registry-config" : file,
      remedy: "Name an existing docker config.json in registry-config.",
      cause: error,
    });
  }
}
