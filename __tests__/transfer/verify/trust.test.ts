import { describe, expect, test } from "@jest/globals";
import {
  type ComponentDescriptor,
  parseComponentDescriptor,
} from "../../../src/ocm/descriptor/component-descriptor.ts";
import { judgeTree, type TrustedKey } from "../../../src/transfer/verify/trust.ts";
import { type ComponentOptions, descriptorDocument, resource } from "../../../testing/content/content.ts";
import {
  digestOfBytes,
  pinnedReference,
  publicKey,
  signed,
  withNestedDigests,
} from "../../../testing/content/signed.ts";

const keys: readonly TrustedKey[] = [{ name: "acme", key: publicKey }];
const V4 = { normalisationAlgorithm: "jsonNormalisation/v4alpha1" };

const parse = (options: ComponentOptions): ComponentDescriptor =>
  parseComponentDescriptor(JSON.stringify(descriptorDocument(options)), "here");

/** What does not hold where the first is named, or all of the first `count`. */
function failures(versions: readonly ComponentOptions[], count = 1): string[] {
  const all = versions.map(parse);
  return judgeTree({ named: all.slice(0, count), all }, keys).errors.map((error) => {
    const { code, message } = error as Error & { code?: string };
    return `${code} ${message}`;
  });
}

const leaf: ComponentOptions = { name: "acme.org/leaf", resources: [resource("note", { type: "localBlob" })] };
const withReferences = (name: string, references: readonly object[]): ComponentOptions => ({
  name,
  more: { componentReferences: references },
});
const unpinned = (name: string) => ({ name, componentName: `acme.org/${name}`, version: "1.0.0" });

describe("references", () => {
  test("that pin what they lead to, level by level, hand trust down", () => {
    const middle = withReferences("acme.org/middle", [pinnedReference("leaf", leaf)]);
    const root = signed(withReferences("acme.org/root", [pinnedReference("middle", middle)]));
    expect(failures([root, middle, leaf])).toEqual([]);
  });

  test.each([
    ["no digest", unpinned("leaf")],
    ["a digest that says that there is none", { ...unpinned("leaf"), digest: { hashAlgorithm: "NO-DIGEST" } }],
    [
      "a digest of empty texts",
      { ...unpinned("leaf"), digest: { hashAlgorithm: "", normalisationAlgorithm: "", value: "" } },
    ],
  ])("with %s lead to what anybody may have written", (_, reference) => {
    const root = signed(withReferences("acme.org/root", [reference]));
    expect(failures([root, leaf])).toEqual([
      expect.stringMatching(/^REFERENCE_UNPINNED reference leaf of acme\.org\/root:1\.0\.0 .* acme\.org\/leaf:1\.0\.0/),
    ]);
  });

  test("without a digest may lead to what is signed itself, and pins others", () => {
    const middle = signed(withReferences("acme.org/middle", [pinnedReference("leaf", leaf)]));
    const root = signed(withReferences("acme.org/root", [unpinned("middle")]));
    expect(failures([root, middle, leaf])).toEqual([]);
  });

  test("without a digest are no error where another reference pins the same", () => {
    const root = signed(withReferences("acme.org/root", [unpinned("leaf"), pinnedReference("again", leaf)]));
    expect(failures([root, leaf])).toEqual([]);
  });

  test("that are not followed are no error", () => {
    expect(failures([signed(withReferences("acme.org/root", [unpinned("leaf")]))])).toEqual([]);
  });

  test("of an unsigned component version pin nothing", () => {
    const middle = withReferences("acme.org/middle", [pinnedReference("leaf", leaf)]);
    const root = signed(withReferences("acme.org/root", [unpinned("middle")]));
    expect(failures([root, middle, leaf])).toEqual([expect.stringMatching(/^REFERENCE_UNPINNED reference middle /)]);
  });
});

describe("a selection of several component versions", () => {
  const root = signed(withReferences("acme.org/root", [pinnedReference("leaf", leaf)]));

  test("is whole where one that is signed pins the others", () => {
    expect(failures([root, leaf], 2)).toEqual([]);
  });

  test("names those that nobody signed or pinned", () => {
    expect(failures([root, leaf, { name: "acme.org/other" }], 3)).toEqual([
      expect.stringMatching(/^SIGNATURE_UNKNOWN acme\.org\/other:1\.0\.0 /),
    ]);
  });
});

describe("nested digests", () => {
  const plain: ComponentOptions = { name: "acme.org/root", references: ["acme.org/leaf:1.0.0"] };
  const nesting = withNestedDigests(plain, leaf, { note: digestOfBytes("a note") });

  test("pin what their root refers to", () => {
    const all = [signed(nesting), leaf].map(parse);
    const { errors, rootsOf } = judgeTree({ named: all.slice(0, 1), all }, keys);
    expect(errors).toEqual([]);
    expect(all.map((each) => rootsOf(each).map(({ name }) => name))).toEqual([["acme.org/root"], ["acme.org/root"]]);
  });

  test("of a root signed by the normalisation that leaves them out pin nothing", () => {
    const { nestedDigests = [] } = nesting;
    const root = { ...signed(plain, V4), nestedDigests };
    expect(failures([root, leaf])).toEqual([expect.stringMatching(/^REFERENCE_UNPINNED reference leaf /)]);
  });

  test("that somebody wrote into another component version pin nothing of a signed one", () => {
    const stranger = { name: "acme.org/stranger", nestedDigests: nesting.nestedDigests ?? [] };
    const root = signed({ ...plain, references: ["acme.org/leaf:1.0.0", "acme.org/stranger:1.0.0"] });
    const found = failures([root, leaf, stranger]);
    expect(found).toEqual([
      expect.stringMatching(/^REFERENCE_UNPINNED reference leaf /),
      expect.stringMatching(/^REFERENCE_UNPINNED reference stranger /),
    ]);
  });
});

test("without keys, only references are compared with what they lead to", () => {
  const root = parse(withReferences("acme.org/root", [unpinned("leaf")]));
  expect(judgeTree({ named: [root], all: [root, parse(leaf)] }, []).errors).toEqual([]);
});
