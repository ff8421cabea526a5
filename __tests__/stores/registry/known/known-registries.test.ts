import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { root } from "../../../../scripts/parts.ts";
import { createsByUpload, creationOf, requiresRepositories } from "../../../../src/stores/registry/known/creation.ts";
import { findRegistry, KNOWN } from "../../../../src/stores/registry/known/find.ts";
import { checkLimits, type MeasuredManifest } from "../../../../src/stores/registry/known/limits.ts";
import { checkRepositoryNames } from "../../../../src/stores/registry/known/repository-names.ts";
import { hostRows, ruleRows } from "./registry-tables.ts";

const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

describe("the table of known registries", () => {
  test.each(KNOWN)("finds $vendor by $example, and has a source for each of its facts", (known) => {
    expect(findRegistry(known.example)?.known).toBe(known);
    expect(findRegistry(`https://${known.example.toUpperCase()}:443/some/path`)?.known).toBe(known);
    expect(KNOWN.filter(({ pattern }) => pattern.test(known.example))).toEqual([known]);
    const { source, names, creation, limits } = known;
    const sources = [source, names?.source, creation?.source, limits?.layers?.source, limits?.blob?.source];
    for (const each of sources) expect(new URL(each ?? source).protocol).toBe("https:");
  });

  test.each(KNOWN)("does not take a host below another domain for $vendor", ({ example }) => {
    for (const host of [`${example}.evil.test`, `evil-${example}.test`, `evil.test/${example}`]) {
      expect(findRegistry(host)).toBeUndefined();
    }
  });

  test.each(KNOWN)("fills every placeholder of $vendor", ({ example, token = [], blob }) => {
    const found = findRegistry(example);
    for (const host of [...token, ...blob].map((template) => found?.fill(template) ?? "")) {
      expect(host).toMatch(/^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/);
    }
    expect(creationOf(example, "acme/ocm/shop") ?? "").not.toMatch(/[{}]|\s\s|=\s/);
  });

  test.each([
    ["hosts", hostRows],
    ["rules", ruleRows],
  ] as const)("is the table of %s in docs/registries.md", (_, rows) => {
    const lines = readFileSync(join(root, "docs/registries.md"), "utf8").split("\n");
    expect(rows().filter((row) => !lines.includes(row))).toEqual([]);
  });
});

describe("names of repositories", () => {
  test.each([
    ["docker.io", "acme/component-descriptors/acme.org/shop", "4 parts"],
    ["registry-1.docker.io", "library/a/b", "3 parts"],
    ["crpi-abc-vpc.cn-hangzhou.personal.cr.aliyuncs.com", "acme/a/b", "3 parts"],
    ["registry-vpc.cn-hangzhou.aliyuncs.com", "acme/a/b", "3 parts"],
    [ECR, "acme/a__b", '"a__b" has two separators in a row'],
    ["public.ecr.aws", "alias/a--b", '"a--b" has two separators in a row'],
    ["keppel.eu-de-1.cloud.sap", "acme/a--b", '"a--b" has two separators in a row'],
    ["registry.corp:5000", "acme/shop_", "has a separator at the beginning or end"],
    ["registry.corp:5000", `acme/${"a".repeat(260)}`, "has 265 characters, more than 255"],
    ["registry.corp:5000", "acme/../shop", "has a separator at the beginning or end"],
  ])("at %s: %s is refused, since it has %s", (registry, name, why) => {
    expect(() => checkRepositoryNames(registry, ["acme/a", name])).toThrow(
      expect.objectContaining({
        code: "REPOSITORY_NAME_REFUSED",
        where: registry,
        message: expect.stringContaining(why),
      }),
    );
    expect(() => checkRepositoryNames(registry, ["acme/a", name])).not.toThrow("acme/a (");
  });

  test.each(["ghcr.io", "registry.corp:5000", "acme.azurecr.io", "quay.io", "registry.gitlab.com"])(
    "at %s may have any depth, and two separators in a row",
    (registry) => {
      expect(() => checkRepositoryNames(registry, ["acme/component-descriptors/acme.org/a__b--c"])).not.toThrow();
    },
  );

  test("are listed up to fifty, with the number of the others", () => {
    const names = Array.from({ length: 60 }, (_, index) => `acme/a/${index}`);
    expect(() => checkRepositoryNames("docker.io", names)).toThrow(/acme\/a\/49 \(3 parts\) and 10 more; Docker Hub/);
  });
});

