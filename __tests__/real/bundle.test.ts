import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { bundle, differences } from "../../scripts/bundle.ts";
import { root } from "../../scripts/parts.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** A project with an entry that loads the rest only when it runs, as this one. */
function project(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "src"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const options = {
    extends: join(root, "tsconfig.json"),
    include: ["src"],
    compilerOptions: { rootDir: "src", outDir: "lib" },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  writeFileSync(join(folder, "src/index.ts"), 'const { main } = await import("./main.ts");\nmain();\n');
  writeFileSync(
    join(folder, "src/main.ts"),
    'import { parse } from "yaml";\nexport function main(): void {\n  console.log(parse("a: bundle").a);\n}\n',
  );
  return folder;
}

test("a bundle runs alone, and is the same whatever the folder", () => {
  const [one, other] = [project(), project()];
  mkdirSync(join(one, "dist"));
  writeFileSync(join(one, "dist/77.index.js"), "left from the last time");
  bundle(join(one, "dist"), one);
  bundle(join(other, "dist"), other);
  expect(readdirSync(join(one, "dist"))).toContain("licenses.txt");
  expect(readdirSync(join(one, "dist"))).not.toContain("77.index.js");
  expect(differences(join(one, "dist"), join(other, "dist"))).toEqual([]);
  expect(execFileSync(process.execPath, [join(one, "dist/index.js")], { encoding: "utf8" })).toBe("bundle\n");
});

test("differences name files that are new, missing or changed", () => {
  const [one, other] = [temporaryFolder(), temporaryFolder()];
  for (const folder of [one, other]) writeFileSync(join(folder, "same"), "1");
  writeFileSync(join(one, "missing"), "1");
  writeFileSync(join(one, "changed"), "1");
  writeFileSync(join(other, "changed"), "2");
  mkdirSync(join(other, "sub"));
  writeFileSync(join(other, "sub/new"), "1");
  expect(differences(one, other)).toEqual(["changed", "missing", "sub/new"]);
});

test("a project that does not compile is not bundled", () => {
  const broken = project();
  writeFileSync(join(broken, "src/main.ts"), "export const main: number = 'no';\n");
  expect(() => bundle(join(broken, "dist"), broken)).toThrow("TS2322");
});
