import { describe, expect, test } from "@jest/globals";
import { parseRenames, renamed } from "../../../src/transfer/names/rename.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { writtenRepositories } from "../../../src/transfer/target/written-repositories.ts";
import { addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const renames = parseRenames(
  ["ghcr.io/=hub/", "ghcr.io/acme/=mirror/acme/", "docker.io/library/=", "images=other/images", "quay.io/a/app="],
  "input rename",
);

describe("a name at the target", () => {
  test.each([
    ["acme/app", "ghcr.io/acme/app", "mirror/acme/app"],
    ["acme-internal/app", "ghcr.io/acme-internal/app", "hub/acme-internal/app"],
    ["library/nginx", "docker.io/library/nginx", "nginx"],
    ["images/app", undefined, "other/images/app"],
    ["images", "far.test/images", "other/images"],
    ["imagesapp", "far.test/imagesapp", "imagesapp"],
    ["a/app", "quay.io/a/app", "a/app"],
  ])("%s, first %s, is %s", (repository, first, expected) => {
    expect(renamed(repository, first, renames)).toBe(expected);
  });
});

test("two lines for one prefix are an input error", () => {
  expect(() => parseRenames(["docker.io/=a", "index.docker.io=b"], "input rename")).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", where: "input rename" }),
  );
});

describe("renames apply to", () => {
  async function names(form: "relativeOciReference" | "localBlob", more: object = {}) {
    const registry = createMemoryRegistry("home.test");
    const image = addImage(registry, "acme/app", { tag: "1" });
    const version = await surveyed(registry, {
      resources: [resource("app", { type: "ociArtifact", imageReference: "ghcr.io/acme/app:1" })],
    });
    const options = { form, renames, ...more };
    const target = { origin: "target.test", path: "moved" };
    const desired = buildDesired(version, { ...options, target, furtherSignatures: [] });
    const written = writtenRepositories([version], { published: undefined, ...options, path: "moved" });
    return { image, tags: desired.artifactTags.map(({ repository, tag }) => `${repository}:${tag}`), written };
  }

  test("artifacts in repositories of their own, and to what a preflight checks", async () => {
    const { tags, written } = await names("relativeOciReference");
    expect(tags).toEqual(["moved/mirror/acme/app:1"]);
    expect(written).toContain("moved/mirror/acme/app");
  });

  test("artifacts that are published next to their component version", async () => {
    const { tags, written } = await names("localBlob", {
      published: { repository: "pull/{repository}", tag: "{tag}" },
    });
    expect(tags).toEqual(["moved/pull/mirror/acme/app:1"]);
    expect(written).toContain("moved/pull/mirror/acme/app");
  });

  test("signed names, where only these are used", async () => {
    const signed = parseRenames(["ghcr.io/=hub/", "acme.org/shop/=shop"], "input rename");
    const { tags } = await names("relativeOciReference", { names: "signed", renames: signed });
    expect(tags).toEqual(["moved/shop/app:1.0.0"]);
  });
});

test("a local blob of another tool is renamed by the name in its access", async () => {
  const registry = createMemoryRegistry("home.test");
  const home = "component-descriptors/acme.org/shop";
  const image = addImage(registry, home);
  const { digest: localReference, mediaType } = image;
  const access = { type: "localBlob", localReference, mediaType, referenceName: "acme/app:1" };
  const version = await surveyed(registry, { natives: [image], resources: [resource("app", access)] });
  const { artifactTags } = buildDesired(version, {
    form: "relativeOciReference",
    renames: parseRenames(["home.test/=x/"], "input rename"),
    target: { origin: "target.test", path: "" },
    furtherSignatures: [],
  });
  expect(artifactTags).toMatchObject([{ repository: "x/acme/app", tag: "1" }]);
});
