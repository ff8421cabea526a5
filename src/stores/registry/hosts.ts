import type { Finding } from "../../errors/finding.ts";
import { canonicalHost } from "../../oci/host.ts";

/** high: the operator documents it. medium: several public allow lists agree. low: a hint that only a probe can confirm. */
export type Confidence = "high" | "medium" | "low";

/**
 * Which hosts a registry sends its clients to, as of November 2026. Only the redirect of a real blob request is certain; this is what
 * an allow list or NO_PROXY can be filled with beforehand. A host that starts with a dot stands for everything below it.
 */
export interface RegistryHosts {
  readonly registry: readonly string[];
  readonly token: readonly string[];
  readonly blob: readonly string[];
  readonly confidence: Confidence;
}

interface KnownRegistry {
  /** Named groups fill `{name}` in the hosts. */
  readonly pattern: RegExp;
  /** Further names of the same registry. */
  readonly aliases?: readonly string[];
  readonly token?: readonly string[];
  readonly blob: readonly string[];
  readonly confidence: Confidence;
  /** Whether the first request of a push may create the repository. */
  readonly createsRepositories?: boolean;
}

const GOOGLE_STORAGE = "storage.googleapis.com";
const QUAY_CDN = ["quay.io", ".quay.io"];

const KNOWN: readonly KnownRegistry[] = [
  {
    pattern: /^ghcr\.io$/,
    blob: ["pkg-containers.githubusercontent.com"],
    confidence: "high",
    createsRepositories: true,
  },
  {
    pattern: /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.docker\.io)$/,
    aliases: ["docker.io", "registry-1.docker.io", "index.docker.io"],
    token: ["auth.docker.io"],
    blob: [
      "production.cloudflare.docker.com",
      "production.cloudfront.docker.com",
      "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    ],
    confidence: "high",
  },
  {
    pattern: /^quay\.io$/,
    blob: [".quay.io", "quayio-production-s3.s3.amazonaws.com"],
    confidence: "high",
  },
  {
    pattern: /^registry\.(?:access\.)?redhat\.(?:io|com)$/,
    token: ["sso.redhat.com", "registry.redhat.io"],
    blob: QUAY_CDN,
    confidence: "high",
  },
  {
    pattern: /^(?:(?:[a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)$/,
    blob: [GOOGLE_STORAGE],
    confidence: "medium",
  },
  {
    pattern: /^public\.ecr\.aws$/,
    blob: ["d2glxqk2uabbnd.cloudfront.net", "d5l0dvt14r5h8.cloudfront.net"],
    confidence: "medium",
  },
  {
    pattern: /^\d{12}\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?<china>\.cn)?$/,
    token: ["api.ecr.{region}.amazonaws.com{china}", "sts.{region}.amazonaws.com{china}"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com{china}"],
    confidence: "high",
    createsRepositories: true,
  },
  {
    pattern: /^\d{12}\.dkr-ecr\.(?<region>[a-z0-9-]+)\.on\.aws$/,
    token: ["api.ecr.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
    confidence: "high",
    createsRepositories: true,
  },
  {
    pattern: /^[a-z0-9-]+\.azurecr\.io$/,
    blob: [".blob.core.windows.net", ".data.azurecr.io", ".geo.azurecr.io"],
    confidence: "high",
  },
  { pattern: /^mcr\.microsoft\.com$/, blob: [".data.mcr.microsoft.com"], confidence: "high" },
  {
    // It redirects manifests too, to a region that it chooses; the S3 buckets are named by that region.
    pattern: /^registry\.k8s\.io$/,
    blob: ["cdn.registry.k8s.io", ".pkg.dev", GOOGLE_STORAGE],
    confidence: "medium",
  },
  {
    pattern: /^registry\.gitlab\.com$/,
    token: ["gitlab.com"],
    blob: ["cdn.registry.gitlab-static.net", GOOGLE_STORAGE],
    confidence: "high",
  },
  {
    pattern: /^nvcr\.io$/,
    token: ["authn.nvidia.com"],
    blob: ["layers.nvcr.io", "api.ngc.nvidia.com"],
    confidence: "medium",
  },
  {
    pattern: /^cgr\.dev$/,
    token: ["issuer.enforce.dev", "console-api.enforce.dev"],
    blob: ["9236a389bd48b984df91adc1bc924620.r2.cloudflarestorage.com"],
    confidence: "high",
  },
  {
    pattern: /^(?:docker\.pkg\.github\.com|[a-z0-9-]+\.pkg\.github\.com)$/,
    blob: ["ghcr.io", "pkg-containers.githubusercontent.com"],
    confidence: "medium",
  },
  {
    pattern: /^(?:[a-z0-9-]+\.)?icr\.io$/,
    token: ["icr.io", "iam.cloud.ibm.com"],
    blob: [".icr.io"],
    confidence: "high",
  },
  {
    pattern: /^(?<region>[a-z0-9-]+)\.ocir\.io$/,
    blob: ["objectstorage.{region}.oraclecloud.com"],
    confidence: "low",
  },
  {
    pattern: /^registry\.digitalocean\.com$/,
    token: ["api.digitalocean.com"],
    blob: [".digitaloceanspaces.com"],
    confidence: "low",
  },
  {
    pattern: /^rg\.(?<region>[a-z0-9-]+)\.scw\.cloud$/,
    token: ["api.scaleway.com"],
    blob: ["s3.{region}.scw.cloud"],
    confidence: "low",
  },
  {
    pattern: /^(?:registry\.(?<region>[a-z0-9-]+)\.aliyuncs\.com|[a-z0-9-]+\.(?<area>[a-z0-9-]+)\.cr\.aliyuncs\.com)$/,
    token: ["dockerauth.{region}{area}.aliyuncs.com", "dockerauth-ee.{region}{area}.aliyuncs.com"],
    blob: [".oss-{region}{area}.aliyuncs.com"],
    confidence: "low",
  },
  {
    pattern: /^swr\.(?<region>[a-z0-9-]+)\.myhuaweicloud\.com$/,
    blob: [".obs.{region}.myhuaweicloud.com"],
    confidence: "low",
  },
];

/** The hosts of a known registry, by `host[:port]`. */
export function registryHosts(registry: string): RegistryHosts | undefined {
  const host = hostnameOf(registry);
  for (const known of KNOWN) {
    const match = known.pattern.exec(host);
    if (match === null) continue;
    const fill = (template: string) => template.replace(/\{(\w+)\}/g, (_, name: string) => match.groups?.[name] ?? "");
    return {
      registry: known.aliases ?? [host],
      token: (known.token ?? []).map(fill),
      blob: known.blob.map(fill),
      confidence: known.confidence,
    };
  }
  return undefined;
}

/** Whether the first request of a push may create the repository there. */
export function createsRepositories(registry: string): boolean {
  const host = hostnameOf(registry);
  return KNOWN.some((known) => known.createsRepositories === true && known.pattern.test(host));
}

/** The host of the API of a registry: that of Docker Hub has another name. */
export function apiHost(host: string): string {
  return canonicalHost(host) === "docker.io" ? "registry-1.docker.io" : host;
}

/** Hosts, other than itself, that a registry's own credentials may go to for a token. Hints are not enough for that. */
export function tokenHostsOf(registry: string): readonly string[] {
  const hosts = registryHosts(registry);
  return hosts === undefined || hosts.confidence === "low" ? [] : hosts.token;
}

/** One line of `no-proxy-registries` as entries of NO_PROXY: registry, token hosts, blob hosts. */
export function noProxyEntriesFor(registry: string): {
  readonly entries: readonly string[];
  readonly findings: readonly Finding[];
} {
  const hosts = registryHosts(registry);
  if (hosts === undefined || hosts.confidence === "low") {
    const host = authorityOf(registry);
    return { entries: [host], findings: [blobHostsUnknown(host, hosts?.blob ?? [])] };
  }
  const shared = hosts.blob.filter((host) => SHARED.has(host));
  return {
    entries: [...new Set([...hosts.registry, ...hosts.token, ...hosts.blob])],
    findings: shared.length === 0 ? [] : [blobHostsShared(authorityOf(registry), shared)],
  };
}

/** Storage services with other content than that of registries. */
const SHARED = new Set([".blob.core.windows.net", GOOGLE_STORAGE, ".pkg.dev"]);

/** Whether a domain of blob hosts has other content than that of registries. */
export function isSharedStorage(domain: string): boolean {
  return SHARED.has(domain);
}

function blobHostsUnknown(registry: string, hints: readonly string[]): Finding {
  const hint = hints.length === 0 ? "" : ` (perhaps ${hints.join(", ")})`;
  return {
    code: "BLOB_HOSTS_UNKNOWN",
    message: `${registry} is in no-proxy-registries, but it is not known which hosts it redirects blobs to${hint}; only ${registry} itself is reached directly.`,
    remedy: "Run command: preflight, and add the blob hosts that it names to no-proxy.",
  };
}

function blobHostsShared(registry: string, hosts: readonly string[]): Finding {
  return {
    code: "BLOB_HOSTS_SHARED",
    message: `${registry} keeps its blobs on ${hosts.join(", ")}, which others use too: everything there is reached directly now.`,
    remedy: "If that is too much, list the blob hosts of your registry in no-proxy instead.",
  };
}

/** Without scheme and path, which remain when a reference is copied. */
function authorityOf(registry: string): string {
  return registry
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/\/.*$/s, "")
    .toLowerCase();
}

function hostnameOf(registry: string): string {
  return authorityOf(registry).replace(/:\d+$/, "");
}
