import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { componentDigests } from "../testing/fixtures/ocm/digests.ts";
import { root } from "./parts.ts";

/**
 * Runs the committed bundle on this operating system: explain, setup, a transfer from folder to folder, and verify on the copy.
 * Needs Node.js alone: no installed packages, no network. Another bundle may be named as the argument.
 */
const bundle = resolve(process.argv[2] ?? join(root, "dist/index.js"));
const fixtures = join(root, "testing/fixtures/ocm");
const PROXY = "http://proxy.corp.example:3128";

interface Run {
  /** Of each output, as printed. */
  readonly outputs: ReadonlyMap<string, string>;
  /** What later steps would have in their environment, in the runner's file format. */
  readonly exported: string;
}

function run(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  runnerFiles: Readonly<Record<string, string>>,
): Run {
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase().replaceAll("-", "_")}`,
    value,
  ]);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(INPUT_|GITHUB_|(https?|all|no)_proxy$)/i.test(name),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), RUNNER_TEMP: folder, ...Object.fromEntries(given), ...runnerFiles },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${inputs.command} ended with ${status}:\n${stdout}${stderr}`);
  const lines = stdout.split("\n").map((line) => /^([a-z-]+)=(.*)$/.exec(line));
  const exported = runnerFiles.GITHUB_ENV === undefined ? "" : readFileSync(runnerFiles.GITHUB_ENV, "utf8");
  return { outputs: new Map(lines.map((line) => [line?.[1] ?? "", line?.[2] ?? ""])), exported };
}

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`ok: ${what}`);
}

const folder = mkdtempSync(join(tmpdir(), "smoke-"));
try {
  const explain = run(folder, { command: "explain", urls: "https://ghcr.io/v2/", "https-proxy": PROXY }, {});
  check("explain names the proxy of a URL", JSON.parse(explain.outputs.get("routes") ?? "[]")[0]?.proxy === PROXY);

  const [GITHUB_ENV, GITHUB_OUTPUT] = [join(folder, "env"), join(folder, "output")];
  for (const file of [GITHUB_ENV, GITHUB_OUTPUT]) writeFileSync(file, "");
  const setup = run(folder, { command: "setup", "https-proxy": PROXY }, { GITHUB_ENV, GITHUB_OUTPUT });
  check(
    "setup exports the proxy to later steps",
    /HTTPS_PROXY<<.*\r?\n.*proxy\.corp\.example:3128/.test(setup.exported),
  );

  cpSync(join(fixtures, "v1-by-value"), join(folder, "source"), { recursive: true });
  cpSync(join(fixtures, "acme.pub.pem"), join(folder, "acme.pub.pem"));
  const shop = "example.org/shop:1.2.0";
  const transfer = run(
    folder,
    { command: "transfer", "component-versions": `./source//${shop}`, target: "./target", recursive: "true" },
    {},
  );
  const written = JSON.parse(transfer.outputs.get("component-versions") ?? "[]") as Record<string, string>[];
  const digests = written.map(({ component, version, digest }) => `${component}:${version} ${digest}`).sort();
  const expected = Object.entries(componentDigests).map(([id, digest]) => `${id} sha256:${digest}`);
  check("transfer copies three component versions, digests intact", digests.join() === expected.sort().join());
  check("the target is a CTF", existsSync(join(folder, "target", "artifact-index.json")));

  run(
    folder,
    {
      command: "verify",
      "component-versions": `./target//${shop}`,
      recursive: "true",
      signatures: "acme=acme.pub.pem",
    },
    {},
  );
  console.log("ok: verify accepts the copy and its signature");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
