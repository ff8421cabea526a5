import { execFile } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { root, testPath } from "../../scripts/parts.ts";
import type { ActionResult } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import type { Step } from "../../testing/workflows/workflows.ts";
import { PASSWORD, type Scene, scene, write } from "./readme-scene.ts";
import { snippets } from "./snippets.ts";
import { problemOf } from "./stage.ts";
import { runSteps } from "./steps.ts";

afterEach(stopEverything);

/** The steps of the README, one snippet each. */
const examples = snippets
  .filter(({ at, language }) => at.startsWith("README.md:") && language === "yaml")
  .map(({ text }) => parse(text) as unknown)
  .filter((document): document is readonly Step[] => Array.isArray(document));

const SHOP = "component-descriptors/acme.org/shop";

/** What `setup` has exported before, in a job that is all behind the proxy. */
function environment({ proxy, authority, home }: Scene): Record<string, string> {
  return { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, SSL_CERT_FILE: authority.path, HOME: home };
}

async function runExample(index: number, staged: Scene, changed?: (text: string) => string): Promise<ActionResult> {
  const result = await tryExample(index, staged, changed);
  expect(problemOf([result])).toBeUndefined();
  return result;
}

async function tryExample(index: number, staged: Scene, changed?: (text: string) => string): Promise<ActionResult> {
  const { proxy, workspace } = staged;
  const [result] = await runSteps(examples[index] ?? [], {
    values: {
      "secrets.PROXY": proxy.url,
      "secrets.HTTPS_PROXY": proxy.url,
      "secrets.REGISTRY_PASSWORD": PASSWORD,
    },
    ...(changed === undefined ? {} : { changed: (inputs) => mapValues(inputs, changed) }),
    env: environment(staged),
    workspace,
  });
  if (result === undefined) throw new Error(`the README has no step ${index}`);
  return result;
}

function mapValues(inputs: Readonly<Record<string, string>>, change: (text: string) => string) {
  return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, change(text)]));
}

test("every step of the README is run here", () => {
  const commands = examples.map(([step]) => step?.with?.command ?? "transfer");
  expect(commands).toEqual([
    ...["transfer", "setup", "setup", "explain", "preflight"],
    ...["transfer", "transfer", "transfer", "download", "verify"],
  ]);
});

