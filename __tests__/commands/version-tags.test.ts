import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { addComponentVersion, addImage } from "../../testing/content/content.ts";
import { type PlaceKind, startPlace } from "../../testing/content/places.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runCommand, runForResults } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "component-descriptors/acme.org/shop";
const tagsAt = (registry: FakeRegistry) => registry.tags(`moved/${HOME}`);
const writesTo = ({ requests }: FakeRegistry) =>
  requests.filter(({ method }) => method === "PUT" || method === "PATCH");
const transfer = (lines: string, target: string, more: Readonly<Record<string, string>> = {}) =>
  runCommand("transfer", { "component-versions": lines, target, "copy-resources": "true", ...more });

describe("with aliases, alias tags are copied with their component versions", () => {
  const kinds: readonly PlaceKind[] = ["registry", "folder", "tgz"];

  test.each(kinds)("from a %s, by name and in lists, and tags that are versions themselves are not", async (kind) => {
    const source = await startPlace(kind);
    addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "1.2", "v1", "latest", "1.3.0"] });
    const reference = source.reference();
    for (const [line, constraint] of [
      [`${reference}//acme.org/shop:1.2.0`, ""],
      [`${reference}//acme.org/shop`, "*"],
    ] as const) {
      const target = await startFakeRegistry();
      const { errors } = await transfer(line, `${target.origin}/moved`, {
        aliases: "true",
        "semver-constraint": constraint,
      });
      expect(errors).toEqual([]);
      const { "1.2.0": own, ...others } = tagsAt(target);
      expect(own).toMatch(/^sha256:/);
      expect(others).toEqual({ "1.2": own, v1: own, latest: own });
    }
  });

  test("also of referenced component versions, and to an archive", async () => {
    const source = await startFakeRegistry();
    addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "stable"] });
    addComponentVersion(source, { name: "acme.org/app", references: ["acme.org/shop:1.2.0"], tags: ["1.0.0", "v1"] });
    const target = join(temporaryFolder(), "moved.tgz");
    const line = `${source.origin}//acme.org/app:1.0.0`;
    expect((await transfer(line, target, { aliases: "true", recursive: "true" })).errors).toEqual([]);
    const archive = await openCtf(target);
    expect([...(await archive.repository(HOME).listTags())].sort()).toEqual(["1.2.0", "stable"]);
    expect([...(await archive.repository("component-descriptors/acme.org/app").listTags())].sort()).toEqual([
      "1.0.0",
      "v1",
    ]);
    await archive.close();
  });

  test("an alias at the target moves, and tags of referrers are no aliases", async () => {
    const source = await startFakeRegistry();
    const referrer = `sha256-${"a".repeat(64)}.sig`;
    addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "latest", referrer] });
    const target = await startFakeRegistry();
    const run = (version: string) =>
      transfer(`${source.origin}//acme.org/shop:${version}`, `${target.origin}/moved`, { aliases: "true" });
    expect((await run("1.2.0")).findings.map(({ code }) => code)).not.toContain("ALIASES_LEFT");
    addComponentVersion(source, { version: "1.4.0", tags: ["1.4.0", "latest"] });
    expect((await run("1.4.0")).errors).toEqual([]);
    const { "1.2.0": before, "1.4.0": now, ...others } = tagsAt(target);
    expect([before === now, others]).toEqual([false, { latest: now }]);
    const written = writesTo(target).length;
    expect((await run("1.4.0")).errors).toEqual([]);
    expect(writesTo(target)).toHaveLength(written);
  });

  test("a tag of the target stays that is not an alias there", async () => {
    const source = await startFakeRegistry();
    addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "1.2", "latest"] });
    const target = await startFakeRegistry();
    addComponentVersion(target, { version: "1.2", path: "moved" });
    addImage(target, `moved/${HOME}`, { tag: "latest" });
    const before = tagsAt(target);
    const { errors, findings } = await transfer(`${source.origin}//acme.org/shop:1.2.0`, `${target.origin}/moved`, {
      aliases: "true",
    });
    expect(errors).toEqual([]);
    expect(tagsAt(target)).toMatchObject(before);
    const [left] = findings.filter(({ code }) => code === "ALIASES_LEFT");
    expect(left?.message).toBe(`Alias tags were not set: moved/${HOME}:1.2, moved/${HOME}:latest.`);
  });

  test("an alias of two versions from two sources is not set, and other aliases are", async () => {
    const sources = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
    const lines = sources.map((source, at) => {
      addComponentVersion(source, { version: `1.${at}.0`, tags: [`1.${at}.0`, "latest", `1.${at}`] });
      return `${source.origin}//acme.org/shop:1.${at}.0`;
    });
    const target = await startFakeRegistry();
    const { findings } = await transfer(lines.join("\n"), `${target.origin}/moved`, { aliases: "true" });
    expect(Object.keys(tagsAt(target)).sort()).toEqual(["1.0", "1.0.0", "1.1", "1.1.0"]);
    expect(findings.find(({ code }) => code === "ALIASES_LEFT")?.message).toContain(`${HOME}:latest`);
  });

  test("a dry run plans them, and writes nothing", async () => {
    const source = await startFakeRegistry();
    addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "latest"] });
    const target = await startFakeRegistry();
    const { results } = await runForResults("transfer", {
      "component-versions": `${source.origin}//acme.org/shop:1.2.0`,
      target: `${target.origin}/moved`,
      aliases: "true",
      "dry-run": "true",
    });
    expect(results.plan?.tags.flat().map(({ kind, tag }) => `${kind} ${tag}`)).toEqual(["tag 1.2.0", "tag latest"]);
    expect(writesTo(target)).toEqual([]);
  });
});

