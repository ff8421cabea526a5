import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { root, testPath } from "./parts.ts";

/**
 * Compiles src/ to lib/ and bundles lib/ into `target`, both from scratch: a chunk that is no longer written must not stay
 * behind. Always with the project's own ncc, since another one gives other module ids.
 */
export function bundle(target: string, project: string = root): void {
  rmSync(join(project, "lib"), { recursive: true, force: true });
  rmSync(target, { recursive: true, force: true });
  run(project, join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json", "--removeComments"]);
  const ncc = join(root, "node_modules/@vercel/ncc/dist/ncc/cli.js");
  const options = ["--license", "licenses.txt", "--no-cache"];
  run(project, process.execPath, [ncc, "build", "lib/index.js", "-o", target, ...options]);
}

/** Names of files, relative to both folders, that are in one of them only or differ by a byte. */
export function differences(one: string, other: string): readonly string[] {
  const [here, there] = [contentOf(one), contentOf(other)];
  return [...new Set([...here.keys(), ...there.keys()])].sort().filter((name) => {
    const [a, b] = [here.get(name), there.get(name)];
    return a === undefined || b === undefined || !a.equals(b);
  });
}

function contentOf(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [relative(folder, file), readFileSync(file)]));
}

function run(cwd: string, program: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, PATH: testPath() },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}${error?.message ?? ""}`);
}
