import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { expect, test } from "@jest/globals";

const root = resolve(import.meta.dirname, "..");

interface File {
  readonly path: string;
  readonly text: string;
}

function read(folder: string): readonly File[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), "utf8") }));
}

/** Files of the project that this one imports. */
function importsOf({ path, text }: File): readonly string[] {
  return [...text.matchAll(/\bfrom\s+"(\.[^"]+)"/g)].map(([, to = ""]) => normalize(join(dirname(path), to)));
}

const tests = read("__tests__");

test("rooms of tests share helpers through the test kit alone", () => {
  const roomOf = (path: string) => path.split("/")[1];
  const shared = tests.flatMap((file) =>
    importsOf(file)
      .filter((to) => to.startsWith("__tests__/") && dirname(to) !== "__tests__" && roomOf(to) !== roomOf(file.path))
      .map((to) => `${file.path} imports ${to}`),
  );
  expect(tests.flatMap(importsOf)).toContain("testing/content/content.ts");
  expect(shared).toEqual([]);
});

test("the test kit, the demo and the benchmarks import no test", () => {
  const files = ["testing", "demo", "bench"].flatMap(read);
  const imported = files.flatMap(importsOf);
  expect(imported).toContain("testing/content/content.ts");
  expect(imported.filter((to) => to.startsWith("__tests__/"))).toEqual([]);
});

test("no test waits for time to pass, but for those of timeouts", () => {
  const waiting = tests.filter(({ text }) => /(?<!\.)\bsetTimeout[ (]/.test(text));
  expect(waiting.map(({ path }) => path)).toEqual(["__tests__/net/connection/stall.test.ts"]);
});