test("without aliases, only the version's own tag is set", async () => {
  const source = await startFakeRegistry();
  addComponentVersion(source, { version: "1.2.0", tags: ["1.2.0", "1.2", "latest"] });
  const target = await startFakeRegistry();
  const { errors, findings } = await transfer(`${source.origin}//acme.org/shop`, `${target.origin}/moved`, {
    latest: "true",
  });
  expect(errors).toEqual([]);
  expect(Object.keys(tagsAt(target))).toEqual(["1.2.0"]);
  expect(findings.map(({ code }) => code)).toContain("ALIASES_LEFT");
});

describe("two versions with one tag are an error that names both, before anything is written", () => {
  const PAIRS = [
    ["1.0.0-rc+1", "1.0.0-rc.build-1"],
    ["2.0.0-x.build-1+c", "2.0.0-x+1.build-c"],
  ] as const;

  test.each(PAIRS)("from two sources: %s and %s", async (one, other) => {
    for (const more of [{}, { "dry-run": "true" }, { existing: "overwrite" }]) {
      const [first, second] = [await startFakeRegistry(), await startPlace("folder")];
      addComponentVersion(first, { version: one });
      addComponentVersion(second, { version: other });
      const target = await startFakeRegistry();
      const lines = [`${first.origin}//acme.org/shop:${one}`, `${second.reference()}//acme.org/shop:${other}`];
      const { errors } = await transfer(lines.join("\n"), `${target.origin}/moved`, more);
      expect(errors).toEqual([expect.stringMatching(/^VERSION_TAGS_COLLIDE: /)]);
      expect([errors[0]?.includes(`:${one} and `), errors[0]?.includes(`:${other} would`)]).toEqual([true, true]);
      expect(writesTo(target)).toEqual([]);
    }
  });

  test.each(["skip", "overwrite"])(
    "where the target has the other one already, with existing: %s",
    async (existing) => {
      const source = await startPlace("tgz");
      addComponentVersion(source, { version: "1.0.0-rc.build-1" });
      const target = await startFakeRegistry();
      addComponentVersion(target, { version: "1.0.0-rc+1", path: "moved" });
      const before = tagsAt(target);
      const { errors } = await transfer(
        `${source.reference()}//acme.org/shop:1.0.0-rc.build-1`,
        `${target.origin}/moved`,
        { existing },
      );
      expect(errors).toEqual([
        expect.stringMatching(/^VERSION_TAGS_COLLIDE: .*1\.0\.0-rc\.build-1 and .*1\.0\.0-rc\+1 would/),
      ]);
      expect([writesTo(target), tagsAt(target)]).toEqual([[], before]);
    },
  );
});
