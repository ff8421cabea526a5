import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { bytesOf } from "../../src/oci/content.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { openCtfTarget } from "../../src/stores/ctf/writable-store.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const root = resolve(import.meta.dirname, "../..");

/** Pushes an image of fifty layers under a tag, and is killed some turns of the event loop after it began to commit. */
const PROGRAM = `
import { setImmediate as turn } from "node:timers/promises";
import { openCtfTarget } from "${root}/src/stores/ctf/writable-store.ts";
import { sha256 } from "${root}/src/oci/digest.ts";
const [path, spool, tag, turns] = process.argv.slice(1);
const target = await openCtfTarget(path, { spool });
const repository = target.repository("a");
const push = async (content, mediaType) => {
  const descriptor = { mediaType, digest: sha256(content), size: content.length };
  await repository.push(descriptor, Buffer.from(content));
  return descriptor;
};
const layers = [];
for (let n = 0; n < 50; n++) layers.push(await push("layer " + n + " of " + tag, "text/plain"));
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const config = await push("{}", "text/plain");
await repository.tag(await push(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }), mediaType), tag);
const committing = target.commit();
for (let n = 0; n < Number(turns); n++) await turn();
if (turns === "all") await committing;
process.kill(process.pid, "SIGKILL");
`;

function run(path: string, tag: string, turns: string): void {
  const args = ["--input-type=module", "--eval", PROGRAM, path, temporaryFolder(), tag, turns];
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (signal !== "SIGKILL") throw new Error(stderr);
}

/** The tags, whose manifests and blobs have to exist unchanged. */
async function tagsOf(path: string): Promise<readonly string[]> {
  const archive = await openCtf(path, { spool: temporaryFolder() });
  const repository = archive.repository("a");
  const tags = await repository.listTags();
  for (const tag of tags) {
    const manifest = JSON.parse((await bytesOf(await repository.fetch(await repository.resolve(tag)))).toString());
    expect(manifest.layers).toHaveLength(50);
    for (const layer of manifest.layers) await bytesOf(await repository.fetch(layer));
  }
  await archive.close();
  return tags;
}

test.each(["ctf", "ctf.tgz"])("a run that is killed at any moment leaves the old or the new %s", async (name) => {
  const folder = temporaryFolder();
  const path = join(folder, name);
  run(path, "old", "all");
  expect(await tagsOf(path)).toEqual(["old"]);
  const seen = new Set<string>();
  for (const turns of ["0", "1", "4", "16", "64", "256", "all"]) {
    run(path, "new", turns);
    const tags = await tagsOf(path);
    seen.add(tags.join());
    expect(["old", "new,old"]).toContain(tags.join());
  }
  expect(seen).toEqual(new Set(["old", "new,old"]));
  // The next run is not disturbed, and removes what the killed ones left.
  const target = await openCtfTarget(path);
  await target.repository("a").untag("new");
  await target.commit();
  expect(await tagsOf(path)).toEqual(["old"]);
  expect(readdirSync(folder)).toEqual([name]);
  if (name === "ctf") expect(readdirSync(path).sort()).toEqual(["artifact-index.json", "blobs"]);
});
