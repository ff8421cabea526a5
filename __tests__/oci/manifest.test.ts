import { describe, expect, test } from "@jest/globals";
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { parseManifest } from "../../src/oci/manifest.ts";

const blob = { mediaType: "application/octet-stream", digest: `sha256:${"ab".repeat(32)}`, size: 3 };
const child = { ...blob, mediaType: OCI_MANIFEST };
const manifest = { schemaVersion: 2, config: blob, layers: [blob] };
const index = { schemaVersion: 2, manifests: [child] };

function parse(document: unknown, mediaType = OCI_MANIFEST as string) {
  const content = typeof document === "string" ? document : JSON.stringify(document);
  return parseManifest(Buffer.from(content), mediaType, "a.test/shop:1");
}

describe("a manifest", () => {
  test("says what it refers to, without what nobody knows", () => {
    const layer = {
      ...blob,
      annotations: { a: "b" },
      urls: ["https://a.test/", 5],
      platform: { os: "linux" },
      data: "eHh4",
    };
    const { data: _, ...known } = { ...layer, urls: ["https://a.test/"] };
    const parsed = parse({ ...manifest, layers: [layer], annotations: { c: "d" }, artifactType: "text/x" });
    expect(parsed).toEqual({
      mediaType: OCI_MANIFEST,
      config: blob,
      layers: [known],
      manifests: [],
      annotations: { c: "d" },
      artifactType: "text/x",
    });
  });

  test.each([
    ["OCI manifest", manifest, OCI_MANIFEST],
    ["OCI manifest that says so", { ...manifest, mediaType: OCI_MANIFEST }, OCI_MANIFEST],
    ["Docker manifest", { ...manifest, mediaType: DOCKER_MANIFEST }, DOCKER_MANIFEST],
    ["OCI index", index, OCI_INDEX],
    ["Docker manifest list", { ...index, mediaType: DOCKER_MANIFEST_LIST }, DOCKER_MANIFEST_LIST],
    ["empty list as Go writes it", { ...index, manifests: null }, OCI_INDEX],
    ["manifest without layers as Go writes it", { ...manifest, layers: null }, OCI_MANIFEST],
  ])("%s", (_, document, mediaType) => {
    expect(parse(document, mediaType).mediaType).toBe(mediaType);
  });

  test.each<[string, unknown, string]>([
    ["no JSON", "<html>login</html>", OCI_MANIFEST],
    ["no object", [manifest], OCI_MANIFEST],
    ["null", null, OCI_MANIFEST],
    ["cut", '{"schemaVersion":2,', OCI_MANIFEST],
    ["without schemaVersion", { config: blob, layers: [] }, OCI_MANIFEST],
    ["schema 1", { ...manifest, schemaVersion: 1 }, OCI_MANIFEST],
    ["schemaVersion as text", { ...manifest, schemaVersion: "2" }, OCI_MANIFEST],
    ["of an unknown type", manifest, "application/json"],
    ["schema 1 by type", manifest, "application/vnd.docker.distribution.manifest.v1+prettyjws"],
    ["of another type than its descriptor", { ...manifest, mediaType: DOCKER_MANIFEST }, OCI_MANIFEST],
    ["an index under the type of a manifest", index, OCI_MANIFEST],
    ["a manifest under the type of an index", manifest, OCI_INDEX],
    ["a manifest that calls itself an index", { ...manifest, mediaType: OCI_INDEX }, OCI_INDEX],
    ["both, as manifest", { ...manifest, manifests: [child] }, OCI_MANIFEST],
    ["both, as index", { ...index, layers: [] }, OCI_INDEX],
    ["an index with a config", { ...index, config: blob }, OCI_INDEX],
    ["a member twice", '{"schemaVersion":2,"layers":[],"config":null,"layers":null}', OCI_MANIFEST],
    ["a member twice, escaped once", '{"schemaVersion":2,"layers":[],"l\\u0061yers":[]}', OCI_MANIFEST],
    ["a member twice, further down", '{"schemaVersion":2,"layers":[],"annotations":{"a":"b","a":"c"}}', OCI_MANIFEST],
    ["__proto__", '{"schemaVersion":2,"layers":[],"__proto__":{"config":null}}', OCI_MANIFEST],
    ["layers that only Go finds", { schemaVersion: 2, config: blob, Layers: [blob] }, OCI_MANIFEST],
    ["layers that Go finds twice", { ...manifest, layerS: [] }, OCI_MANIFEST],
    ["layers in letters that Go folds", { ...manifest, "layer\u017f": [] }, OCI_MANIFEST],
    ["an index that only Go finds", { ...manifest, Manifests: [child] }, OCI_MANIFEST],
    ["a digest that Go finds twice", { ...manifest, layers: [{ ...blob, Digest: blob.digest }] }, OCI_MANIFEST],
    ["layers that are none", { ...manifest, layers: { 0: blob } }, OCI_MANIFEST],
    ["a layer that is text", { ...manifest, layers: ["x"] }, OCI_MANIFEST],
    ["a layer that is null", { ...manifest, layers: [null] }, OCI_MANIFEST],
    ["a config without size", { ...manifest, config: { ...blob, size: undefined } }, OCI_MANIFEST],
    ["a negative size", { ...manifest, layers: [{ ...blob, size: -1 }] }, OCI_MANIFEST],
    ["a broken size", { ...manifest, layers: [{ ...blob, size: 1.5 }] }, OCI_MANIFEST],
    ["a size as text", { ...manifest, layers: [{ ...blob, size: "3" }] }, OCI_MANIFEST],
    ["a layer without media type", { ...manifest, layers: [{ ...blob, mediaType: undefined }] }, OCI_MANIFEST],
    ["a mediaType that is no text", { ...manifest, mediaType: { toString: 1 } }, OCI_MANIFEST],
  ])("is refused: %s", (_, document, mediaType) => {
    expect(() => parse(document, mediaType)).toThrow(
      expect.objectContaining({ code: "MANIFEST_MALFORMED", where: "a.test/shop:1" }),
    );
  });

  test("a digest like a path is refused as such", () => {
    const layers = [{ ...blob, digest: "sha256:../../x" }];
    expect(() => parse({ ...manifest, layers })).toThrow(expect.objectContaining({ code: "DIGEST_MALFORMED" }));
  });

  test.each([
    ["in the document", { ...manifest, mediaType: "x\n::add-mask::y" }, OCI_MANIFEST],
    ["in the header", manifest, "x\n::add-mask::y"],
  ])("its words do no harm: %s", (_, document, mediaType) => {
    expect(() => parse(document, mediaType)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/\n|::/) }),
    );
  });
});
