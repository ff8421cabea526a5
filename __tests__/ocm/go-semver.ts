import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "@jest/globals";
import { findProgram } from "../../scripts/parts.ts";
import { withGo } from "../../testing/real/go-program.ts";

const MODULE = "github.com/Masterminds/semver/v3";
const VERSION = "v3.5.0";

const SUMS = `${MODULE} ${VERSION} h1:kQceYJfbupGfZOKZQg0kou0DgAKhzDg2NZPAwZ/2OOE=
${MODULE} ${VERSION}/go.mod h1:4V+yj/TJE1HU9XfppCwVMZq3I84lprf4nC11bSS5beM=
`;

const SOURCE = `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"${MODULE}"
)

type question struct {
	Constraint *string
	One, Other string
}

func answer(asked question) string {
	one, err := semver.NewVersion(asked.One)
	if err != nil {
		return "no version"
	}
	if asked.Constraint != nil {
		constraint, err := semver.NewConstraint(*asked.Constraint)
		if err != nil {
			return "malformed"
		}
		return fmt.Sprint(constraint.Check(one))
	}
	other, err := semver.NewVersion(asked.Other)
	if err != nil {
		return "no version"
	}
	return fmt.Sprint(one.Compare(other))
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	questions := json.NewDecoder(bufio.NewReader(file))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for questions.More() {
		var asked question
		if err := questions.Decode(&asked); err != nil {
			panic(err)
		}
		fmt.Fprintln(out, answer(asked))
	}
}
`;

/** Whether a constraint allows a version; without a constraint, how two versions compare. */
export type SemverQuestion =
  | { readonly Constraint: string; readonly One: string }
  | { readonly One: string; readonly Other: string };

/** A suite that asks the module of the OCM CLIs; skipped by name where there is no Go or no way to the module, and failed in CI. */
export function withGoSemver(name: string, suite: () => void): void {
  if (findProgram("go") === undefined || process.env.CI === "true" || isAvailable()) withGo(name, suite);
  else describe.skip(`${name} [missing Go module ${MODULE}]`, suite);
}

/** Answers: `true`, `false`, `malformed`, `no version`, `-1`, `0` or `1`. */
export function askGoSemver(questions: readonly SemverQuestion[]): string[] {
  return inModule((folder) => {
    writeFileSync(join(folder, "main.go"), SOURCE);
    go(folder, ["build", "-o", "semver", "."]);
    writeFileSync(join(folder, "questions"), questions.map((asked) => JSON.stringify(asked)).join("\n"));
    execFileSync("/bin/sh", ["-c", "./semver questions > answers"], { cwd: folder });
    return readFileSync(join(folder, "answers"), "utf8").trimEnd().split("\n");
  });
}

function isAvailable(): boolean {
  return inModule((folder) => {
    try {
      go(folder, ["mod", "download"]);
      return true;
    } catch {
      return false;
    }
  });
}

function inModule<T>(task: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "go-semver-"));
  try {
    writeFileSync(join(folder, "go.mod"), `module question\n\ngo 1.21\n\nrequire ${MODULE} ${VERSION}\n`);
    writeFileSync(join(folder, "go.sum"), SUMS);
    return task(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function go(folder: string, args: readonly string[]): void {
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };
  execFileSync(findProgram("go") ?? "go", args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
}
