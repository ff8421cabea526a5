import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { copyOfCtf, ctf, unpack } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

test("every storage fixture holds the source's artifacts, byte for byte", () => {
  for (const [name, wanted] of [
    ["registry-source", resources],
    ["registry-target", resources],
  ] as const) {
    const folder = unpack(name);
    for (const { digest } of wanted) {
      const hex = digest.slice("sha256:".length);
      const bytes = readFileSync(join(folder, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data"));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(hex);
    }
  }
});

test.each(["v1-by-reference", "v1-by-value", "v2-by-value"] as const)(
  "%s holds the blobs its names promise",
  (name) => {
    const copy = copyOfCtf(name);
    const { artifacts } = JSON.parse(readFileSync(join(copy, "artifact-index.json"), "utf8")) as {
      artifacts: { digest: string }[];
    };
    expect(artifacts.length).toBeGreaterThanOrEqual(3);
    for (const { digest } of artifacts) {
      const bytes = readFileSync(join(ctf(name), "blobs", digest.replace(":", ".")));
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
    }
  },
);

test("a copy is gone after the test", async () => {
  const folder = unpack("registry-source");
  expect(existsSync(folder)).toBe(true);
  await stopEverything();
  expect(existsSync(folder)).toBe(false);
});
