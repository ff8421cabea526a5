import { expect, test } from "@jest/globals";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { parseNameTemplate } from "../../../src/transfer/target/published-name.ts";
import { addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";
const target = { origin: "target.test", path: "ocm" };

async function published(template: string, imageReference: string, name = "app") {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, "images/app", { tag: "2" });
  const version = await surveyed(registry, { resources: [resource(name, { type: "ociArtifact", imageReference })] });
  const options = { form: "localBlob", target, furtherSignatures: [], published: parseNameTemplate(template) } as const;
  return { image, desired: buildDesired(version, options) };
}

test.each([
  ["{repository}:{tag}", "far.test/images/app:2", "ocm/images/app:2"],
  ["{repository}", "far.test/images/app:2", "ocm/images/app:2"],
  ["{registry}/{repository}:{tag}", "far.test:5000/images/app:2", "ocm/far.test-5000/images/app:2"],
  ["pull/{component}/{name}:{version}", "far.test/images/app:2", "ocm/pull/acme.org/shop/app:1.0.0"],
])("%s of %s is %s", async (template, reference, expected) => {
  const { image, desired } = await published(template, reference);
  expect(desired.artifactTags.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual([expected]);
  expect(desired.artifactTags[0]?.target).toEqual(image);
  // It stays a local blob of the component version, and lies under its own name beside.
  const places = desired.placements.filter(({ descriptor }) => descriptor.digest === image.digest);
  expect(places.map(({ to }) => to)).toEqual([`ocm/${HOME}`, expected.slice(0, expected.lastIndexOf(":"))]);
  expect(desired.changes[0]?.after).toMatchObject({ type: "localBlob", localReference: image.digest });
});

test("an artifact without a tag gets one that no other can have", async () => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, "images/app");
  const reference = `far.test/images/app@${image.digest}`;
  const version = await surveyed(registry, {
    resources: [resource("app", { type: "ociArtifact", imageReference: reference })],
  });
  const options = {
    form: "localBlob",
    target,
    furtherSignatures: [],
    published: parseNameTemplate("{repository}:{tag}"),
  } as const;
  const [tag] = buildDesired(version, options).artifactTags;
  expect(tag?.tag).toBe(`1.0.0-${image.digest.slice(7, 19)}`);
});

test.each([
  ["a name that no registry takes", "{name}/x:{tag}", "a name"],
  ["one where component versions lie", "x/component-descriptors/{repository}:{tag}", "app"],
])("%s is refused before anything is written", async (_, template, name) => {
  await expect(published(template, "far.test/images/app:2", name)).rejects.toMatchObject({
    code: "REFERENCE_MALFORMED",
    where: "input publish-artifacts",
  });
});
