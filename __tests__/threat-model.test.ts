import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { root } from "../scripts/parts.ts";

const TESTS = join(root, "__tests__");
const document = readFileSync(join(root, "docs/threat-model.md"), "utf8");

interface Row {
  readonly cells: readonly string[];
  readonly proofs: readonly Proof[];
}

/** A test, or a group of tests, by its file below `__tests__`. */
interface Proof {
  readonly path: string;
  readonly title: string;
}

/** Every row of a table whose last column is about tests: `file.test.ts`: "title"; "title"; `other.test.ts`: "title" */
const rows: readonly Row[] = document
  .split("\n")
  .filter((line) => /^\| (?!promise |rule |attack )/.test(line))
  .map((line) => {
    const cells = line.split("|").slice(1, -1);
    return { cells: cells.map((cell) => cell.trim()), proofs: proofsIn(cells.at(-1) ?? "") };
  });

function proofsIn(cell: string): Proof[] {
  const found: Proof[] = [];
  let path = "";
  for (const [, file, title] of cell.matchAll(/`([^`]+\.test\.ts)`|"([^"]+)"/g)) {
    if (file !== undefined) path = file;
    else if (title !== undefined) found.push({ path, title });
  }
  return found;
}

/** Titles of tests and groups as they stand in a file: the first texts of calls. */
function titlesOf(path: string): readonly string[] {
  const text = readFileSync(join(TESTS, path), "utf8");
  return [...text.matchAll(/[(,]\s*("(?:[^"\\\n]|\\.)*"),\s*(?:async\s*)?\(/g)].map(([, title = ""]) =>
    JSON.parse(title),
  );
}

const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
const NUMBERS = [...numbered("S", 30), ...numbered("V", 15)];
/** `S5` and `V1` of a title that begins with `S5, V1: `. */
const numbersOf = (title: string) => /^((?:[SV]\d+(?:, )?)+): /.exec(title)?.[1]?.split(", ") ?? [];
const rules = rows.filter(({ cells }) => /^[SV]\d+$/.test(cells[0] ?? ""));

describe("the threat model", () => {
  test("has a row for every rule and for every attack that once worked", () => {
    expect(rules.map(({ cells }) => cells[0])).toEqual(NUMBERS);
    expect(rules.filter(({ cells }) => cells.length !== 3 || cells.includes(""))).toEqual([]);
  });

  test("names tests that exist, by file and title", () => {
    const proofs = rows.flatMap((row) => row.proofs);
    expect(proofs.length).toBeGreaterThan(NUMBERS.length);
    const missing = proofs.filter(
      ({ path, title }) => !existsSync(join(TESTS, path)) || !titlesOf(path).includes(title),
    );
    expect(missing).toEqual([]);
  });

  test("has a test for every promise, and for every rule with its number in the title, or says why not", () => {
    const unproved = rows.filter(({ cells: [first = "", ...others], proofs }) => {
      if (/^no test: ./.test(others.at(-1) ?? "")) return !/^S(?:18|23|26)$/.test(first);
      return NUMBERS.includes(first)
        ? !proofs.some(({ title }) => numbersOf(title).includes(first))
        : proofs.length === 0;
    });
    expect(unproved.map(({ cells }) => cells)).toEqual([]);
  });

  test("names every test that has the number of a rule in its title", () => {
    const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".test.ts"));
    const numberedTitles = files
      .flatMap((path) => titlesOf(path).map((title) => ({ path, title })))
      .filter(({ title }) => numbersOf(title).length > 0);
    const named = new Set(rows.flatMap(({ proofs }) => proofs.map(({ path, title }) => `${path}: ${title}`)));
    expect(numberedTitles.filter(({ path, title }) => !named.has(`${path}: ${title}`))).toEqual([]);
    expect(
      numberedTitles.flatMap(({ title }) => numbersOf(title)).filter((number) => !NUMBERS.includes(number)),
    ).toEqual([]);
  });
});
