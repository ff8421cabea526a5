import { expect, test } from "@jest/globals";
import { parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";
import { componentDigest } from "../../../src/ocm/signing/normalise.ts";
import { rewriteDescriptor } from "../../../src/transfer/target/rewrite.ts";
import { readFixture } from "../../../testing/content/fixture-version.ts";

const NOTHING = { furtherSignatures: [] };

const text =
  '{"later":0,"meta":{"schemaVersion":"v2","x":1.0},"component":{"version":"1.0.0","name":"acme.org/shop","creationTime":"2026-01-01T00:00:00Z",' +
  '"labels":[{"name":"l","value":{"big":12345678901234567890,"exact":1.10},"version":"v1","signing":true,"merge":{"algorithm":"m"}}],' +
  '"provider":"acme","repositoryContexts":[{"subPath":"old"}],' +
  '"resources":[{"unknown":true,"access":{"type":"ociArtifact","imageReference":"a.b/c:1"},"name":"one","digest":{"value":"0"}},' +
  '{"access":{"type":"wget","size":1e3},"name":"two"}],' +
  '"sources":[{"name":"code","access":{"type":"ociArtifact","imageReference":"a.b/d:1"},"labels":null}],"componentReferences":null},' +
  '"signatures":[{"name":"acme","digest":{"value":"00"}}],"nestedDigests":[]}';
const descriptor = parseComponentDescriptor(text, "test");
const after = { type: "localBlob", localReference: "sha256:0" };

test("nothing to change, nothing changed", () => {
  expect(JSON.stringify(rewriteDescriptor(descriptor.tree, [], NOTHING))).toBe(text);
});

test("access alone is another: every other field stays, in its place and in its spelling", () => {
  const changes = descriptor.elements
    .filter(({ name }) => name !== "two")
    .map((element) => ({ element, after: { ...after, for: element.kind } }));
  const written = JSON.stringify(rewriteDescriptor(descriptor.tree, changes, NOTHING));
  const access = (kind: string) => JSON.stringify({ ...after, for: kind });
  expect(written).toBe(
    text
      .replace('{"type":"ociArtifact","imageReference":"a.b/c:1"}', access("resource"))
      .replace('{"type":"ociArtifact","imageReference":"a.b/d:1"}', access("source")),
  );
  expect(componentDigest(parseComponentDescriptor(written, "test"))).toBe(componentDigest(descriptor));
  expect(JSON.stringify(descriptor.tree)).toBe(text);
});

test("further signatures stand behind the others", () => {
  const { signatures } = rewriteDescriptor(descriptor.tree, [], { furtherSignatures: [{ name: "customer" }] });
  expect(JSON.stringify(signatures)).toBe('[{"name":"acme","digest":{"value":"00"}},{"name":"customer"}]');
  const { signatures: _, ...unsigned } = descriptor.tree;
  expect(rewriteDescriptor(unsigned, [], { furtherSignatures: [{ name: "customer" }] })).toEqual({
    ...unsigned,
    signatures: [{ name: "customer" }],
  });
});

test.each(["v1-by-reference", "v1-by-value", "v2-by-value"] as const)(
  "%s: all accesses rewritten, all else equal",
  async (folder) => {
    const { descriptor: fixture } = await readFixture(folder);
    const changes = fixture.elements.map((element) => ({ element, after }));
    const written = parseComponentDescriptor(JSON.stringify(rewriteDescriptor(fixture.tree, changes, NOTHING)), folder);
    expect(written.elements.map(({ access }) => access)).toEqual(fixture.elements.map(() => after));
    const back = written.elements.map((element, index) => ({ element, after: fixture.elements[index]?.access ?? {} }));
    expect(JSON.stringify(rewriteDescriptor(written.tree, back, NOTHING))).toBe(JSON.stringify(fixture.tree));
    expect(componentDigest(written)).toBe(componentDigest(fixture));
  },
);

test("the context of a copy is the last of the repository contexts, once, and changes no component digest", async () => {
  const { descriptor } = await readFixture("v1-by-value");
  const context = { type: "OCIRegistry", baseUrl: "registry.corp", subPath: "ocm", componentNameMapping: "urlPath" };
  const older = { type: "OCIRegistry", baseUrl: "ghcr.io" };
  const add = (tree: JsonObject) => rewriteDescriptor(tree, [], { ...NOTHING, context });
  const contextsOf = (tree: JsonObject) => (tree.component as JsonObject).repositoryContexts;
  const written = add(descriptor.tree);
  expect(contextsOf(written)).toEqual([context]);
  expect(add(written)).toEqual(written);
  const component = { ...(written.component as JsonObject), repositoryContexts: [context, older] };
  expect(contextsOf(add({ ...written, component }))).toEqual([older, context]);
  const copy = parseComponentDescriptor(JSON.stringify(written), "copy");
  expect(componentDigest(copy)).toBe(componentDigest(descriptor));
});
