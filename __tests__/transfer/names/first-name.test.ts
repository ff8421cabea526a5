import { describe, expect, test } from "@jest/globals";
import { OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import { ORIGIN_ANNOTATION, originList, originOfContent } from "../../../src/ocm/repository/origin-names.ts";
import { firstName, formatOrigin, recordedName, writtenReference } from "../../../src/transfer/names/first-name.ts";
import { addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";

/** A component version of two images, with this annotation on the entry of the first. */
async function recorded(annotation: string, { host = "home.test" } = {}) {
  const registry = createMemoryRegistry(host);
  const image = addImage(registry, HOME, { layers: ["app"] });
  const access = { type: "localBlob", localReference: image.digest, mediaType: OCI_MANIFEST, referenceName: "app:1" };
  const resources = [resource("app", access), resource("twin", access, { extraIdentity: { os: "linux" } })];
  const annotations = { [ORIGIN_ANNOTATION]: annotation };
  const { version } = await surveyed(registry, { natives: [{ ...image, annotations }], resources });
  const [app, twin] = version.descriptor.elements;
  if (app === undefined || twin === undefined) throw new Error("an element is missing");
  return { version, app, twin, pulled: `${host}/${HOME}@${image.digest}` };
}

describe("a recorded reference", () => {
  test.each(["nginx:1.27", "ghcr.io/acme/app:1", "localhost:5000/app", "oci://registry/app:1"])(
    "%s is read as it was written",
    async (reference) => {
      const { version, app } = await recorded(reference);
      const name = recordedName(app, version);
      expect(name === undefined ? undefined : formatOrigin(name)).toBe(reference);
    },
  );

  test("is that of its element where several have the same content", async () => {
    const { app, twin } = await recorded("x/y:1");
    const origins = new Map([app, twin].map((element, at) => [element, `far.test/${element.name}:${at}`]));
    const { [ORIGIN_ANNOTATION]: text = "" } = originOfContent([app, twin], origins);
    const { version, app: again, twin: other } = await recorded(text);
    expect([again, other].map((element) => recordedName(element, version)?.text)).toEqual([
      "far.test/app:0",
      "far.test/twin:1",
    ]);
  });

  test.each([
    "",
    "https://user:password@far.test/app",
    "far.test/App:1",
    "far.test/app:1\n::error::",
    `${"a".repeat(600)}.test/app`,
    "[",
    "[1,null]",
    '[{"kind":"resource","identity":{"name":"app"},"reference":"far.test/app:1"}]',
    '[{"kind":"source","identity":{"name":"app","version":"1.0.0"},"reference":"far.test/app:1"}]',
  ])("that is %j is ignored", async (annotation) => {
    const { version, app, pulled } = await recorded(annotation);
    expect(firstName(app, version)).toMatchObject({ kind: "reference", reference: { text: pulled } });
  });
});

test("an archive without records has the name in the access as a hint", async () => {
  const { version, app } = await recorded("", { host: "/archives/shop" });
  expect(firstName(app, version)).toEqual({ kind: "hint", text: "app:1" });
});

test("elements without a reference are in no record", async () => {
  const { app, twin } = await recorded("");
  expect(originList([app, twin], new Map())).toEqual({});
  expect(originOfContent([app, twin], new Map([[app, "far.test/app:1"]]))[ORIGIN_ANNOTATION]).not.toContain("twin");
});

test("the host of a record is written with a scheme where a reader could mistake it for a path", () => {
  const name = writtenReference("oci://registry/app:1");
  expect(name === undefined ? undefined : formatOrigin(name)).toBe("oci://registry/app:1");
});
