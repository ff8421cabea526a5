import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { codes } from "../../src/errors/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/diagnosis.md"), "utf8");
const chapters = page
  .split(/^## /m)
  .slice(1)
  .map((text): [string, string] => [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n")).trim()]);

test("there is a chapter for each code", () => {
  expect(chapters.map(([name]) => name).toSorted()).toEqual(Object.keys(codes).toSorted());
});

test.each(chapters)("the chapter %s has more than its sentence and the words of other programs", (_, text) => {
  const [, ...others] = text.split("\n\n");
  const own = others.join(" ").replace(/Also known as:(?:\s*`[^`]+`(?: \([^)]+\))?[,;.]?)*/, "");
  expect(own.split(/\s+/).length).toBeGreaterThan(8);
});

test.each(chapters.filter(([, text]) => /^Cause: /m.test(text)))(
  "the chapter %s has its cause, how to see it, and a remedy, in this order",
  (_, text) => {
    const labels = [...text.matchAll(/^(Cause|How to see it|Remedy): \S/gm)].map(([, label]) => label);
    expect(labels).toEqual(["Cause", "How to see it", "Remedy"]);
  },
);
