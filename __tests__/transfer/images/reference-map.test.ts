import { expect, test } from "@jest/globals";
import type { AccessForm } from "../../../src/ocm/access/access-form.ts";
import { referenceMap } from "../../../src/transfer/images/reference-map.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { addImage, resource } from "../content.ts";
import { createMemoryRegistry } from "../memory-registry.ts";
import { surveyed } from "../surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";

test.each<[AccessForm, (digest: string) => string]>([
  ["localBlob", (digest) => `target.test/moved/${HOME}@${digest}`],
  ["relativeOciReference", (digest) => `target.test/moved/app:2@${digest}`],
  ["ociArtifact", (digest) => `target.test/moved/app:2@${digest}`],
])("%s: old references lead to new ones, as deployments write them", async (form, expected) => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, "app", { tag: "2" });
  const native = addImage(registry, HOME, { layers: ["native"] });
  const text = registry.addBlob(HOME, "text", "text/plain");
  const local = ({ digest, mediaType }: typeof native, more = {}) => ({
    type: "localBlob",
    localReference: digest,
    mediaType,
    ...more,
  });
  const version = await surveyed(registry, {
    natives: [native],
    layers: [text],
    resources: [
      resource("absolute", { type: "ociArtifact", imageReference: "https://far.test/app:2" }),
      resource("relative", { type: "relativeOciReference", reference: "app:2" }),
      resource("native", local(native, { referenceName: "app:2" })),
      resource("text", local(text)),
      resource("code", { type: "gitHub" }),
    ],
  });
  const desired = buildDesired(version, {
    form,
    target: { origin: "http://target.test", path: "moved" },
    furtherSignatures: [],
  });
  const images = referenceMap(
    { desired: [desired], steps: [], tags: [], comparables: [] },
    {
      prefix: "target.test/moved",
      targetPath: "moved",
      names: "any",
    },
  );
  expect(images).toEqual({
    "far.test/app:2": expected(image.digest),
    "home.test/app:2": expected(image.digest),
    // It keeps its access, and lies at another host for all that.
    [`home.test/${HOME}@${native.digest}`]: expected(native.digest),
  });
});

test("what stays where it is needs no other name", async () => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, HOME);
  const access = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
  const version = await surveyed(registry, { natives: [image], resources: [resource("app", access)] });
  const desired = buildDesired(version, {
    form: "localBlob",
    target: { origin: "home.test", path: "" },
    furtherSignatures: [],
  });
  expect(
    referenceMap(
      { desired: [desired], steps: [], tags: [], comparables: [] },
      { prefix: "home.test", targetPath: "", names: "any" },
    ),
  ).toEqual({});
});
