import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { isInside, isInWorkspace, makeFolders, placeBelow, placeOf } from "../../src/files/place.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const NAMES = ["a", "b", "c"] as const;

/** A checkout in a folder of its own, with folders, files and links as a commit could hold them. */
function checkout(random: Random): string {
  const workspace = join(realpathSync(temporaryFolder()), "of", "runner", "workspace");
  mkdirSync(workspace, { recursive: true });
  for (let made = 0; made < 12; made++) {
    const path = join(workspace, somePath(random));
    try {
      mkdirSync(dirname(path), { recursive: true });
      if (random.chance(0.3)) mkdirSync(path);
      else if (random.chance(0.2)) writeFileSync(path, "x");
      else symlinkSync(someTarget(random, workspace), path);
    } catch {
      // The name is taken, or a file is in the way.
    }
  }
  return workspace;
}

function somePath(random: Random): string {
  return Array.from({ length: 1 + random.integer(3) }, () => random.pick(NAMES)).join("/");
}

function someTarget(random: Random, workspace: string): string {
  const target = somePath(random);
  return random.pick([
    target,
    `../${target}`,
    `../../${target}`,
    join(workspace, target),
    join(workspace, "..", target),
  ]);
}

/** Where a file lands that the operating system makes under this path; undefined where it makes none. */
function landing(path: string, folder: string): string | undefined {
  try {
    writeFileSync(path, "landed");
  } catch {
    return undefined;
  }
  const found = realpathSync(path);
  if (!isInside(folder, found)) throw new Error(`${path} leads out of the test's folder`);
  rmSync(found);
  return found;
}

/** Every file and folder below this one; what links lead to is not below it. */
async function listed(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.map(({ parentPath, name }) => join(parentPath, name));
}

describe("an output path", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    "lands where the operating system would put it, or is refused for landing out of the workspace: seed %d",
    async (seed) => {
      const random = seeded(seed);
      const workspace = checkout(random);
      for (let asked = 0; asked < 10; asked++) {
        const path = join(workspace, somePath(random));
        const place = await placeOf(path, { workspace, where: "test" }).catch(({ code }) => code as string);
        const landed = landing(path, dirname(dirname(dirname(workspace))));
        if (place === "PATH_LEADS_OUT") {
          if (landed !== undefined) expect(isInside(workspace, landed)).toBe(false);
        } else if (landed !== undefined) {
          expect(place).toBe(landed);
          expect(isInside(workspace, landed)).toBe(true);
        }
      }
    },
  );

  test.each(Array.from({ length: 100 }, (_, seed) => seed))(
    "makes folders below the one that was named, and nowhere else: seed %d",
    async (seed) => {
      const random = seeded(seed);
      const workspace = checkout(random);
      const before = new Set(await listed(dirname(workspace)));
      for (let asked = 0; asked < 5; asked++) {
        const path = join(workspace, somePath(random));
        const error = await makeFolders(workspace, path, "test").catch((thrown) => thrown);
        for (const made of (await listed(dirname(workspace))).filter((each) => !before.has(each))) {
          expect(isInside(made, path)).toBe(true);
          before.add(made);
        }
        if (error === undefined) expect(realpathSync(path)).toBe(path);
      }
    },
  );
});

test("links that form a cycle are refused", async () => {
  const workspace = realpathSync(temporaryFolder());
  symlinkSync("b", join(workspace, "a"));
  symlinkSync("a", join(workspace, "b"));
  symlinkSync("./none/../c", join(workspace, "c"));
  for (const name of ["a", "c"])
    await expect(placeOf(join(workspace, name), { workspace, where: "test" })).rejects.toMatchObject({
      code: expect.stringMatching(/^E(?:LOOP|NOENT)$/),
    });
});

test("a workspace that is a link is resolved to its folder", async () => {
  const folder = realpathSync(temporaryFolder());
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "workspace"));
  symlinkSync("../elsewhere", join(folder, "real/out"));
  const workspace = join(folder, "workspace");
  const place = (path: string) => placeOf(path, { workspace, where: "test" });
  await expect(place(join(workspace, "a"))).resolves.toBe(join(folder, "real/a"));
  for (const path of [join(workspace, "out"), join(folder, "real/out")])
    await expect(place(path)).rejects.toMatchObject({ code: "PATH_LEADS_OUT", where: "test" });
  expect(existsSync(join(folder, "elsewhere"))).toBe(false);
});

test("a file is in the workspace by its name or by the destination of its links", async () => {
  const folder = realpathSync(temporaryFolder());
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  writeFileSync(join(workspace, "key.pem"), "");
  symlinkSync("workspace/key.pem", join(folder, "own.pem"));
  const isIn = (path: string) => isInWorkspace(path, workspace);
  expect(await Promise.all([isIn(join(workspace, "key.pem")), isIn(join(folder, "own.pem"))])).toEqual([true, true]);
  expect(await Promise.all([isIn(join(folder, "other.pem")), isIn(`${workspace}-2/key.pem`)])).toEqual([false, false]);
});

test("files below a folder are read through links that stay in it", () => {
  const root = realpathSync(temporaryFolder());
  writeFileSync(join(root, "a"), "");
  symlinkSync("a", join(root, "b"));
  symlinkSync(join("..", relative(dirname(root), root), "a"), join(root, "c"));
  symlinkSync("/etc/hostname", join(root, "d"));
  expect(["a", "b", "c"].map((name) => placeBelow(root, name))).toEqual(Array(3).fill(join(root, "a")));
  for (const name of ["d", ".."])
    expect(() => placeBelow(root, name)).toThrow(expect.objectContaining({ code: "PATH_LEADS_OUT" }));
});
