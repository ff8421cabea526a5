import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ctf } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { type Checkout, createCheckout } from "./checkout.ts";

const CART = `${ctf("v2-by-value")}//example.org/cart:2.0.0`;

let checkout: Checkout;
beforeEach(() => {
  checkout = createCheckout();
});
afterEach(stopEverything);

describe("V10: a CTF as target", () => {
  const transfer = (target: string) => checkout.run({ "component-versions": CART, target });

  test.each(["./out", "./out/ctf", "./out/shop.tgz"])("is not written behind a link: %s", async (target) => {
    checkout.link("out", checkout.home);
    await checkout.expectRefused(() => transfer(target));
  });

  test("is not continued where its index is a link", async () => {
    cpSync(ctf("v1-by-value"), join(checkout.workspace, "out"), { recursive: true });
    renameSync(join(checkout.workspace, "out/artifact-index.json"), join(checkout.home, "artifact-index.json"));
    checkout.link("out/artifact-index.json", join(checkout.home, "artifact-index.json"));
    await checkout.expectRefused(() => transfer("./out"));
  });
});

describe("V10: a CTF as source", () => {
  /** A copy of which one file or folder lies elsewhere, with a link in its place. */
  function copyWithLink(name: string, elsewhere: string): string {
    const copy = join(checkout.workspace, "ctf");
    cpSync(ctf("v2-by-value"), copy, { recursive: true });
    mkdirSync(elsewhere, { recursive: true });
    renameSync(join(copy, name), join(elsewhere, basename(name)));
    symlinkSync(join(elsewhere, basename(name)), join(copy, name));
    return `${copy}//example.org/cart:2.0.0`;
  }

  test.each(["artifact-index.json", "blobs"])("is not read through a link out of it: %s", async (name) => {
    const source = copyWithLink(name, checkout.home);
    await checkout.expectRefused(() =>
      checkout.run({ "component-versions": source, target: join(checkout.folder, "target") }),
    );
  });

  test("is not read through a link out of it: each of its blobs", async () => {
    const source = copyWithLink("blobs", join(checkout.workspace, "ctf/real"));
    const blobs = join(checkout.workspace, "ctf/real/blobs");
    for (const name of readdirSync(blobs)) {
      renameSync(join(blobs, name), join(checkout.home, name));
      symlinkSync(join(checkout.home, name), join(blobs, name));
    }
    await checkout.expectRefused(() =>
      checkout.run({ "component-versions": source, target: join(checkout.folder, "target") }),
    );
  });

  test("is read through links that stay in it", async () => {
    const source = copyWithLink("blobs", join(checkout.workspace, "ctf/real"));
    const result = await checkout.run({ "component-versions": source, target: join(checkout.folder, "target") });
    expect(result.annotations).toEqual([]);
    expect(existsSync(join(checkout.folder, "target/artifact-index.json"))).toBe(true);
  });

  test("may be a link itself, as build tools make them", async () => {
    cpSync(ctf("v2-by-value"), join(checkout.home, "ctf"), { recursive: true });
    checkout.link("bazel-bin", checkout.home);
    const result = await checkout.run({
      "component-versions": "./bazel-bin/ctf//example.org/cart:2.0.0",
      target: join(checkout.folder, "target"),
    });
    expect(result.annotations).toEqual([]);
  });
});
