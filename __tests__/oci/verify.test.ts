import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { bytesOf } from "../../src/oci/content.ts";
import { verified, verifying } from "../../src/oci/verify.ts";
import { blobOf } from "../../testing/product/open-registry.ts";

const layer = blobOf("a layer");

test("what never ends is not read to its end", async () => {
  const endless = new Readable({
    read() {
      setImmediate(() => this.push("a layer"));
    },
  });
  await expect(bytesOf(verifying(endless, layer, "a.test"))).rejects.toMatchObject({
    code: "SIZE_MISMATCH",
    where: "a.test",
  });
  expect(endless.destroyed).toBe(true);
}, 5000);

test("who loses interest closes the source", async () => {
  const source = new Readable({ read() {} });
  const closed = new Promise((resolve) => source.once("close", resolve));
  verifying(source, layer, "a.test").destroy();
  await closed;
  expect(source.destroyed).toBe(true);
});

test("an error of the source is told as its owner wants", async () => {
  const source = new Readable({ read() {} });
  const content = verifying(source, layer, "a.test", (error) => new Error(`told: ${(error as Error).message}`));
  source.destroy(new Error("broken"));
  await expect(bytesOf(content)).rejects.toThrow("told: broken");
});

test.each([
  ["has failed", (source: Readable) => source.destroy(new Error("broken")), "broken"],
  ["was closed", (source: Readable) => source.destroy(), /premature/i],
] as const)(
  "a source that %s before anybody listens is no standstill",
  async (_, end, message) => {
    const source = new Readable({ read() {} }).on("error", () => {});
    end(source);
    await new Promise((resolve) => source.once("close", resolve));
    await expect(bytesOf(verifying(source, layer, "a.test"))).rejects.toThrow(message);
  },
  5000,
);

test("content in memory is held to the same", () => {
  expect(String(verified(Buffer.from("a layer"), layer, "a.test"))).toBe("a layer");
  for (const [content, code] of [
    ["a liar!", "DIGEST_MISMATCH"],
    ["a lay", "SIZE_MISMATCH"],
  ] as const) {
    expect(() => verified(Buffer.from(content), layer, "a.test")).toThrow(expect.objectContaining({ code }));
  }
});
