import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "@jest/globals";
import { findProgram } from "../../scripts/parts.ts";

const SOURCE = `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	for _, url := range os.Args[1:] {
		request, err := http.NewRequest("GET", url, nil)
		if err != nil {
			fmt.Println("error")
			continue
		}
		proxy, err := http.ProxyFromEnvironment(request)
		if err != nil {
			fmt.Println("error")
		} else if proxy == nil {
			fmt.Println("direct")
		} else {
			fmt.Println(proxy)
		}
	}
}
`;

/** A suite that asks a real Go program; skipped by name where there is no Go, and failed in CI. */
export function withGo(name: string, suite: () => void): void {
  if (findProgram("go") !== undefined) describe(name, suite);
  else if (process.env.CI !== "true") describe.skip(`${name} [missing go: https://go.dev/dl]`, suite);
  else {
    test(`${name} [missing go: https://go.dev/dl]`, () => {
      throw new Error("Go, which this suite compiles a program with, is not installed");
    });
  }
}

export interface GoProgram {
  /** net/http's answers in this environment: `direct`, `error`, or the URL of the proxy. */
  ask(environment: Readonly<Record<string, string>>, urls: readonly string[]): string[];
  remove(): void;
}

/** Builds a program of one file. Standard library only, so nothing is downloaded. */
export function buildGo(source: string): { readonly binary: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "go-program-"));
  const binary = join(folder, "program");
  writeFileSync(join(folder, "main.go"), source);
  const env = { ...process.env, GOPROXY: "off", GOTOOLCHAIN: "local", GOFLAGS: "" };
  execFileSync(findProgram("go") ?? "go", ["build", "-o", binary, "main.go"], { cwd: folder, env });
  return { binary, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function buildGoProgram(): GoProgram {
  const { binary, remove } = buildGo(SOURCE);
  return {
    ask: (environment, urls) =>
      execFileSync(binary, [...urls], { env: { ...environment }, encoding: "utf8" })
        .trimEnd()
        .split("\n"),
    remove,
  };
}
