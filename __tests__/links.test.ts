import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import { root } from "../scripts/parts.ts";

/** Below the root; those of other folders are fixtures, or of packages. */
const documents = [
  ...readdirSync(root),
  ...["docs", "bench", ".github"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  ),
].filter((path) => path.endsWith(".md"));

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "code");

/** Headings as GitHub makes anchors of them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const text = readFileSync(path, "utf8").replace(/^```[\s\S]*?^```/gm, "");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

const links = documents.flatMap((document) => {
  const text = withoutCode(readFileSync(join(root, document), "utf8"));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => ({ document, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
});

test("every link between documents leads to a file, and to a heading in it", () => {
  expect(links.length).toBeGreaterThan(40);
  const dead = links.filter(({ document, target }) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? join(root, document) : join(root, dirname(document), path);
    if (!existsSync(file) || relative(root, file).startsWith("..")) return true;
    return anchor !== undefined && !anchorsOf(file).has(anchor);
  });
  expect(dead).toEqual([]);
});

test("the index of a documents folder links every document in it", () => {
  for (const folder of ["docs", "docs/adr"]) {
    const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
    const linked = links.filter(({ document }) => document === join(folder, "README.md")).map(({ target }) => target);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((name) => !linked.includes(name))).toEqual([]);
  }
});
