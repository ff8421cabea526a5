import { GIB, type KnownRegistry } from "./known-registry.ts";

const GOOGLE_STORAGE = "storage.googleapis.com";
const QUAY_CDN = ["quay.io", ".quay.io"];
const GHCR =
  "https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry";

/** Registries with few hosts, which are the same for all of their users. */
export const SERVICES: readonly KnownRegistry[] = [
  {
    vendor: "GitHub Container registry",
    pattern: /^ghcr\.io$/,
    example: "ghcr.io",
    blob: ["pkg-containers.githubusercontent.com"],
    confidence: "high",
    source: GHCR,
    createsByUpload: true,
    limits: { blob: { max: 10 * GIB, source: GHCR } },
  },
  {
    // One of these hosts issues the tokens; which one is not documented, so that none receives a password.
    vendor: "GitHub Container registry (GHE.com)",
    pattern: /^containers\.(?<subdomain>[a-z0-9-]+)\.ghe\.com$/,
    example: "containers.octocorp.ghe.com",
    blob: [".{subdomain}.ghe.com", "auth.ghe.com", ".blob.core.windows.net"],
    confidence: "medium",
    source: "https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom",
    createsByUpload: true,
  },
  {
    vendor: "GitHub Packages (docker)",
    pattern: /^(?:docker\.pkg\.github\.com|[a-z0-9-]+\.pkg\.github\.com)$/,
    example: "docker.pkg.github.com",
    blob: ["ghcr.io", "pkg-containers.githubusercontent.com"],
    confidence: "medium",
    source:
      "https://docs.github.com/en/packages/working-with-a-github-packages-registry/migrating-to-the-container-registry-from-the-docker-registry",
  },
  {
    vendor: "Docker Hub",
    pattern: /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.docker\.io)$/,
    example: "docker.io",
    aliases: ["docker.io", "registry-1.docker.io", "index.docker.io"],
    token: ["auth.docker.io"],
    blob: [
      "production.cloudflare.docker.com",
      "production.cloudfront.docker.com",
      "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    ],
    confidence: "high",
    source: "https://docs.docker.com/desktop/setup/allow-list/",
    names: {
      maxParts: 2,
      accepts: "names of the form namespace/repository only",
      source: "https://github.com/docker/hub-feedback/issues/1404",
    },
  },
  {
    vendor: "Quay.io",
    pattern: /^quay\.io$/,
    example: "quay.io",
    blob: [".quay.io", "quayio-production-s3.s3.amazonaws.com"],
    confidence: "high",
    source: "https://access.redhat.com/articles/7001746",
    creation: {
      how: "Create the organization {first} at https://quay.io/organizations/new/, and let the robot create repositories in it (a team with the role Creator). New repositories are private.",
      source: "https://docs.quay.io/glossary/robot-accounts.html",
    },
    // https://github.com/quay/quay/blob/master/endpoints/v2/v2auth.py
    createsByToken: true,
    limits: {
      blob: { max: 20 * GIB, source: "https://github.com/quay/quay/blob/master/conf/nginx/server-base.conf.jnj" },
    },
  },
  {
    vendor: "Red Hat registries",
    pattern: /^registry\.(?:access\.)?redhat\.(?:io|com)$/,
    example: "registry.redhat.io",
    token: ["sso.redhat.com", "registry.redhat.io"],
    blob: QUAY_CDN,
    confidence: "high",
    source: "https://access.redhat.com/articles/7001746",
  },
  {
    vendor: "Microsoft Artifact Registry",
    pattern: /^mcr\.microsoft\.com$/,
    example: "mcr.microsoft.com",
    blob: [".data.mcr.microsoft.com"],
    confidence: "high",
    source: "https://github.com/microsoft/containerregistry/blob/main/docs/client-firewall-rules.md",
  },
  {
    // It redirects manifests too, to a region that it chooses; the S3 buckets are named by that region.
    vendor: "registry.k8s.io",
    pattern: /^registry\.k8s\.io$/,
    example: "registry.k8s.io",
    blob: ["cdn.registry.k8s.io", ".pkg.dev", GOOGLE_STORAGE],
    confidence: "medium",
    source: "https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/docs/request-handling.md",
  },
  {
    vendor: "GitLab.com",
    pattern: /^registry\.gitlab\.com$/,
    example: "registry.gitlab.com",
    token: ["gitlab.com"],
    blob: ["cdn.registry.gitlab-static.net", GOOGLE_STORAGE],
    confidence: "high",
    source: "https://gitlab.com/gitlab-com/runbooks/-/tree/master/docs/registry",
    creation: {
      how: "Create the project at https://gitlab.com/projects/new; a target begins with GROUP/PROJECT.",
      source: "https://docs.gitlab.com/user/packages/container_registry/",
    },
  },
  {
    vendor: "NVIDIA NGC",
    pattern: /^nvcr\.io$/,
    example: "nvcr.io",
    token: ["authn.nvidia.com"],
    blob: ["layers.nvcr.io", "api.ngc.nvidia.com"],
    confidence: "medium",
    source: "https://docs.nvidia.com/ngc/latest/ngc-private-registry-user-guide.html",
  },
  {
    vendor: "Chainguard",
    pattern: /^cgr\.dev$/,
    example: "cgr.dev",
    token: ["issuer.enforce.dev", "console-api.enforce.dev"],
    blob: ["9236a389bd48b984df91adc1bc924620.r2.cloudflarestorage.com"],
    confidence: "high",
    source: "https://edu.chainguard.dev/chainguard/chainguard-images/network-requirements/",
  },
  {
    vendor: "DigitalOcean Container Registry",
    pattern: /^registry\.digitalocean\.com$/,
    example: "registry.digitalocean.com",
    token: ["api.digitalocean.com"],
    blob: [".digitaloceanspaces.com"],
    confidence: "low",
    source: "https://docs.digitalocean.com/products/container-registry/",
    creation: {
      how: "Run doctl registry create {first}.",
      source: "https://docs.digitalocean.com/reference/doctl/reference/registry/create/",
    },
  },
  {
    vendor: "Scaleway Container Registry",
    pattern: /^rg\.(?<region>[a-z0-9-]+)\.scw\.cloud$/,
    example: "rg.fr-par.scw.cloud",
    token: ["api.scaleway.com"],
    blob: ["s3.{region}.scw.cloud"],
    confidence: "low",
    source: "https://www.scaleway.com/en/docs/container-registry/",
    creation: {
      how: "Run scw registry namespace create name={first} region={region}.",
      source: "https://www.scaleway.com/en/docs/container-registry/",
    },
  },
  {
    vendor: "JFrog Artifactory Cloud",
    pattern: /^[a-z0-9-]+\.jfrog\.io$/,
    example: "acme.jfrog.io",
    blob: [],
    confidence: "low",
    source: "https://jfrog.com/help/r/jfrog-artifactory-documentation/set-up-an-oci-repository",
    creation: {
      how: "Create a local repository of the type OCI or Docker with the key {first} in Artifactory.",
      source: "https://jfrog.com/help/r/jfrog-artifactory-documentation/set-up-an-oci-repository",
    },
  },
  {
    vendor: "Keppel (SAP)",
    pattern: /^keppel\.[a-z0-9-]+\.cloud\.sap$/,
    example: "keppel.eu-de-1.cloud.sap",
    blob: [],
    confidence: "low",
    source: "https://github.com/sapcc/keppel/blob/master/docs/api-spec.md",
    names: {
      refused: /__|--/,
      accepts: "single separators only, and neither __ nor --",
      source: "https://github.com/sapcc/keppel/blob/master/internal/models/regexes.go",
    },
    creation: {
      how: "Create the account {first} (PUT /keppel/v1/accounts/{first}, or the dashboard).",
      source: "https://github.com/sapcc/keppel/blob/master/docs/api-spec.md",
    },
  },
];
