import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../../../src/errors/transfer-error.ts";
import type { ReadableRepository, ReadableStore } from "../../../src/oci/store.ts";
import { parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import type { ResolvedVersion } from "../../../src/transfer/source/resolve-elements.ts";
import { type Checked, checkContent } from "../../../src/transfer/verify/check-content.ts";
import {
  addImage,
  artifactDigest,
  type ComponentOptions,
  descriptorDocument,
  resource,
} from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";
const image = { type: "ociArtifact", imageReference: "memory.test/images/a:1" };

async function check(versions: readonly ResolvedVersion[], signal?: AbortSignal) {
  const done: Checked[] = [];
  const errors = await checkContent(
    versions,
    { concurrency: 2, attempts: 1, onDone: (_, items) => done.push(...items) },
    signal,
  );
  const messages = errors.map((error) => {
    const { code = "", message } = error as Error & { code?: string };
    return `${code}: ${message}`;
  });
  return { messages, read: done.filter(({ isRead }) => isRead).map(({ item }) => item.element.name) };
}

/** What the survey finds wrong with the only element, or `check` with its content. */
async function failures(version: Promise<ResolvedVersion>): Promise<string[]> {
  const surveyedVersion = await version;
  if (surveyedVersion.errors.length === 0) return (await check([surveyedVersion])).messages;
  return surveyedVersion.errors.map((error) => {
    const { code = "", message } = error as Error & { code?: string };
    return `${code}: ${message}`;
  });
}

/** A shop with one local blob, made of these pieces. */
function localBlob(
  registry: MemoryRegistry,
  pieces: readonly string[],
  more: Record<string, unknown>,
): ComponentOptions {
  const layers = pieces.map((piece) => registry.addBlob(HOME, piece, "text/plain"));
  const localReference = layers.map(({ digest }) => digest).join(",");
  return {
    layers,
    resources: [resource("note", { type: "localBlob", localReference, mediaType: "text/plain" }, more)],
  };
}

const digestOf = (text: string, hash: "sha256" | "sha512", value = createHash(hash).update(text).digest("hex")) => ({
  digest: {
    hashAlgorithm: hash === "sha256" ? "SHA-256" : "SHA-512",
    normalisationAlgorithm: "genericBlobDigest/v1",
    value,
  },
});

describe("a local blob", () => {
  test.each<[string, readonly string[], Record<string, unknown>]>([
    ["of one layer", ["a note"], digestOf("a note", "sha256")],
    ["by another hash than its layer's", ["a note"], digestOf("a note", "sha512")],
    ["that v1 split", ["a ", "note"], digestOf("a note", "sha256")],
  ])("%s is what its digest says", async (_, pieces, more) => {
    const registry = createMemoryRegistry();
    const { messages, read } = await check([await surveyed(registry, localBlob(registry, pieces, more))]);
    expect({ messages, read }).toEqual({ messages: [], read: ["note"] });
  });

  test.each<[string, readonly string[], Record<string, unknown>]>([
    ["of one layer", ["a note"], digestOf("another", "sha256")],
    ["by another hash than its layer's", ["a note"], digestOf("another", "sha512")],
    [
      "that is pinned to a manifest",
      ["a note"],
      artifactDigest({ mediaType: "", digest: `sha256:${"0".repeat(64)}`, size: 1 }),
    ],
    ["that v1 split", ["a ", "note"], digestOf("another", "sha256")],
  ])("%s is another", async (_, pieces, more) => {
    const registry = createMemoryRegistry();
    expect(await failures(surveyed(registry, localBlob(registry, pieces, more)))).toEqual([
      expect.stringMatching(
        /^ARTIFACT_DIGEST_DIFFERS: resource note:1\.0\.0 of acme\.org\/shop:1\.0\.0 is pinned to SHA-(256|512) [0-9a-f]+ \(\w+\/v1\), but its access leads to (the blob )?sha(256|512):/,
      ),
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["without a digest", {}],
    ["with a digest of empty texts", { digest: { hashAlgorithm: "", normalisationAlgorithm: "", value: "" } }],
    [
      "that is excluded",
      {
        digest: { hashAlgorithm: "NO-DIGEST", normalisationAlgorithm: "EXCLUDE-FROM-SIGNATURE", value: "NO-DIGEST" },
      },
    ],
  ])("%s is read, and compared with nothing", async (_, more) => {
    const registry = createMemoryRegistry();
    const version = await surveyed(registry, localBlob(registry, ["a note"], more));
    expect(version.items).toMatchObject([{ verdict: { kind: "unpinned" } }]);
    expect(await check([version])).toEqual({ messages: [], read: ["note"] });
  });
});

describe("an image", () => {
  test("is what a digest by another hash says of its manifest, or is not", async () => {
    for (const [change, count] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const registry = createMemoryRegistry();
      const root = addImage(registry, "images/a", { tag: "1" });
      const { content } = { content: await text(registry.repository("images/a"), root) };
      const hash = createHash("sha512").update(content).digest("hex");
      const value = change === 0 ? hash : hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      const digest = { hashAlgorithm: "SHA-512", normalisationAlgorithm: "ociArtifactDigest/v1", value };
      const messages = await failures(surveyed(registry, { resources: [resource("image", image, { digest })] }));
      expect(messages).toHaveLength(count);
    }
  });

  test("is compared with the digest that a root signed in mode top has for it", async () => {
    const registry = createMemoryRegistry();
    const root = addImage(registry, "images/a", { tag: "1" });
    const leaf = (value: string) => {
      const digest = { ...(artifactDigest(root).digest as object), value };
      const resourceDigests = [{ name: "image", version: "1.0.0", digest }];
      const nestedDigests = [{ name: "acme.org/shop", version: "1.0.0", digest: {}, resourceDigests }];
      const document = descriptorDocument({
        name: "acme.org/root",
        references: ["acme.org/shop:1.0.0"],
        nestedDigests,
      });
      const roots = [parseComponentDescriptor(JSON.stringify(document), "root")];
      return surveyed(registry, { resources: [resource("image", image)] }, { roots });
    };
    const holds = await leaf(root.digest.slice(7));
    expect(holds.items).toMatchObject([{ verdict: { kind: "matches" } }]);
    expect(await failures(leaf("00".repeat(32)))).toEqual([
      expect.stringMatching(/^ARTIFACT_DIGEST_DIFFERS: resource image:1\.0\.0 of acme\.org\/shop:1\.0\.0 /),
    ]);
  });

  test("whose registry cannot be reached ends it all, and is not taken for another", async () => {
    const registry = createMemoryRegistry();
    const layer = addImage(registry, "images/a", { tag: "1" });
    const version = await surveyed(registry, { resources: [resource("image", image, artifactDigest(layer))] });
    const [item] = version.items;
    if (item?.kind !== "artifact") throw new Error("no artifact");
    const gone: ReadableRepository = {
      ...item.graph.from,
      fetch: async (target, signal) => {
        if (target.mediaType.includes("layer")) throw new Error("no way to the host");
        return item.graph.from.fetch(target, signal);
      },
    };
    const { messages } = await check([{ ...version, items: [{ ...item, graph: { ...item.graph, from: gone } }] }]);
    expect(messages).toEqual([": no way to the host"]);
  });
});

test("a run that is stopped stops reading", async () => {
  const registry = createMemoryRegistry();
  const version = await surveyed(registry, localBlob(registry, ["a note"], {}));
  const { messages } = await check([version], AbortSignal.abort(new Error("stopped")));
  expect(messages).toEqual([": stopped"]);
});

test("a blob in two repositories of a registry is read in one, and asked for in the other", async () => {
  const registry = createMemoryRegistry();
  addImage(registry, "images/a", { tag: "1" });
  addImage(registry, "images/b", { tag: "1" });
  const log: string[] = [];
  const recording: ReadableStore = {
    kind: "registry",
    name: registry.name,
    repository(name) {
      const repository = registry.repository(name);
      const of = {
        ...repository,
        store: recording,
        fetch: (...args: Parameters<ReadableRepository["fetch"]>) => {
          log.push(`fetch ${args[0].mediaType.split(".").at(-1)}`);
          if (name.endsWith("/b") && log.includes("exists"))
            throw new TransferError("BLOB_UNKNOWN", `${name} lacks the blob`);
          return repository.fetch(...args);
        },
        exists: async () => {
          log.push("exists");
          return !name.endsWith("/b");
        },
      };
      return of;
    },
  };
  const resources = ["a", "b"].map((name) =>
    resource(name, { ...image, imageReference: `memory.test/images/${name}:1` }),
  );
  const version = await surveyed(registry, { resources }, { registryAt: () => recording });
  log.length = 0;
  const { messages } = await check([version]);
  // The second one is the GET that decides, after HEAD has denied the blob.
  expect(log.filter((line) => line === "fetch tar")).toHaveLength(2);
  expect(log.filter((line) => line === "exists").length).toBeGreaterThan(0);
  expect(messages).toEqual([
    expect.stringMatching(/^BLOB_UNKNOWN: resource b:1\.0\.0 of acme\.org\/shop:1\.0\.0: images\/b lacks the blob/),
  ]);
});

async function text(
  repository: ReadableRepository,
  target: Parameters<ReadableRepository["fetch"]>[0],
): Promise<string> {
  let content = "";
  for await (const chunk of await repository.fetch(target)) content += chunk;
  return content;
}
