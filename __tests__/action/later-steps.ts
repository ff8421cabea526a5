import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../scripts/parts.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";

/** A later step: its environment, and the URLs that a client asks for in it. */
export interface Step {
  readonly env: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
}

/** Asks for all URLs of all steps; what is answered is the business of the proxies that were asked. */
export type Client = (steps: readonly Step[]) => Promise<void>;

// net/http reads its environment once per process: this one starts itself anew for every step.
const GO = `package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

type step struct {
	Env  map[string]string
	Urls []string
}

func perform(urls []string) {
	client := &http.Client{Timeout: 20 * time.Second}
	for _, url := range urls {
		if answer, err := client.Get(url); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	}
}

func main() {
	if len(os.Args) > 1 {
		perform(os.Args[1:])
		return
	}
	var steps []step
	if err := json.NewDecoder(os.Stdin).Decode(&steps); err != nil {
		panic(err)
	}
	slots := make(chan bool, 4)
	var all sync.WaitGroup
	for _, one := range steps {
		all.Add(1)
		slots <- true
		go func() {
			defer func() { <-slots; all.Done() }()
			child := exec.Command(os.Args[0], one.Urls...)
			child.Env = []string{}
			for name, value := range one.Env {
				child.Env = append(child.Env, name+"="+value)
			}
			if err := child.Run(); err != nil {
				panic(err)
			}
		}()
	}
	all.Wait()
}
`;

/** Standard library only, so nothing is downloaded. */
export function goClient(): Client {
  const folder = temporaryFolder();
  const binary = join(folder, "client");
  writeFileSync(join(folder, "main.go"), GO);
  writeFileSync(join(folder, "go.mod"), "module client\n\ngo 1.22\n");
  const env = { ...process.env, GOPROXY: "off", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };
  execFileSync(findProgram("go") ?? "go", ["build", "-o", binary, "."], { cwd: folder, env });
  return (steps) => run(binary, [], steps);
}

// urllib reads the environment when its opener is made.
const PYTHON = `
import json, os, sys, urllib.error, urllib.request

for step in json.load(sys.stdin):
    before = dict(os.environ)
    os.environ.update(step["env"])
    opener = urllib.request.build_opener()
    for url in step["urls"]:
        try:
            opener.open(url, timeout=20).read()
        except OSError:
            pass
    os.environ.clear()
    os.environ.update(before)
`;

export function pythonClient(python: string): Client {
  const { HOME = "", PATH = "" } = process.env;
  return (steps) => run(python, ["-c", PYTHON], steps, { HOME, PATH });
}

export function nodeClient(api: "undici" | "http"): Client {
  const script = fileURLToPath(new URL("node-client.ts", import.meta.url));
  return (steps) => run(process.execPath, [script, api], steps, { NODE_NO_WARNINGS: "1" });
}

export function curlClient(curl: string): Client {
  return async (steps) => {
    const waiting = [...steps];
    const work = async () => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        const args = ["--silent", "--disable", "--max-time", "20", ...step.urls];
        const { env } = step;
        // Its exit code tells of the last answer, which is always a refusal.
        await new Promise((resolve) => execFile(curl, args, { env }, resolve));
      }
    };
    await Promise.all([work(), work(), work(), work()]);
  };
}

function run(
  command: string,
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args], { env: { ...env } }, (error) =>
      error === null ? resolve() : reject(error),
    );
    child.stdin?.end(JSON.stringify(steps));
  });
}
