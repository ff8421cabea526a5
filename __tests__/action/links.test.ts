import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../fakes/registry.ts";
import { type ActionResult, runAction } from "../real/action.ts";
import { createAuthority } from "../real/certificates.ts";
import { ctf, temporaryFolder } from "../real/fixtures.ts";
import { withParts } from "../real/parts.ts";
import { stopEverything } from "../real/running.ts";

const CART = `${ctf("v2-by-value")}//example.org/cart:2.0.0`;

let folder: string;
let workspace: string;
/** A folder of the runner, beside the checkout, that a commit has no business with. */
let home: string;

beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder, "workspace");
  home = join(folder, "home-of-the-runner");
  for (const made of [workspace, home]) mkdirSync(made);
  writeFileSync(join(home, "authorized_keys"), "ssh-ed25519 mine\n");
});
afterEach(stopEverything);

/** A link as a commit can hold it. */
function link(name: string, target: string): void {
  const path = join(workspace, name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function put(name: string, text: string): void {
  const path = join(workspace, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const run = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
  runAction({ cwd: workspace, inputs: { "preflight-mode": "off", ...inputs }, env });
const setup = (inputs: Record<string, string>) =>
  run({ command: "setup", "https-proxy": "http://proxy.corp:3128", ...inputs });

/** Every file of the runner's folder, and what is in it. */
function contentOf(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8")]),
  );
}

async function expectRefused(attack: () => Promise<ActionResult>): Promise<ActionResult> {
  const before = contentOf(home);
  const result = await attack();
  expect(contentOf(home)).toEqual(before);
  expect(result.annotations.map(({ title }) => title)).toContain("PATH_LEADS_OUT");
  expect(result.code).toBe(1);
  return result;
}

describe("a download", () => {
  const download = (output: string) => run({ command: "download", "component-versions": CART, output });

  test.each([
    ["the folder of a version", "output/example.org/cart/2.0.0"],
    ["the folder of a component", "output/example.org/cart"],
    ["the first part of a name", "output/example.org"],
    ["the output itself", "output"],
  ])("does not follow a link in the place of %s", async (_, name) => {
    link(name, home);
    await expectRefused(() => download("output"));
  });

  test("does not follow a link from one folder of the output to another", async () => {
    put("output/example.org/cart/1.0.0/settings", "of another version");
    link("output/example.org/cart/2.0.0", "1.0.0");
    await expectRefused(() => download("output"));
    expect(readFileSync(join(workspace, "output/example.org/cart/1.0.0/settings"), "utf8")).toBe("of another version");
  });

  test("does not follow a link above the output", async () => {
    link("a", folder);
    await expectRefused(() => download("a/home-of-the-runner"));
  });

  test("does not make what a link to nothing names", async () => {
    link("output", join(home, "new"));
    await expectRefused(() => download("output"));
  });

  test("replaces a link in the place of a file, and not the file it leads to", async () => {
    link("output/example.org/cart/2.0.0/settings", join(home, "authorized_keys"));
    const before = contentOf(home);
    expect((await download("output")).code).toBe(0);
    expect(contentOf(home)).toEqual(before);
    expect(readFileSync(join(workspace, "output/example.org/cart/2.0.0/settings"), "utf8")).toContain("EUR");
  });

  test("goes where a link leads that stays in the workspace, or that lies outside and is the user's own", async () => {
    mkdirSync(join(workspace, "build"));
    link("output", "build");
    expect((await download("output")).code).toBe(0);
    expect(existsSync(join(workspace, "build/example.org/cart/2.0.0/settings"))).toBe(true);
    symlinkSync(home, join(folder, "own"));
    expect((await download(join(folder, "own"))).code).toBe(0);
    expect(existsSync(join(home, "example.org/cart/2.0.0/settings"))).toBe(true);
  });

  test("leaves files that others may read, and nothing unfinished", async () => {
    expect((await download("output")).code).toBe(0);
    expect(readdirSync(join(workspace, "output"))).toEqual(["example.org"]);
    expect(statSync(join(workspace, "output/example.org/cart/2.0.0/settings")).mode & 0o044).toBe(0o044);
  });
});

describe("write-proxy-config", () => {
  test.each([
    ["env", "authorized_keys", "A=1\n"],
    ["docker", "config.json", "{}"],
    ["cdh", "cdh.toml", '[image.image_pull_proxy]\nhttps_proxy = "http://proxy:1"\n'],
    ["squid", "squid.conf", "http_access deny all\n"],
  ])("format %s does not edit what a link leads to", async (format, name, text) => {
    writeFileSync(join(home, name), text);
    link(`proxy/${name}`, join(home, name));
    await expectRefused(() => setup({ "write-proxy-config": `${format}=proxy/${name}` }));
  });

  test("does not make what a link to nothing names", async () => {
    link("proxy.env", join(home, ".profile"));
    await expectRefused(() => setup({ "write-proxy-config": "env=proxy.env" }));
  });

  test.each([".env", "http.proxy", "https.proxy"])(
    "format folder neither reads, writes nor removes what a link %s leads to",
    async (name) => {
      writeFileSync(join(home, name), "SECRET=1\n");
      link(`proxy/${name}`, join(home, name));
      await expectRefused(() => setup({ "write-proxy-config": "folder=proxy" }));
      const written = readdirSync(join(workspace, "proxy"));
      expect(written).toEqual([name]);
    },
  );

  test("format folder does not write into a folder that a link leads to", async () => {
    link("proxy", home);
    await expectRefused(() => setup({ "write-proxy-config": "folder=proxy" }));
  });
});

describe("proxy-config", () => {
  test("a folder's link out of it is not read", async () => {
    writeFileSync(join(home, "netrc"), "http_proxy=http://user:s3cret@elsewhere.corp:3128\n");
    link("proxy/.env", join(home, "netrc"));
    put("proxy/https.proxy", "http://proxy.corp:3128\n");
    const result = await expectRefused(() => run({ command: "setup", "proxy-config": "proxy" }));
    expect(result.exported).toEqual({});
  });

  test("a folder whose links stay in it is read: so Kubernetes mounts a Secret", async () => {
    put("proxy/..2026_11_28/https.proxy", "http://proxy.corp:3128\n");
    link("proxy/..data", "..2026_11_28");
    link("proxy/https.proxy", "..data/https.proxy");
    const result = await run({ command: "setup", "proxy-config": "proxy" });
    expect(result.exported.HTTPS_PROXY).toBe("http://proxy.corp:3128");
  });
});

describe("write-images", () => {
  test.each(["deploy", "deploy/images.yaml"])("does not write through the link %s", async (name) => {
    const target = await startFakeRegistry();
    writeFileSync(join(home, "images.yaml"), "before");
    link(name, name === "deploy" ? home : join(home, "images.yaml"));
    await expectRefused(() =>
      run({
        "component-versions": CART,
        target: `${target.origin}/ocm`,
        "write-images": "helm=deploy/images.yaml",
      }),
    );
  });
});

describe("a CTF as target", () => {
  const transfer = (target: string) => run({ "component-versions": CART, target });

  test.each(["./out", "./out/ctf", "./out/shop.tgz"])("is not written behind a link: %s", async (target) => {
    link("out", home);
    await expectRefused(() => transfer(target));
  });

  test("is not continued where its index is a link", async () => {
    cpSync(ctf("v1-by-value"), join(workspace, "out"), { recursive: true });
    renameSync(join(workspace, "out/artifact-index.json"), join(home, "artifact-index.json"));
    link("out/artifact-index.json", join(home, "artifact-index.json"));
    await expectRefused(() => transfer("./out"));
  });
});

describe("a CTF as source", () => {
  /** A copy of which one file or folder lies elsewhere, with a link in its place. */
  function copyWithLink(name: string, elsewhere: string): string {
    const copy = join(workspace, "ctf");
    cpSync(ctf("v2-by-value"), copy, { recursive: true });
    mkdirSync(elsewhere, { recursive: true });
    renameSync(join(copy, name), join(elsewhere, basename(name)));
    symlinkSync(join(elsewhere, basename(name)), join(copy, name));
    return `${copy}//example.org/cart:2.0.0`;
  }

  test.each(["artifact-index.json", "blobs"])("is not read through a link out of it: %s", async (name) => {
    const source = copyWithLink(name, home);
    await expectRefused(() => run({ "component-versions": source, target: join(folder, "target") }));
  });

  test("is not read through a link out of it: each of its blobs", async () => {
    const source = copyWithLink("blobs", join(workspace, "ctf/real"));
    const blobs = join(workspace, "ctf/real/blobs");
    for (const name of readdirSync(blobs)) {
      renameSync(join(blobs, name), join(home, name));
      symlinkSync(join(home, name), join(blobs, name));
    }
    await expectRefused(() => run({ "component-versions": source, target: join(folder, "target") }));
  });

  test("is read through links that stay in it", async () => {
    const source = copyWithLink("blobs", join(workspace, "ctf/real"));
    const result = await run({ "component-versions": source, target: join(folder, "target") });
    expect(result.annotations).toEqual([]);
    expect(existsSync(join(folder, "target/artifact-index.json"))).toBe(true);
  });

  test("may be a link itself, as build tools make them", async () => {
    cpSync(ctf("v2-by-value"), join(home, "ctf"), { recursive: true });
    link("bazel-bin", home);
    const result = await run({
      "component-versions": "./bazel-bin/ctf//example.org/cart:2.0.0",
      target: join(folder, "target"),
    });
    expect(result.annotations).toEqual([]);
  });
});

withParts(["openssl"], "certificates for later steps", () => {
  afterEach(stopEverything);

  test("go into a file of this run's own, which no link or file can await", async () => {
    const temp = join(folder, "temp");
    mkdirSync(temp);
    symlinkSync(join(home, "authorized_keys"), join(temp, "ocm-proxied-transfer-ca.pem"));
    const before = contentOf(home);
    const inputs = { command: "setup", "ca-certificates": createAuthority().cert };
    const results = [];
    for (let each = 0; each < 2; each++) results.push(await run(inputs, { RUNNER_TEMP: "", TMPDIR: temp }));
    expect(contentOf(home)).toEqual(before);
    const [one = "", other = ""] = results.map(({ exported }) => exported.SSL_CERT_FILE);
    expect(one).not.toBe(other);
    for (const path of [one, other]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(dirname(path)).toBe(temp);
    }
  });
});
