import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { root, testPath } from "../../scripts/parts.ts";
import { majorTag, notesOf } from "../../scripts/release-notes.ts";

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Something of later.

## [1.10.0] - 2026-12-01

### Fixed

- A second line
  of one entry.

## [1.1.0] - 2026-11-28

### Added

- The first.

[1.10.0]: https://example.test/compare/v1.1.0...v1.10.0
`;

describe("the notes of a release", () => {
  test("are its chapter of the changelog, and nothing of its neighbours", () => {
    expect(notesOf(CHANGELOG, "1.10.0")).toBe("### Fixed\n\n- A second line\n  of one entry.");
  });

  test("leave out the link definitions at the end of the file", () => {
    expect(notesOf(CHANGELOG, "1.1.0")).toBe("### Added\n\n- The first.");
  });

  test.each([
    ["1.1", "no chapter"],
    ["2.0.0", "no chapter"],
    ["Unreleased", "no date"],
  ])("do not exist for %s: %s", (version, message) => {
    expect(() => notesOf(CHANGELOG, version)).toThrow(message);
  });

  test("are not empty", () => {
    expect(() => notesOf("## [1.0.0] - 2026-11-28\n\n## [0.9.0] - 2026-11-27\n\n- x\n", "1.0.0")).toThrow("is empty");
  });
});

describe("the tag of a major version", () => {
  test.each([
    ["1.2.0", ["v1.2.0", "v1.1.9"], "v1"],
    ["1.10.0", ["v1.9.0", "v1.10.0"], "v1"],
    ["2.0.0", ["v1.9.0"], "v2"],
    ["1.2.1", ["v1", "v1.2.1", "v2.0.0", "latest"], "v1"],
  ])("moves to %s where the tags are %j", (version, tags, expected) => {
    expect(majorTag(version, tags)).toBe(expected);
  });

  test("stays where a higher version of the same major version is out", () => {
    expect(majorTag("1.2.9", ["v1.2.9", "v1.10.0"])).toBeUndefined();
  });

  test("does not exist before 1.0.0", () => {
    expect(majorTag("0.3.0", [])).toBeUndefined();
  });
});

test("the changelog has a chapter for what is not released yet", () => {
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  expect(() => notesOf(changelog, "Unreleased")).toThrow("no date");
});

test("a tag other than the version of the package is not released", () => {
  const env = { PATH: testPath(), GITHUB_REF_NAME: "v999.0.0" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/release-notes.ts")], {
    env,
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("the tag is v999.0.0, but the version in package.json is ");
});
