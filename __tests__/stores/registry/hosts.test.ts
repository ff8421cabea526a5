import { describe, expect, test } from "@jest/globals";
import { noProxyEntriesFor, registryHosts, tokenHostsOf } from "../../../src/stores/registry/hosts.ts";

describe("a registry as entries of NO_PROXY", () => {
  test.each([
    ["ghcr.io", ["ghcr.io", "pkg-containers.githubusercontent.com"]],
    ["https://GHCR.io/owner/image", ["ghcr.io", "pkg-containers.githubusercontent.com"]],
    ["quay.io", ["quay.io", ".quay.io", "quayio-production-s3.s3.amazonaws.com"]],
    ["registry.redhat.io", ["registry.redhat.io", "sso.redhat.com", "quay.io", ".quay.io"]],
    ["mcr.microsoft.com", ["mcr.microsoft.com", ".data.mcr.microsoft.com"]],
    ["acme.azurecr.io", ["acme.azurecr.io", ".blob.core.windows.net", ".data.azurecr.io"]],
    [
      "acme.westeurope.geo.azurecr.io",
      ["acme.westeurope.geo.azurecr.io", ".blob.core.windows.net", ".data.azurecr.io"],
    ],
    ["acme.azurecr.cn", ["acme.azurecr.cn", ".blob.core.chinacloudapi.cn", ".data.azurecr.cn"]],
    ["europe-west3-docker.pkg.dev", ["europe-west3-docker.pkg.dev"]],
    ["eu.gcr.io", ["eu.gcr.io"]],
    [
      "containers.octocorp.ghe.com",
      ["containers.octocorp.ghe.com", ".octocorp.ghe.com", "auth.ghe.com", ".blob.core.windows.net"],
    ],
    [
      "ecr-public.aws.com",
      ["public.ecr.aws", "ecr-public.aws.com", "d2glxqk2uabbnd.cloudfront.net", "d5l0dvt14r5h8.cloudfront.net"],
    ],
    ...["123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "123456789012.dkr-ecr-fips.us-east-1.on.aws"].map(
      (host): [string, string[]] => [
        host,
        [
          host,
          "ecr-fips.us-east-1.amazonaws.com",
          "sts.us-east-1.amazonaws.com",
          "prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com",
        ],
      ],
    ),
    [
      "registry.gitlab.com",
      ["registry.gitlab.com", "gitlab.com", "cdn.registry.gitlab-static.net", "storage.googleapis.com"],
    ],
    [
      "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
      [
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "api.ecr.eu-central-1.amazonaws.com",
        "sts.eu-central-1.amazonaws.com",
        "prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com",
      ],
    ],
    [
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
      [
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "api.ecr.cn-north-1.amazonaws.com.cn",
        "sts.cn-north-1.amazonaws.com.cn",
        "prod-cn-north-1-starport-layer-bucket.s3.cn-north-1.amazonaws.com.cn",
      ],
    ],
  ])("%s", (registry, entries) => {
    expect(noProxyEntriesFor(registry).entries).toEqual(entries);
  });

  test("every name of Docker Hub means all of its hosts", () => {
    for (const name of ["docker.io", "index.docker.io", "registry-1.docker.io"]) {
      expect(noProxyEntriesFor(name)).toEqual({
        entries: [
          "docker.io",
          "registry-1.docker.io",
          "index.docker.io",
          "auth.docker.io",
          "production.cloudflare.docker.com",
          "production.cloudfront.docker.com",
          "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
        ],
        findings: [],
      });
    }
  });

  test.each(["registry.corp", "registry.corp:5000", "[::1]:5000", "ghcr.io.evil.test", "xghcr.io"])(
    "of %s only itself is known, and that is said",
    (registry) => {
      const { entries, findings } = noProxyEntriesFor(registry);
      expect(entries).toEqual([registry]);
      expect(findings).toEqual([
        expect.objectContaining({ code: "BLOB_HOSTS_UNKNOWN", message: expect.stringContaining(registry) }),
      ]);
    },
  );

  test("a hint is told, and not followed", () => {
    const { entries, findings } = noProxyEntriesFor("rg.fr-par.scw.cloud");
    expect(entries).toEqual(["rg.fr-par.scw.cloud"]);
    expect(findings[0]?.message).toContain("s3.fr-par.scw.cloud");
  });

  test("storage that serves others too is told", () => {
    expect(noProxyEntriesFor("acme.azurecr.io").findings).toEqual([
      expect.objectContaining({
        code: "BLOB_HOSTS_SHARED",
        message: expect.stringContaining(".blob.core.windows.net"),
      }),
    ]);
    expect(noProxyEntriesFor("ghcr.io").findings).toEqual([]);
  });
});

describe("hosts that may see a registry's credentials", () => {
  test.each([
    ["docker.io", ["auth.docker.io"]],
    ["nvcr.io", ["authn.nvidia.com"]],
    ["registry.gitlab.com", ["gitlab.com"]],
    ["ghcr.io", []],
    ["registry.corp:5000", []],
    ["registry.digitalocean.com", []],
  ])("%s: %j", (registry, hosts) => {
    expect(tokenHostsOf(registry)).toEqual(hosts);
  });

  test("a look-alike gets none", () => {
    for (const host of ["docker.io.evil.test", "evil-docker.io", "xnvcr.io", "registry-1xdocker.io"]) {
      expect(registryHosts(host)).toBeUndefined();
    }
  });
});
