import { describe, expect, test } from "@jest/globals";
import { parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { componentDigest, digestOf, normalise } from "../../../src/ocm/signing/normalise.ts";
import { type ComponentId, changed, readFixture } from "../../../testing/content/fixture-version.ts";
import { componentDigests } from "../../../testing/fixtures/ocm/digests.ts";

const ids = Object.keys(componentDigests) as ComponentId[];

describe("the component digests of the fixtures", () => {
  test.each(["v1-by-reference", "v1-by-value"] as const)("in %s are those that v1 signed", async (folder) => {
    for (const id of ids) {
      expect([id, componentDigest((await readFixture(folder, id)).descriptor)]).toEqual([id, componentDigests[id]]);
    }
  });

  test("in v2-by-value differ, since v2 dropped the creation time and renamed digest algorithms", async () => {
    for (const id of ids) {
      const [original, copy] = [await readFixture("v1-by-reference", id), await readFixture("v2-by-value", id)];
      expect(componentDigest(copy.descriptor)).not.toBe(componentDigests[id]);
      const repaired = changed(copy.descriptor, ({ component }) => {
        component.creationTime = (original.descriptor.tree.component as { creationTime: string }).creationTime;
        for (const resource of component.resources) {
          if (
            original.descriptor.elements.some(
              ({ name, digest }) => name === resource.name && digest?.normalisationAlgorithm === "ociArtifactDigest/v1",
            )
          )
            resource.digest.normalisationAlgorithm = "ociArtifactDigest/v1";
        }
      });
      expect(componentDigest(repaired)).toBe(componentDigests[id]);
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a document that is taken apart
type Change = (component: any, tree: any) => void;

const source = { name: "code", version: "1.2.0", type: "git", access: { type: "gitHub", commit: "c0ffee" } };

/** The digest of a fixture with a source, and with something done to it. */
async function digestAfter(change: Change): Promise<string> {
  const { descriptor } = await readFixture("v1-by-reference");
  return componentDigest(
    changed(descriptor, (tree) => {
      tree.component.sources = [structuredClone(source)];
      change(tree.component, tree);
    }),
  );
}

const unchanged = () => digestAfter(() => {});
const unsigned = { name: "note", value: "anything" };
const signed = { name: "note", value: "anything", signing: true };

test.each<[string, Change]>([
  [
    "access",
    (c) => {
      for (const resource of c.resources) resource.access = { type: "localBlob", localReference: "x" };
    },
  ],
  [
    "the access of a source",
    (c) => {
      for (const source of c.sources) source.access = { type: "other" };
    },
  ],
  [
    "unsigned labels",
    (c) => {
      c.labels.push(unsigned);
      c.resources[0].labels = [unsigned];
    },
  ],
  [
    "the value of an unsigned label",
    (c) => {
      c.resources[1].labels = [{ ...unsigned, signing: false }];
    },
  ],
  [
    "repositoryContexts",
    (c) => {
      c.repositoryContexts = [{ type: "OCIRegistry", baseUrl: "x" }];
    },
  ],
  [
    "signatures",
    (_, tree) => {
      tree.signatures = [];
    },
  ],
  [
    "nestedDigests",
    (_, tree) => {
      tree.nestedDigests = [{ name: "x" }];
    },
  ],
  [
    "srcRefs",
    (c) => {
      c.resources[0].srcRefs = [{ identitySelector: { name: "x" } }];
    },
  ],
  [
    "the order of keys",
    (c) => {
      c.resources[0] = Object.fromEntries(Object.entries(c.resources[0]).reverse());
    },
  ],
  [
    "null for a missing field",
    (c) => {
      c.nonsense = null;
      c.resources[0].extraIdentity = null;
      c.componentReferences[0].labels = null;
    },
  ],
  [
    "the merge algorithm of a label",
    (c) => {
      c.labels[0].merge = { algorithm: "x" };
    },
  ],
  [
    "fields that are not in the schema",
    (c) => {
      c.later = 1;
      c.resources[0].later = 1;
      c.sources[0].later = 1;
      c.componentReferences[0].later = 1;
      c.resources[0].digest.later = 1;
    },
  ],
  [
    "an empty extra identity",
    (c) => {
      c.resources[0].extraIdentity = {};
    },
  ],
  [
    "the spelling of the creation time",
    (c) => {
      c.creationTime = new Date(c.creationTime).toISOString().replace("Z", "+00:00");
    },
  ],
])("%s is not signed", async (_, change) => {
  expect(await digestAfter(change)).toBe(await unchanged());
});

test.each<[string, Change]>([
  [
    "name",
    (c) => {
      c.name += "x";
    },
  ],
  [
    "version",
    (c) => {
      c.version += ".1";
    },
  ],
  [
    "provider",
    (c) => {
      c.provider = "another";
    },
  ],
  [
    "creationTime",
    (c) => {
      c.creationTime = "2020-01-01T00:00:00Z";
    },
  ],
  [
    "no creationTime",
    (c) => {
      delete c.creationTime;
    },
  ],
  [
    "a signed label",
    (c) => {
      c.labels.push(signed);
    },
  ],
  [
    "a signed label of a resource",
    (c) => {
      c.resources[0].labels = [signed];
    },
  ],
  [
    "a label with the text true for signing",
    (c) => {
      c.resources[0].labels = [{ ...signed, signing: "true" }];
    },
  ],
  [
    "a signed label of a source",
    (c) => {
      c.sources[0].labels = [signed];
    },
  ],
  [
    "any label of a reference",
    (c) => {
      c.componentReferences[0].labels = [unsigned];
    },
  ],
  [
    "the digest of a resource",
    (c) => {
      c.resources[0].digest.value = "00";
    },
  ],
  [
    "the algorithm of a digest",
    (c) => {
      c.resources[0].digest.normalisationAlgorithm = "genericBlobDigest/v1";
    },
  ],
  [
    "the name of a resource",
    (c) => {
      c.resources[0].name += "x";
    },
  ],
  [
    "the version of a resource",
    (c) => {
      c.resources[0].version += ".1";
    },
  ],
  [
    "the type of a resource",
    (c) => {
      c.resources[0].type += "x";
    },
  ],
  [
    "the relation of a resource",
    (c) => {
      c.resources[0].relation = "other";
    },
  ],
  [
    "extra identity",
    (c) => {
      c.resources[0].extraIdentity = { architecture: "arm64" };
    },
  ],
  [
    "one resource less",
    (c) => {
      c.resources.pop();
    },
  ],
  [
    "the order of resources",
    (c) => {
      c.resources.reverse();
    },
  ],
  [
    "the version of a reference",
    (c) => {
      c.componentReferences[0].version += ".1";
    },
  ],
  [
    "the digest of a reference",
    (c) => {
      c.componentReferences[0].digest.value = "00";
    },
  ],
  [
    "access of type none, which has no digest",
    (c) => {
      c.resources[0].access = { type: "none" };
    },
  ],
  [
    "a signed label without a value",
    (c) => {
      c.labels.push({ name: "note", value: null, signing: true });
    },
  ],
])("%s is signed", async (_, change) => {
  expect(await digestAfter(change)).not.toBe(await unchanged());
});

test("one descriptor with every rule has the expected normalised text", () => {
  const text = JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name: "acme.org/x",
      version: "1.0.0",
      provider: '{"name":"acme","labels":[{"name":"p","value":1,"signing":true},{"name":"q","value":1}]}',
      repositoryContexts: [{}],
      labels: [{ name: "l", version: "v1", value: { b: 1e21, a: "<ü>" }, signing: true, merge: {} }, unsigned],
      resources: [
        {
          name: "r",
          version: "1",
          type: "t",
          relation: "local",
          access: { type: "None" },
          digest: { hashAlgorithm: "h", normalisationAlgorithm: "n", value: "v" },
          srcRefs: [],
          labels: [unsigned],
        },
      ],
      sources: null,
      componentReferences: [{ name: "c", componentName: "acme.org/c", version: "2", labels: [unsigned] }],
    },
  });
  expect(normalise(parseComponentDescriptor(text, "test"))).toBe(
    '{"component":{"componentReferences":[{"componentName":"acme.org/c","labels":[{"name":"note","value":"anything"}],"name":"c","version":"2"}],' +
      '"labels":[{"name":"l","signing":true,"value":{"a":"<ü>","b":1e+21},"version":"v1"}],"name":"acme.org/x",' +
      '"provider":{"labels":[{"name":"p","signing":true,"value":1}],"name":"acme"},' +
      '"resources":[{"name":"r","relation":"local","type":"t","version":"1"}],"sources":[],"version":"1.0.0"}}',
  );
});

describe("the normalised text of one component version", () => {
  const twin = { type: "t", relation: "local", access: { type: "localBlob" } };
  const digest = { hashAlgorithm: "sha256", normalisationAlgorithm: "n", value: "v" };
  const text = JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name: "acme.org/x",
      version: "1.0.0",
      creationTime: "2024-02-03T04:05:06.5+01:00",
      provider: '{"name":"acme"}',
      labels: [
        { name: "l", version: "v1", value: { "": 1, b: [null, { c: null }], a: null, "<": "&\u2028" }, signing: true },
        { name: "none", value: null, signing: true },
        unsigned,
      ],
      resources: [
        { name: "r", version: "1", ...twin, digest },
        { name: "r", version: "2", ...twin, relation: null, extraIdentity: {} },
      ],
      sources: [{ name: "s", version: "1", type: "git", access: { type: "gitHub" } }],
      componentReferences: [
        {
          name: "c",
          componentName: "acme.org/c",
          version: "2",
          labels: [
            { name: "u", value: 1, signing: false, merge: { algorithm: "default" } },
            { name: "v", value: 2, signing: true },
          ],
        },
      ],
    },
  });
  const by = (name: string) =>
    normalise(parseComponentDescriptor(text, "test"), { normalisationAlgorithm: `jsonNormalisation/${name}` });
  const label = '{"name":"l","signing":true,"value":{"<":"&\u2028","a":null,"b":[null,{"c":null}]},"version":"v1"}';
  const references =
    '[{"componentName":"acme.org/c","labels":[{"merge":{"algorithm":"default"},"name":"u","value":1},{"name":"v","signing":true,"value":2}],"name":"c","version":"2"}]';
  const pinned = '{"hashAlgorithm":"sha256","normalisationAlgorithm":"n","value":"v"}';
  const third = (identity: string) =>
    `{"component":{"componentReferences":${references},"creationTime":"2024-02-03T03:05:07Z",` +
    `"labels":[${label},{"name":"none","signing":true,"value":null}],"name":"acme.org/x","provider":{"name":"acme"},` +
    `"resources":[{"digest":${pinned},${identity}"name":"r","relation":"local","type":"t","version":"1"},` +
    '{"name":"r","type":"t","version":"2"}],"sources":[{"name":"s","type":"git","version":"1"}],"version":"1.0.0"}}';

  test("by v3 has sorted members", () => {
    expect(by("v3")).toBe(third(""));
  });

  test("by v2 has the version in the identity of the first of two resources with one name", () => {
    expect(by("v2")).toBe(third('"extraIdentity":{"version":"1"},'));
  });

  test("by v1 has lists of entries with Go's escapes, without sources", () => {
    expect(by("v1")).toBe(
      '[{"component":[{"componentReferences":[[{"componentName":"acme.org/c"},{"extraIdentity":null},' +
        '{"labels":[[{"name":"v"},{"signing":true},{"value":2}]]},{"name":"c"},{"version":"2"}]]},' +
        '{"creationTime":"2024-02-03T03:05:07Z"},' +
        '{"labels":[[{"name":"l"},{"signing":true},' +
        '{"value":[{"\\u003c":"\\u0026\\u2028"},{"a":null},{"b":[null,[{"c":null}]]}]},{"version":"v1"}],' +
        '[{"name":"none"},{"signing":true},{"value":null}]]},{"name":"acme.org/x"},{"provider":"acme"},' +
        '{"resources":[[{"digest":[{"hashAlgorithm":"sha256"},{"normalisationAlgorithm":"n"},{"value":"v"}]},' +
        '{"extraIdentity":[{"version":"1"}]},{"name":"r"},{"relation":"local"},{"type":"t"},{"version":"1"}],' +
        '[{"extraIdentity":null},{"name":"r"},{"type":"t"},{"version":"2"}]]},{"version":"1.0.0"}]},' +
        '{"meta":[{"schemaVersion":"v2"}]}]',
    );
  });

  test("by v4alpha1 has no versions of labels and no null members, but empty texts and the original time", () => {
    expect(by("v4alpha1")).toBe(
      '{"component":{"componentReferences":[{"componentName":"acme.org/c",' +
        '"digest":{"hashAlgorithm":"","normalisationAlgorithm":"","value":""},' +
        '"labels":[{"name":"u","value":1},{"name":"v","signing":true,"value":2}],"name":"c","version":"2"}],' +
        '"creationTime":"2024-02-03T04:05:06.5+01:00",' +
        '"labels":[{"name":"l","signing":true,"value":{"<":"&\u2028","b":[null,{}]}},{"name":"none","signing":true}],' +
        `"name":"acme.org/x","provider":{"name":"acme"},"resources":[{"digest":${pinned},"name":"r",` +
        '"relation":"local","type":"t","version":"1"},{"name":"r","relation":"","type":"t","version":"2"}],' +
        '"sources":[{"name":"s","type":"git","version":"1"}],"version":"1.0.0"}}',
    );
  });
});

