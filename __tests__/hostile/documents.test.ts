import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { parseDockerConfig } from "../../src/logins/docker-config.ts";
import { parseOcmConfig } from "../../src/logins/ocm-config.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { sha256 } from "../../src/oci/digest.ts";
import { parseManifest } from "../../src/oci/manifest.ts";
import { parseComponentDescriptor } from "../../src/ocm/descriptor/component-descriptor.ts";
import { canonicalJson, type Json, parseJson } from "../../src/ocm/descriptor/json.ts";
import { parseYaml } from "../../src/ocm/descriptor/yaml.ts";
import { parseArtifactIndex } from "../../src/stores/ctf/artifact-index.ts";
import { parseTags } from "../../src/stores/registry/tags.ts";
import { parseStrictJson } from "../../src/text/strict-json.ts";
import { descriptorDocument, resource } from "../../testing/content/content.ts";
import { assertUnpolluted, counted, forSeeds, hostileText, mutated } from "../../testing/generated/seeds.ts";

const digest = sha256("{}");
const blob = { mediaType: "text/plain", digest, size: 2 };
const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: blob, layers: [blob], annotations: { a: "b" } };
const artifacts = [{ repository: "a", tag: "1", digest, mediaType: OCI_MANIFEST }];
const component = descriptorDocument({
  resources: [resource("image", { type: "ociArtifact", imageReference: "a.test/x:1" })],
  references: ["acme.org/other:1.0.0"],
});

const ocmConfig = {
  type: "generic.config.ocm.software",
  configurations: [
    {
      type: "credentials.config.ocm.software",
      consumers: [
        {
          identity: { type: "OCIRegistry", hostname: "a.test", path: "[a-c]*" },
          credentials: [{ type: "Credentials", properties: { username: "ada", password: "pw" } }],
        },
      ],
    },
    {
      type: "ocm.config.ocm.software",
      resolvers: [{ prefix: "acme.org", repository: { type: "OCIRegistry", baseUrl: "a.test" } }],
    },
  ],
};

const JSON_PIECES = [
  ...["{", "}", "[", "]", ",", ":", "null", "true", "-0", "1e999", '"a"', '"', "\\", '"\\u0061"'],
  ...['"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', '"layers":[],', '"Layers":[],'],
] as unknown as readonly [string, ...string[]];
const YAML_PIECES = [
  ...["a: ", "- ", "? ", ": ", "\n", "\n  ", "&a ", "*a ", "<<: *a\n", "!!str ", "!!binary ", "|\n", ">\n", "---\n"],
  ...["...\n", "{", "}", "[", "]", ", ", "'", '"', "#", "%YAML 1.2\n", "__proto__: {polluted: 1}\n", "0x1F", ".inf"],
] as unknown as readonly [string, ...string[]];

interface Parser {
  readonly name: string;
  readonly valid: object;
  readonly pieces: readonly [string, ...string[]];
  readonly parse: (text: string) => unknown;
}

const PARSERS: readonly Parser[] = [
  {
    name: "a component descriptor",
    valid: component,
    pieces: JSON_PIECES,
    parse: (text) => parseComponentDescriptor(text, "here"),
  },
  {
    name: "a component descriptor in YAML",
    valid: component,
    pieces: YAML_PIECES,
    parse: (text) => parseComponentDescriptor(text, "here"),
  },
  {
    name: "a manifest",
    valid: manifest,
    pieces: JSON_PIECES,
    parse: (text) => parseManifest(Buffer.from(text), OCI_MANIFEST, "here"),
  },
  {
    name: "an index",
    valid: { schemaVersion: 2, manifests: [blob] },
    pieces: JSON_PIECES,
    parse: (text) => parseManifest(Buffer.from(text), OCI_INDEX, "here"),
  },
  {
    name: "the index of a CTF",
    valid: { schemaVersion: 1, artifacts },
    pieces: JSON_PIECES,
    parse: (text) => parseArtifactIndex(text, "index", "ctf"),
  },
  {
    name: "a list of tags",
    valid: { name: "a", tags: ["1", "2"] },
    pieces: JSON_PIECES,
    parse: (text) => parseTags(Buffer.from(text), "here"),
  },
  {
    name: "a docker configuration",
    valid: { auths: { "a.test": { auth: "YWRhOnB3" } }, credHelpers: { "b.test": "pass" }, credsStore: "pass" },
    pieces: JSON_PIECES,
    parse: (text) => parseDockerConfig(text, "here"),
  },
  {
    name: "an OCM configuration",
    valid: ocmConfig,
    pieces: YAML_PIECES,
    parse: (text) => parseOcmConfig(text, "here"),
  },
];

test.each(PARSERS)("$name is read, or refused with a code", async ({ valid, pieces, parse }) => {
  let accepted = 0;
  await forSeeds(400, (random) => {
    const text = random.chance(0.7) ? mutated(random, JSON.stringify(valid), pieces) : hostileText(random, pieces);
    try {
      parse(text);
      accepted++;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      // What is foreign in it is cut.
      expect(error.message.length).toBeLessThan(2000);
      expect([...error.message].filter((character) => character < " ")).toEqual([]);
    }
    assertUnpolluted();
  });
  expect(parse(JSON.stringify(valid))).toBeDefined();
  expect(accepted).toBeGreaterThan(0);
});

test("YAML is read, or refused as such", async () => {
  await forSeeds(1500, (random) => {
    let value: Json;
    try {
      value = parseYaml(hostileText(random, YAML_PIECES));
    } catch (error) {
      // The library throws errors of its own where a document is deeper than the stack.
      if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
      return;
    }
    // What was read in YAML is JSON, and the same when it is read as that.
    expect(canonicalJson(parseJson(JSON.stringify(value)))).toBe(canonicalJson(value));
    assertUnpolluted();
  });
});

describe("JSON", () => {
  test("means what it means to everybody, where it is accepted", async () => {
    let accepted = 0;
    await forSeeds(2000, (random) => {
      const text = mutated(random, JSON.stringify(manifest), JSON_PIECES);
      let document: unknown;
      try {
        document = parseStrictJson(text);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return;
      }
      accepted++;
      expect(document).toEqual(JSON.parse(text));
      // Nothing in it was said twice: written again, it has as many names.
      expect(JSON.stringify(document).match(/:/g)?.length).toBe(text.match(/:/g)?.length);
      assertUnpolluted();
    });
    expect(accepted).toBeGreaterThan(50);
  });

  test.each<[string, (count: number) => string]>([
    ["distinct names", (count) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(",")}}`],
    ["one name again and again", (count) => `{${'"a":1,'.repeat(count)}"b":1}`],
    ["one escaped name again and again", (count) => `{${'"\\u0061":1,'.repeat(count)}"b":1}`],
    ["backslashes", (count) => `["${"\\\\".repeat(count)}"]`],
    ["quotes", (count) => `["${'\\"'.repeat(count)}"]`],
    ["quotes without an end", (count) => `["${'\\"'.repeat(count)}`],
    ["lists", (count) => `[${"[],".repeat(count)}0]`],
    ["levels without an end", (count) => "[".repeat(Math.min(count, 900))],
  ])("every character is looked at a few times only: %s", (_, write) => {
    const looks = (count: number) => {
      const text = counted(write(count));
      try {
        parseStrictJson(text.text);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
      return text.looks();
    };
    expect(looks(450)).toBeGreaterThan(0);
    expect(looks(900)).toBeLessThanOrEqual(2.3 * looks(450));
    expect(looks(900)).toBeLessThanOrEqual(4 * write(900).length);
  });
});
