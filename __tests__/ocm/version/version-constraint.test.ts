import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { errorCode } from "../../../src/errors/transfer-error.ts";
import { parseVersion } from "../../../src/ocm/version/version.ts";
import { parseConstraint } from "../../../src/ocm/version/version-constraint.ts";

interface Row {
  readonly constraint: string;
  readonly version: string;
  readonly answer: string;
}

/** Constraint, version and answer of Masterminds/semver v3.5.0; version-property.test.ts asks it again. */
const rows: readonly Row[] = readFileSync(
  join(import.meta.dirname, "../../../testing/fixtures/ocm/version-constraints.tsv"),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [constraint = "", version = "", answer = ""] = line.split("\t");
    return { constraint: JSON.parse(constraint), version: JSON.parse(version), answer };
  });

function answerTo({ constraint, version }: Row): string {
  if (parseVersion(version) === undefined) return "no version";
  try {
    return String(parseConstraint(constraint, "here").allows(version));
  } catch (error) {
    if (errorCode(error) !== "CONSTRAINT_MALFORMED") throw error;
    return "malformed";
  }
}

test("constraints match the same versions as in Go", () => {
  expect(rows.length).toBeGreaterThan(120);
  expect(rows.map((row) => ({ ...row, answer: answerTo(row) }))).toEqual(rows);
});

test("an invalid version never matches", () => {
  expect(parseConstraint("*", "here").allows("main")).toBe(false);
});

test("an invalid constraint is reported with its input and an example", () => {
  expect(() => parseConstraint("newest\u0007", "input semver-constraint")).toThrow(
    expect.objectContaining({
      code: "CONSTRAINT_MALFORMED",
      message: 'input semver-constraint: "newest" is not a valid version constraint',
      where: "input semver-constraint",
      remedy: expect.stringContaining("1.2.x"),
    }),
  );
});

test("the limits are those of Go: 512 characters, 32 alternatives", () => {
  const malformed = expect.objectContaining({ code: "CONSTRAINT_MALFORMED" });
  expect(parseConstraint(`1${" ".repeat(511)}`, "here").allows("1.5.0")).toBe(true);
  expect(() => parseConstraint(`1${" ".repeat(512)}`, "here")).toThrow(malformed);
  expect(parseConstraint(Array(32).fill("1").join("||"), "here").allows("1.5.0")).toBe(true);
  expect(() => parseConstraint(Array(33).fill("1").join("||"), "here")).toThrow(malformed);
});

test("a constraint with many gaps is parsed in linear time", () => {
  expect(() => parseConstraint(`${"1    ".repeat(100)}!`, "here")).toThrow(
    expect.objectContaining({ code: "CONSTRAINT_MALFORMED" }),
  );
  expect(() => parseConstraint(`${" ".repeat(500)}!`, "here")).toThrow(
    expect.objectContaining({ code: "CONSTRAINT_MALFORMED" }),
  );
});
