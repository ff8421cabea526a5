import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { ctf } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { type Checkout, createCheckout } from "./checkout.ts";

const CART = `${ctf("v2-by-value")}//example.org/cart:2.0.0`;

let checkout: Checkout;
beforeEach(() => {
  checkout = createCheckout();
});
afterEach(stopEverything);

const setup = (inputs: Record<string, string>) =>
  checkout.run({ command: "setup", "https-proxy": "http://proxy.corp:3128", ...inputs });

describe("S20, V10: a download", () => {
  const download = (output: string) => checkout.run({ command: "download", "component-versions": CART, output });

  test.each([
    ["the folder of a version", "output/example.org/cart/2.0.0"],
    ["the folder of a component", "output/example.org/cart"],
    ["the first part of a name", "output/example.org"],
    ["the output itself", "output"],
  ])("does not follow a link in the place of %s", async (_, name) => {
    checkout.link(name, checkout.home);
    await checkout.expectRefused(() => download("output"));
  });

  test("does not follow a link from one folder of the output to another", async () => {
    checkout.put("output/example.org/cart/1.0.0/settings.json", "of another version");
    checkout.link("output/example.org/cart/2.0.0", "1.0.0");
    await checkout.expectRefused(() => download("output"));
    expect(readFileSync(join(checkout.workspace, "output/example.org/cart/1.0.0/settings.json"), "utf8")).toBe(
      "of another version",
    );
  });

  test("does not follow a link above the output", async () => {
    checkout.link("a", checkout.folder);
    await checkout.expectRefused(() => download("a/home-of-the-runner"));
  });

  test("does not make what a link to nothing names", async () => {
    checkout.link("output", join(checkout.home, "new"));
    await checkout.expectRefused(() => download("output"));
  });

  test("replaces a link in the place of a file, and not the file it leads to", async () => {
    checkout.link("output/example.org/cart/2.0.0/settings.json", join(checkout.home, "authorized_keys"));
    const before = checkout.contentOf(checkout.home);
    expect((await download("output")).code).toBe(0);
    expect(checkout.contentOf(checkout.home)).toEqual(before);
    expect(readFileSync(join(checkout.workspace, "output/example.org/cart/2.0.0/settings.json"), "utf8")).toContain(
      "EUR",
    );
  });

  test("goes where a link leads that stays in the workspace, or that lies outside and is the user's own", async () => {
    mkdirSync(join(checkout.workspace, "build"));
    checkout.link("output", "build");
    expect((await download("output")).code).toBe(0);
    expect(existsSync(join(checkout.workspace, "build/example.org/cart/2.0.0/settings.json"))).toBe(true);
    symlinkSync(checkout.home, join(checkout.folder, "own"));
    expect((await download(join(checkout.folder, "own"))).code).toBe(0);
    expect(existsSync(join(checkout.home, "example.org/cart/2.0.0/settings.json"))).toBe(true);
  });

  test("leaves files that others may read, and nothing unfinished", async () => {
    expect((await download("output")).code).toBe(0);
    expect(readdirSync(join(checkout.workspace, "output"))).toEqual(["example.org"]);
    expect(statSync(join(checkout.workspace, "output/example.org/cart/2.0.0/settings.json")).mode & 0o044).toBe(0o044);
  });
});

describe("V10: write-proxy-config", () => {
  test.each([
    ["env", "authorized_keys", "A=1\n"],
    ["docker", "config.json", "{}"],
    ["cdh", "cdh.toml", '[image.image_pull_proxy]\nhttps_proxy = "http://proxy:1"\n'],
    ["squid", "squid.conf", "http_access deny all\n"],
  ])("format %s does not edit what a link leads to", async (format, name, text) => {
    writeFileSync(join(checkout.home, name), text);
    checkout.link(`proxy/${name}`, join(checkout.home, name));
    await checkout.expectRefused(() => setup({ "write-proxy-config": `${format}=proxy/${name}` }));
  });

  test("does not make what a link to nothing names", async () => {
    checkout.link("proxy.env", join(checkout.home, ".profile"));
    await checkout.expectRefused(() => setup({ "write-proxy-config": "env=proxy.env" }));
  });

  test.each([".env", "http.proxy", "https.proxy"])(
    "format folder neither reads, writes nor removes what a link %s leads to",
    async (name) => {
      writeFileSync(join(checkout.home, name), "SECRET=1\n");
      checkout.link(`proxy/${name}`, join(checkout.home, name));
      await checkout.expectRefused(() => setup({ "write-proxy-config": "folder=proxy" }));
      const written = readdirSync(join(checkout.workspace, "proxy"));
      expect(written).toEqual([name]);
    },
  );

  test("format folder does not write into a folder that a link leads to", async () => {
    checkout.link("proxy", checkout.home);
    await checkout.expectRefused(() => setup({ "write-proxy-config": "folder=proxy" }));
  });
});

describe("proxy-config", () => {
  test("a folder's link out of it is not read", async () => {
    writeFileSync(join(checkout.home, "netrc"), "http_proxy=http://user:s3cret@elsewhere.corp:3128\n");
    checkout.link("proxy/.env", join(checkout.home, "netrc"));
    checkout.put("proxy/https.proxy", "http://proxy.corp:3128\n");
    const result = await checkout.expectRefused(() => checkout.run({ command: "setup", "proxy-config": "proxy" }));
    expect(result.exported).toEqual({});
  });

  test("a folder whose links stay in it is read: so Kubernetes mounts a Secret", async () => {
    checkout.put("proxy/..2026_11_28/https.proxy", "http://proxy.corp:3128\n");
    checkout.link("proxy/..data", "..2026_11_28");
    checkout.link("proxy/https.proxy", "..data/https.proxy");
    const result = await checkout.run({ command: "setup", "proxy-config": "proxy" });
    expect(result.exported.HTTPS_PROXY).toBe("http://proxy.corp:3128");
  });
});

describe("write-images", () => {
  test.each(["deploy", "deploy/images.yaml"])("does not write through the link %s", async (name) => {
    const target = await startFakeRegistry();
    writeFileSync(join(checkout.home, "images.yaml"), "before");
    checkout.link(name, name === "deploy" ? checkout.home : join(checkout.home, "images.yaml"));
    await checkout.expectRefused(() =>
      checkout.run({
        "component-versions": CART,
        target: `${target.origin}/ocm`,
        "write-images": "helm=deploy/images.yaml",
      }),
    );
  });
});

withParts(["openssl"], "certificates for later steps", () => {
  afterEach(stopEverything);

  test("V14: go into a file of this run's own, which no link or file can await", async () => {
    const temp = join(checkout.folder, "temp");
    mkdirSync(temp);
    symlinkSync(join(checkout.home, "authorized_keys"), join(temp, "ocm-proxied-transfer-ca.pem"));
    const before = checkout.contentOf(checkout.home);
    const inputs = { command: "setup", "ca-certificates": createAuthority().cert };
    const results = [];
    for (let each = 0; each < 2; each++) results.push(await checkout.run(inputs, { RUNNER_TEMP: "", TMPDIR: temp }));
    expect(checkout.contentOf(checkout.home)).toEqual(before);
    const [one = "", other = ""] = results.map(({ exported }) => exported.SSL_CERT_FILE);
    expect(one).not.toBe(other);
    for (const path of [one, other]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(dirname(path)).toBe(temp);
    }
  });
});
