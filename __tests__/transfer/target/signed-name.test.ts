import { describe, expect, test } from "@jest/globals";
import { isRepository, isTag } from "../../../src/oci/reference.ts";
import type { Element } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { movedImages } from "../../../src/transfer/images/moved-images.ts";
import { referenceMap } from "../../../src/transfer/images/reference-map.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { parseNameTemplate } from "../../../src/transfer/target/published-name.ts";
import { nameSource, signedName, signedReference, unsignedNames } from "../../../src/transfer/target/signed-name.ts";
import { writtenRepositories } from "../../../src/transfer/target/written-repositories.ts";
import { addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

type Identity = Partial<Pick<Element, "kind" | "name" | "version" | "extraIdentity">>;

const root = { mediaType: "", digest: `sha256:${"abcdef".repeat(10)}0000`, size: 1 } as const;

function nameOf({ kind = "resource", name = "web", version = "1.0.0", extraIdentity = {} }: Identity) {
  const element = { kind, name, version, extraIdentity } as Element;
  return signedName({ element, graph: { root } }, { descriptor: { name: "acme.org/shop" } } as never);
}

test.each<[Identity, string]>([
  [{}, "acme.org/shop/web:1.0.0"],
  [{ name: "web-ui_v2.x" }, "acme.org/shop/web-ui_v2.x:1.0.0"],
  [{ version: "1.0.0+b" }, "acme.org/shop/web:1.0.0.build-b"],
  [{ version: "" }, "acme.org/shop/web:abcdefabcdef"],
  [{ version: "any text" }, "acme.org/shop/web:abcdefabcdef"],
])("%j is called %s", (identity, expected) => {
  const { repository, tag } = nameOf(identity);
  expect(`${repository}:${tag}`).toBe(expected);
});

test("identities that differ have names that differ, and that every registry takes", () => {
  const words = [
    "web",
    "Web",
    "WEB",
    "web-",
    "-web",
    "web--ui",
    "web/ui",
    "web ui",
    "web_ui",
    "web:ui",
    "../web",
    "日本",
    "",
    ".",
  ];
  const extras: Element["extraIdentity"][] = [
    {},
    { os: "linux" },
    { os: "Linux" },
    { arch: "linux" },
    { os: "linux", arch: "amd64" },
    { "os-linux": "" },
    { os: "日本" },
  ];
  const identities = [...words, "x".repeat(300)].flatMap((name) =>
    extras.flatMap((extraIdentity) =>
      (["resource", "source"] as const).map((kind): Identity => ({ kind, name, extraIdentity })),
    ),
  );
  const names = identities.map(nameOf);
  expect(names.filter(({ repository, tag }) => !isRepository(repository) || !isTag(tag))).toEqual([]);
  expect(new Set(names.map(({ repository }) => repository)).size).toBe(identities.length);
  expect(identities.length).toBeGreaterThan(200);
});

test("the order in which an extra identity is written does not matter", () => {
  const [one, other] = [
    { os: "linux", arch: "arm64" },
    { arch: "arm64", os: "linux" },
  ];
  expect(nameOf({ extraIdentity: one }).repository.slice(-12)).toBe(
    nameOf({ extraIdentity: other }).repository.slice(-12),
  );
});

test.each([
  [0, false, "any"],
  [0, true, "any"],
  [1, false, "signed"],
  [1, true, "any"],
])("with %d signatures and trust-names: %s, %s parts name artifacts", (count, trustNames, expected) => {
  expect(nameSource({ signatures: Array(count).fill({}), trustNames })).toBe(expected);
});

describe("a source", () => {
  test("takes no name of a resource, and is no image that anything signs", async () => {
    const registry = createMemoryRegistry("home.test");
    const [web, evil] = ["web", "evil"].map((layer) => addImage(registry, "images/web", { layers: [layer] }));
    const at = (digest = "") => ({ type: "ociArtifact", imageReference: `far.test/images/web@${digest}` });
    const version = await surveyed(registry, {
      resources: [resource("web", at(web?.digest))],
      sources: [resource("web", at(evil?.digest))],
    });
    const desired = buildDesired(version, {
      form: "localBlob",
      names: "signed",
      published: parseNameTemplate("{repository}:{tag}", "signed"),
      target: { origin: "target.test", path: "" },
      furtherSignatures: [],
    });
    const images = movedImages([desired], { targetPath: "", names: "signed" });
    expect(referenceMap(images, { prefix: "target.test", names: "signed" })).toEqual({
      "acme.org/shop/web:1.0.0": `target.test/acme.org/shop/web:1.0.0@${web?.digest}`,
    });
    expect(desired.artifactTags.map(({ repository, target }) => [repository, target.digest])).toEqual([
      ["acme.org/shop/web", web?.digest],
      [expect.stringMatching(/^acme\.org\/shop\/web-[0-9a-f]{12}$/), evil?.digest],
    ]);
  });
});

test("one name for two images has their digests behind it, so that none is taken for the other", async () => {
  const plans = await Promise.all(
    ["1.0.0", "1.1.0"].map(async (number) => {
      const registry = createMemoryRegistry("home.test");
      const image = addImage(registry, "images/web", { layers: [number] });
      const access = { type: "ociArtifact", imageReference: `far.test/images/web@${image.digest}` };
      const version = await surveyed(registry, { version: number, resources: [resource("web", access)] });
      const target = { origin: "target.test", path: "" };
      return { image, desired: buildDesired(version, { form: "localBlob", target, furtherSignatures: [] }) };
    }),
  );
  const moved = movedImages(
    plans.map(({ desired }) => desired),
    { targetPath: "", names: "signed" },
  );
  const images = referenceMap(moved, { prefix: "target.test", names: "signed" });
  const reference = (digest: string) => `target.test/component-descriptors/acme.org/shop@${digest}`;
  expect(images).toEqual(
    Object.fromEntries(plans.map(({ image: { digest } }) => [`acme.org/shop/web:1.0.0@${digest}`, reference(digest)])),
  );
});

test.each(["localBlob", "relativeOciReference", "ociArtifact"] as const)(
  "a preflight for %s asks for the repositories that a transfer writes to under signed names",
  async (form) => {
    const registry = createMemoryRegistry("home.test");
    const image = addImage(registry, "images/web");
    const access = { type: "ociArtifact", imageReference: `far.test/images/web@${image.digest}` };
    const version = await surveyed(registry, { resources: [resource("web", access)] });
    const options = { form, names: "signed", published: parseNameTemplate("{repository}", "signed") } as const;
    const target = { origin: "target.test", path: "ocm" };
    const { placements } = buildDesired(version, { ...options, target, furtherSignatures: [] });
    const asked = writtenRepositories([version], { ...options, path: target.path });
    expect([...asked].sort()).toEqual([...new Set(placements.map(({ to }) => to))].sort());
    expect(asked).toContain("ocm/acme.org/shop/web");
  },
);

test("what has no name in its access passes over none", async () => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, "component-descriptors/acme.org/shop");
  const local = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
  const named = { ...local, referenceName: "images/web" };
  const version = await surveyed(registry, {
    natives: [image],
    resources: [
      resource("Web", local),
      resource("web", { ...local, referenceName: "acme.org/shop/web" }),
      resource("ui", named),
    ],
  });
  expect(unsignedNames({ versions: [version] })).toEqual([
    expect.objectContaining({
      code: "NAME_UNSIGNED",
      message: expect.stringMatching(/: images\/web:1\.0\.0 is acme\.org\/shop\/ui:1\.0\.0\.$/),
    }),
  ]);
  const [first] = version.items;
  if (first?.kind !== "artifact") throw new Error("there is no artifact");
  expect(signedReference(first, version.version)).toMatch(/^acme\.org\/shop\/web-[0-9a-f]{12}:1\.0\.0$/);
});