describe("the creation of repositories", () => {
  test.each([
    [ECR, "aws ecr create-repository --region eu-central-1 --repository-name acme/ocm/shop."],
    ["123456789012.dkr-ecr-fips.us-east-1.on.aws", "--region us-east-1 --repository-name acme/ocm/shop."],
    ["public.ecr.aws", "aws ecr-public create-repository --region us-east-1 --repository-name ocm/shop."],
    [
      "europe-west3-docker.pkg.dev",
      "gcloud artifacts repositories create ocm --project=acme --location=europe-west3 --repository-format=docker",
    ],
    ["quay.io", "Create the organization acme at https://quay.io/organizations/new/"],
    ["registry.gitlab.com:443", "https://gitlab.com/projects/new"],
    ["de.icr.io", "ibmcloud cr namespace-add acme."],
    ["fra.ocir.io", "--display-name ocm/shop."],
    ["rg.fr-par.scw.cloud", "scw registry namespace create name=acme region=fr-par."],
  ])("at %s: %s", (registry, command) => {
    expect(creationOf(registry, "acme/ocm/shop")).toContain(command);
  });

  test("is unknown at other hosts, unless their token server names a product", () => {
    expect(creationOf("registry.corp", "acme/shop")).toBeUndefined();
    expect(creationOf("registry.corp", "acme/shop", "registry.corp")).toBeUndefined();
    expect(creationOf("registry.corp", "acme/shop", "toString")).toBeUndefined();
    expect(creationOf("registry.corp", "acme/shop", "harbor-registry")).toContain("the project acme in Harbor");
  });

  test("by an upload is possible at GitHub and Amazon ECR only, where none is begun to prove a right", () => {
    const hosts = KNOWN.filter(({ example }) => createsByUpload(example)).map(({ vendor }) => vendor);
    expect(new Set(hosts)).toEqual(
      new Set(["GitHub Container registry", "GitHub Container registry (GHE.com)", "Amazon ECR"]),
    );
    expect(createsByUpload("containers.octocorp.ghe.com")).toBe(true);
    expect(createsByUpload("registry.corp")).toBe(false);
  });

  test("must come before the push at Amazon's registries only", () => {
    const hosts = KNOWN.filter(({ example }) => requiresRepositories(example)).map(({ vendor }) => vendor);
    expect(new Set(hosts)).toEqual(new Set(["Amazon ECR", "Amazon ECR Public"]));
  });
});

describe("the limits of a registry", () => {
  const of = "component version acme.org/shop:1.0.0";

  test.each<[string, Partial<MeasuredManifest>, string]>([
    [ECR, { layers: 501 }, `${of} has 501 layers in one manifest, and Amazon ECR accepts 500`],
    ["ghcr.io", { largestBlob: 11 * 1024 ** 3 }, "has a blob of 11811160064 bytes"],
  ])("%s: %j is refused", (registry, measured, message) => {
    const manifest = { of, layers: 1, largestBlob: 1, ...measured };
    expect(() => checkLimits(registry, [manifest])).toThrow(
      expect.objectContaining({ code: "TARGET_LIMIT_EXCEEDED", message: expect.stringContaining(message) }),
    );
  });

  test.each<[string, Partial<MeasuredManifest>]>([
    [ECR, { layers: 500 }],
    ["ghcr.io", { layers: 501 }],
    ["registry.corp", { layers: 100_000, largestBlob: 2 ** 50 }],
  ])("%s: %j is accepted", (registry, measured) => {
    expect(() => checkLimits(registry, [{ of, layers: 1, largestBlob: 1, ...measured }])).not.toThrow();
  });
});
