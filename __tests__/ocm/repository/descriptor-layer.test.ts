import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/oci/digest.ts";
import { type JsonObject, parseJson } from "../../../src/ocm/descriptor/json.ts";
import { parseYaml } from "../../../src/ocm/descriptor/yaml.ts";
import { buildDescriptorLayer, descriptorText } from "../../../src/ocm/repository/descriptor-layer.ts";

const TYPE = "application/vnd.ocm.software.component-descriptor.v2";
// Numbers keep their spelling, and there is no white space that a reader could trip over.
const TEXT = '{"meta":{"schemaVersion":"v2"},"component":{"unknown":1.0}}';
const tree = parseJson(TEXT) as JsonObject;

const unpacked = (archive: Buffer) =>
  execFileSync("tar", ["-xOf", "-", "component-descriptor.yaml"], { input: archive, encoding: "utf8" });

describe("the layer of a component descriptor", () => {
  test("is an archive of its text, which other programs read", () => {
    const { descriptor, bytes } = buildDescriptorLayer(tree, "yaml");
    expect(descriptor).toEqual({ mediaType: `${TYPE}+yaml+tar`, digest: sha256(bytes), size: bytes.length });
    expect(execFileSync("tar", ["-tf", "-"], { input: bytes, encoding: "utf8" })).toBe("component-descriptor.yaml\n");
    expect(unpacked(bytes)).toBe(TEXT);
  });

  test("is its text in the form json", () => {
    const { descriptor, bytes } = buildDescriptorLayer(tree, "json");
    expect(descriptor).toEqual({ mediaType: `${TYPE}+json`, digest: sha256(bytes), size: bytes.length });
    expect(bytes.toString()).toBe(TEXT);
  });

  test.each(["yaml", "json"] as const)(
    "has the same bytes for the same descriptor, and is read again: %s",
    async (format) => {
      const { descriptor, bytes } = buildDescriptorLayer(tree, format);
      expect(buildDescriptorLayer(tree, format)).toEqual({ descriptor, bytes });
      expect((await descriptorText(bytes, descriptor.mediaType, "here"))?.toString()).toBe(TEXT);
    },
  );

  // Around the padding of an archive to blocks of 512 bytes.
  test.each([0, 1, 511, 512, 513])("is a complete archive with %d more bytes", (count) => {
    const { bytes } = buildDescriptorLayer({ text: "x".repeat(512 + count) }, "yaml");
    expect(bytes.length % 512).toBe(0);
    expect(JSON.parse(unpacked(bytes)).text).toHaveLength(512 + count);
  });

  test("escapes only the characters that YAML reads differently from JSON", () => {
    const strange = "\u0085\u2028\u2029\ufeff\uffff\u007f";
    const text = buildDescriptorLayer({ text: `ü😀${strange}` }, "json").bytes.toString();
    expect(text).toBe('{"text":"ü😀\\u0085\\u2028\\u2029\\ufeff\\uffff\\u007f"}');
    expect(JSON.parse(text)).toEqual({ text: `ü😀${strange}` });
    expect(parseYaml(text)).toEqual({ text: `ü😀${strange}` });
  });
});