withParts(["openssl"], "a step of the README", () => {
  test("transfers", async () => {
    const staged = await scene();
    await runExample(0, staged);
    expect(staged.target.tags(`ocm/${SHOP}`)).toHaveProperty(["1.2.0"]);
  });

  test("sets the proxy for the whole job, in upper and lower case", async () => {
    const staged = await scene();
    const { exported } = await runExample(1, staged);
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]) {
      expect(exported[name]).toBe(staged.proxy.url);
    }
    const hosts = exported.NO_PROXY?.split(",");
    expect(hosts).toEqual(expect.arrayContaining([".corp.example", "10.0.0.0/8", "localhost"]));
    expect(hosts).toEqual(expect.arrayContaining(["ghcr.io", "pkg-containers.githubusercontent.com"]));
    expect(exported.no_proxy).toBe(exported.NO_PROXY);
  });

  test("reads the proxy from files, writes it to others, and exports the CA", async () => {
    const staged = await scene();
    const { workspace, proxy, authority } = staged;
    const folder = temporaryFolder();
    write(join(folder, "http.proxy"), proxy.url);
    write(join(folder, "https.proxy"), proxy.url);
    write(join(workspace, "deploy/initdata.toml"), 'algorithm = "sha384"\nversion = "0.1.0"\n\n[data]\n');
    const { exported } = await runExample(2, staged, (text) =>
      text
        .replace("/workspace/proxy", folder)
        .replace("/etc/corp/proxy-ca.pem", authority.path)
        .replace("/home/runner", staged.home),
    );
    expect(exported).toMatchObject({ HTTPS_PROXY: proxy.url });
    const variables = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];
    for (const name of [...variables, "GIT_SSL_CAINFO", "npm_config_cafile"]) {
      expect(readFileSync(exported[name] ?? "", "utf8")).toContain(authority.cert.trim());
    }
    const docker = JSON.parse(readFileSync(join(staged.home, ".docker/config.json"), "utf8"));
    expect(docker).toMatchObject({ proxies: { default: { httpsProxy: proxy.url } }, auths: expect.anything() });
    expect(readFileSync(join(workspace, "deploy/initdata.toml"), "utf8")).toContain(proxy.url);
  });

  test("explains the route of each URL", async () => {
    const { outputs } = await runExample(3, await scene());
    const routes = JSON.parse(outputs.routes ?? "") as readonly object[];
    const [, comment = ""] = /steps\.explain\.outputs\.routes \}\} # \[\{(.*?)\}/.exec(readme) ?? [];
    const fields = comment.split(", ").map((field) => field.replaceAll('"', ""));
    expect(fields.length).toBeGreaterThan(3);
    expect(routes).toHaveLength(2);
    for (const route of routes) expect(Object.keys(route)).toEqual(fields);
  });

  test("finds the hosts in a preflight, and writes nothing", async () => {
    const staged = await scene();
    const { outputs } = await runExample(4, staged);
    expect(outputs["allow-list"]?.split("\n")).toEqual(["ghcr.io:443", "registry.corp.example:443"]);
    expect(staged.target.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("transfers from a registry and an archive", async () => {
    const staged = await scene();
    await runExample(5, staged);
    expect(staged.target.tags(`ocm/${SHOP}`)).toHaveProperty(["1.2.0"]);
    expect(staged.target.tags("ocm/component-descriptors/acme.org/tools")).toHaveProperty(["0.9.0"]);
  });

  test("transfers to an archive, which the next step reads", async () => {
    const staged = await scene();
    await runExample(6, staged);
    expect(existsSync(join(staged.workspace, "shop.tgz"))).toBe(true);
    await runExample(5, staged, (text) =>
      text.replace(/^ctf.*$/m, "").replace(/^ghcr.*:/m, "./shop.tgz//acme.org/shop:"),
    );
    expect(staged.target.tags(`ocm/${SHOP}`)).toHaveProperty(["1.2.0"]);
  });

  test("repairs a copy in place", async () => {
    const { outputs } = await runExample(7, await scene());
    const [version] = JSON.parse(outputs["component-versions"] ?? "");
    expect(version.resources[0]).toMatchObject({
      before: { imageReference: expect.stringContaining("localhost:9999") },
      after: { type: "localBlob" },
    });
  });

  test("downloads below artifacts/<component>/<version>", async () => {
    const staged = await scene();
    const { outputs } = await runExample(8, staged);
    expect(outputs.files).toContain("artifacts/acme.org/shop/1.2.0/");
    expect(existsSync(join(staged.workspace, "artifacts/acme.org/shop/1.2.0"))).toBe(true);
  });

  test("verifies", async () => {
    const staged = await scene();
    await runExample(0, staged);
    const { outputs } = await runExample(9, staged);
    expect(JSON.parse(outputs["component-versions"] ?? "")).toMatchObject([{ signatures: ["acme"] }]);
  });
});

/** The block of the README that begins so, as one line, with `…` for digests. */
function block(beginning: string): string {
  const { text = "" } =
    snippets.find(({ at, text }) => at.startsWith("README.md:") && text.startsWith(beginning)) ?? {};
  return text
    .trim()
    .replace(/\s+/g, " ")
    .replaceAll(/[0-9a-f]{8}…/g, "…");
}

withParts(["openssl"], "the README shows", () => {
  test("the message of a refused blob host as it is printed", async () => {
    const blobs = "pkg-containers.githubusercontent.com";
    const headers = { "x-squid-error": "ERR_ACCESS_DENIED 0" };
    const staged = await scene({ redirect: `https://${blobs}/`, deny: { [blobs]: { headers } } });
    const message = problemOf([await tryExample(4, staged)])?.message.replace(
      staged.proxy.url,
      "http://proxy.corp:3128",
    );
    expect(message?.replace("403 Refused", "403 Forbidden")).toBe(block("BLOB_HOST_DENIED"));
  });

  test("the message of a signature for another digest as it is printed", async () => {
    const staged = await scene({ changed: { more: { creationTime: "2026-01-01T00:00:00Z" } } });
    await runExample(0, staged);
    const message = problemOf([await tryExample(9, staged)])?.message;
    expect(message?.replaceAll(/[0-9a-f]{64}/g, "…")).toBe(block("SIGNATURE_DIGEST_DIFFERS"));
  });

  test("the fields of an element of component-versions", async () => {
    const { outputs } = await runExample(0, await scene());
    const shown = JSON.parse(snippets.find(({ language }) => language === "json")?.text ?? "");
    const [version] = JSON.parse(outputs["component-versions"] ?? "");
    expect(Object.keys(version)).toEqual(Object.keys(shown));
    expect(Object.keys(version.resources[0])).toEqual(Object.keys(shown.resources[0]));
    const { component, repository, state } = shown;
    expect(version).toMatchObject({ component, repository, state, version: shown.version });
  });
});

const readme = readFileSync(join(root, "README.md"), "utf8");
const shell = snippets.filter(({ language }) => language === "sh");

describe("a shell snippet", () => {
  test("runs the bundle outside GitHub, with outputs and the path of the report on standard output", async () => {
    const staged = await scene();
    const { workspace } = staged;
    symlinkSync(join(root, "dist"), join(workspace, "dist"));
    const bundle = shell.find(({ text }) => text.includes("node dist/index.js"));
    const env = { ...environment(staged), PATH: testPath(), RUNNER_TEMP: temporaryFolder() };
    const { stdout } = await promisify(execFile)("bash", ["-e", "-c", bundle?.text ?? ""], { cwd: workspace, env });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toContainEqual(expect.stringMatching(/^component-versions=/));
    expect(lines.at(-1)).toMatch(/^report=/);
    expect(existsSync(lines.at(-1)?.replace("report=", "") ?? "")).toBe(true);
    expect(staged.target.tags(`ocm/${SHOP}`)).toHaveProperty(["1.2.0"]);
  });

  test("names scripts and files that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const text = shell.map((snippet) => snippet.text).join("\n");
    const run = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = ""]) => name);
    const files = [...text.matchAll(/\bnode (\S+)/g)].map(([, path = ""]) => path);
    expect([run.length > 3, files.length > 1]).toEqual([true, true]);
    expect(run.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
