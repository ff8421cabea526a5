import { readdirSync } from "node:fs";
import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import type { ReadableRepository } from "../../../src/oci/store.ts";
import { gather } from "../../../src/transfer/source/gather.ts";
import { withFallback } from "../../../src/transfer/target/fallback.ts";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";

test("an artifact set whose content breaks off is packed again, and nothing is left of the first", async () => {
  const registry = createMemoryRegistry();
  addImage(registry, "images/one", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: "far.test/images/one:1" };
  addComponentVersion(registry, { resources: [resource("one", access)] });
  let left = 1;
  const breaking = (repository: ReadableRepository): ReadableRepository => ({
    ...repository,
    async fetch(target, signal) {
      if (!target.mediaType.includes("layer") || left-- < 1) return repository.fetch(target, signal);
      return Readable.from(broken());
    },
  });
  const gathered = await gather(
    [{ from: { registry, path: "", display: "memory" }, component: "acme.org/shop", version: "1.0.0" }],
    {
      recursive: false,
      copyResources: true,
      copySources: false,
      registryAt: () => ({ ...registry, repository: (name) => breaking(registry.repository(name)) }),
    },
  );
  const folder = temporaryFolder();
  const fallback = { form: "artifact-set", folder, attempts: 2 } as const;
  const changed = await withFallback(gathered, { ...fallback, refused: "index" });
  const [item] = changed?.gathered.versions[0]?.items ?? [];
  if (item?.kind !== "blob") throw new Error("not packed");
  const [blob] = item.blobs;
  if (blob === undefined) throw new Error("no blob");
  expect(sha256(await bytesOf(await item.from.fetch(blob)))).toBe(blob.digest);
  expect(readdirSync(folder)).toHaveLength(1);
  if (changed === undefined) throw new Error("nothing changed");
  expect(await withFallback(changed.gathered, { ...fallback, refused: "index" })).toBeUndefined();
  expect(
    await withFallback(gathered, { ...fallback, refused: { mediaType: "another/type", contents: [] } }),
  ).toBeUndefined();
});

async function* broken() {
  yield Buffer.from("l");
  throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
}