describe("the value of a signed label", () => {
  const by = (value: string, algorithm: string) => {
    const text = `{"meta":{"schemaVersion":"v2"},"component":{"name":"acme.org/x","version":"1","provider":"a","labels":[{"name":"l","signing":true,"value":${value}}]}}`;
    return normalise(parseComponentDescriptor(text, "test"), { normalisationAlgorithm: algorithm });
  };

  test.each([
    ["1.0", "1", "1"],
    ["-0", "0", "0"],
    ["-0.0", "0", "-0"],
    ["1E21", "1e+21", "1e+21"],
    ["1e-7", "1e-7", "1e-7"],
    ["12345678901234567890", "12345678901234567000", "12345678901234567000"],
    ["{}", "{}", "[]"],
    ["[]", "[]", "[]"],
    ['{"\ue000":1,"\ud83d\udca9":2}', '{"💩":2,"\ue000":1}', '[{"\ue000":1},{"💩":2}]'],
    ['"\\ud800"', '"\ufffd"', '"\ufffd"'],
  ])("%s is normalised", (value, canonical, entries) => {
    expect(by(value, "jsonNormalisation/v3")).toContain(`"value":${canonical}}`);
    expect(by(value, "jsonNormalisation/v1")).toContain(`{"value":${entries}}`);
  });

  test.each(["v1", "v2", "v3", "v4alpha1"])("cannot be a number beyond a double: %s", (name) => {
    expect(() => by("1e400", `jsonNormalisation/${name}`)).toThrow(
      expect.objectContaining({ code: "DESCRIPTOR_MALFORMED" }),
    );
  });
});

