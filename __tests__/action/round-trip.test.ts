import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { temporaryFolder, unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { ctfPlace, readTree, registryPlace } from "./place.ts";
import { tagsOf } from "./registry-reader.ts";

withParts(["docker-registry", "distribution"], "there and back again", () => {
  let first: RealRegistry;
  let second: RealRegistry;

  beforeAll(async () => {
    first = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    second = await startRegistry({ kind: "docker-registry" });
  });
  afterAll(stopEverything);

  const lines = (repository: string, ids: readonly string[]) => ids.map((id) => `${repository}//${id}`).join("\n");

  async function move(componentVersions: string, target: string, inputs: Record<string, string> = {}): Promise<void> {
    const result = await runAction({ inputs: { "component-versions": componentVersions, target, ...inputs } });
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
  }

  const root = "example.org/shop:1.2.0";
  const recursive = { recursive: "true" };
  const all = Object.keys(componentDigests);

  test("registry, archive, another path of another registry, archive: the same manifests and the same archive", async () => {
    const folder = temporaryFolder();
    const [one, two] = [join(folder, "one.tgz"), join(folder, "two.tgz")];
    await move(`${first.origin}/v1-absolute//${root}`, one, recursive);
    await move(`${one}//${root}`, `${second.origin}/quite/another/path`, recursive);
    await move(`${second.origin}/quite/another/path//${root}`, two, recursive);
    expect(readFileSync(two).equals(readFileSync(one))).toBe(true);

    const places = [ctfPlace(one), registryPlace(second.origin, "quite/another/path")];
    const [there, back] = await Promise.all(
      places.map(async (place) =>
        Promise.all(
          all.map(async (id) => {
            const [component = "", version = ""] = id.split(":");
            return (await place.manifest(`component-descriptors/${component}`, version)).toString("utf8");
          }),
        ),
      ),
    );
    expect(back).toEqual(there);
  });

  test("neither the order of the lines nor whether references are followed makes another archive", async () => {
    const folder = temporaryFolder();
    const from = `${first.origin}/v1-absolute`;
    const orders = [all, all.toReversed(), [...all.slice(1), ...all.slice(0, 1)]];
    const archives = orders.map((_, at) => join(folder, `${at}.tgz`));
    for (const [at, order] of orders.entries()) {
      await move(lines(from, order), archives[at] ?? "", at === 0 ? { concurrency: "1" } : {});
    }
    const followed = join(folder, "followed.tgz");
    await move(`${from}//${root}`, followed, recursive);
    for (const archive of archives) expect(readFileSync(archive).equals(readFileSync(followed))).toBe(true);
  });

  test("an archive that was written step by step is the one that is written at once", async () => {
    const [steps, once] = [join(temporaryFolder(), "steps.tgz"), join(temporaryFolder(), "once.tgz")];
    const from = `${first.origin}/v1-absolute`;
    for (const id of all) await move(`${from}//${id}`, steps);
    await move(lines(from, all), once);
    expect(readFileSync(steps).equals(readFileSync(once))).toBe(true);
    const before = readFileSync(steps);
    await move(lines(from, all), steps);
    expect(readFileSync(steps).equals(before)).toBe(true);
  });

  test("relative references name what they mean at each place, and nothing of the places before", async () => {
    const access = { ...recursive, access: "relativeOciReference" };
    const archive = join(temporaryFolder(), "relative.tgz");
    await move(`${first.origin}/v1-relative//${root}`, `${second.origin}/one/deep`, access);
    await move(`${second.origin}/one/deep//${root}`, `${first.origin}/two`, access);
    await move(`${first.origin}/two//${root}`, archive, access);
    await move(`${archive}//${root}`, `${second.origin}/three`, access);
    const places = [
      [registryPlace(second.origin, "one/deep"), "one/deep/"],
      [registryPlace(first.origin, "two"), "two/"],
      [ctfPlace(archive), ""],
      [registryPlace(second.origin, "three"), "three/"],
    ] as const;
    for (const [place, prefix] of places) {
      const accesses = (await readTree(place)).flatMap(({ resources }) => resources.map((resource) => resource.access));
      const references = accesses.flatMap(({ reference }) => reference ?? []).map((text) => text.split("@")[0]);
      expect(references.sort()).toEqual(
        [
          "charts/shop:3.1.0",
          "images/backend:2.0.1",
          "images/frontend:1.4.0",
          "images/legacy-multi:0.9.1",
          "images/legacy:0.9.0",
        ].map((reference) => `${prefix}${reference}`),
      );
    }
    expect(await tagsOf(second.origin, "three/images/frontend")).toEqual(["1.4.0"]);
  });
});
