import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../scripts/parts.ts";

const SOURCE = `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"golang.org/x/net/http/httpproxy"
)

type question struct{ HTTPProxy, HTTPSProxy, NoProxy, URL string }

func answer(asked question) string {
	request, err := http.NewRequest("GET", asked.URL, nil)
	if err != nil {
		return "error"
	}
	config := httpproxy.Config{HTTPProxy: asked.HTTPProxy, HTTPSProxy: asked.HTTPSProxy, NoProxy: asked.NoProxy}
	proxy, err := config.ProxyFunc()(request.URL)
	if err != nil {
		return "error"
	}
	if proxy == nil {
		return "direct"
	}
	return proxy.String()
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

export interface GoQuestion {
  readonly HTTPProxy: string;
  readonly HTTPSProxy: string;
  readonly NoProxy: string;
  readonly URL: string;
}

/**
 * Answers of the very package that net/http asks: the copy that Go's own sources carry, lifted out of the folder from which nobody
 * else may import it. net/http itself reads its environment once per process. Nothing is downloaded.
 */
export function askGoHttpproxy(questions: readonly GoQuestion[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "go-httpproxy-"));
  try {
    const go = findProgram("go") ?? "go";
    const env = { ...process.env, GOPROXY: "off", GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOWORK: "off" };
    const [goRoot = "", version = ""] = execFileSync(go, ["env", "GOROOT", "GOVERSION"], {
      env,
      encoding: "utf8",
    }).split("\n");
    // The language version decides what net/url accepts, too: that of this Go, as in a program of today.
    const language = `go ${/^go(\d+\.\d+)/.exec(version)?.[1]}\n`;
    const modules = ["golang.org/x/net", "golang.org/x/text"];
    for (const name of modules) {
      mkdirSync(join(folder, name), { recursive: true });
      cpSync(join(goRoot, "src", "vendor", name), join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, "go.mod"), `module ${name}\n\n${language}`);
    }
    const required = modules.map((name) => `require ${name} v0.0.0\nreplace ${name} => ./${name}\n`).join("");
    writeFileSync(join(folder, "go.mod"), `module route\n\n${language}\n${required}`);
    writeFileSync(join(folder, "main.go"), SOURCE);
    execFileSync(go, ["build", "-o", "route", "."], { cwd: folder, env });
    writeFileSync(join(folder, "questions"), questions.map((asked) => JSON.stringify(asked)).join("\n"));
    execFileSync("/bin/sh", ["-c", "./route questions > answers"], { cwd: folder });
    return readFileSync(join(folder, "answers"), "utf8").trimEnd().split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