describe("a component digest", () => {
  const digest = (algorithms: Partial<Parameters<typeof digestOf>[1]>) =>
    readFixture("v1-by-reference").then(({ descriptor }) =>
      digestOf(descriptor, { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3", ...algorithms }),
    );
  const known = componentDigests["example.org/shop:1.2.0"];

  test.each(["SHA-256", "sha-256", "sha256"])("is computed by %s", async (hashAlgorithm) => {
    expect(await digest({ hashAlgorithm })).toBe(known);
  });

  test.each(["SHA-512", "sha512"])("by %s is longer", async (hashAlgorithm) => {
    expect(await digest({ hashAlgorithm })).toMatch(/^[0-9a-f]{128}$/);
  });

  test("is the same in both generations for a plain component version", async () => {
    expect(await digest({ normalisationAlgorithm: "jsonNormalisation/v4alpha1" })).toBe(known);
  });

  test.each([
    [{ hashAlgorithm: "SHA256" }, "HASH_UNSUPPORTED"],
    [{ hashAlgorithm: "" }, "HASH_UNSUPPORTED"],
    [{ hashAlgorithm: "NO-DIGEST" }, "HASH_UNSUPPORTED"],
    [{ normalisationAlgorithm: "jsonNormalisation/v4" }, "NORMALISATION_UNSUPPORTED"],
    [{ normalisationAlgorithm: "" }, "NORMALISATION_UNSUPPORTED"],
  ])("by %j is not supported", async (algorithms, code) => {
    await expect(digest(algorithms)).rejects.toMatchObject({ code });
  });
});
