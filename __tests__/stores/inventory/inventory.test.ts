import { describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/oci/digest.ts";
import { formatInventory, mergeBlobs, parseInventory } from "../../../src/stores/inventory/inventory.ts";

const [one, two] = [sha256(Buffer.from("one")), sha256(Buffer.from("two"))];

describe("an inventory", () => {
  test("is read as it was written", () => {
    const blobs = new Map([["component-descriptors/acme.org/shop", new Map([[one, 3]])]]);
    const inventory = { componentVersions: ["acme.org/shop:1.0.0"], blobs };
    expect(parseInventory(formatInventory(inventory), "base.json")).toEqual(inventory);
  });

  test("is the same text for the same content in another order", () => {
    const text = (entries: readonly (readonly [string, number])[]) =>
      formatInventory({
        componentVersions: [],
        blobs: new Map(entries.map(([name, size]) => [name, new Map([[one, size]])])),
      });
    expect(
      text([
        ["b", 2],
        ["a", 1],
      ]),
    ).toBe(
      text([
        ["a", 1],
        ["b", 2],
      ]),
    );
  });

  test.each([
    ["of another version", { schemaVersion: 2, repositories: [] }],
    ["without repositories", { schemaVersion: 1 }],
    ["with an invalid name", { schemaVersion: 1, repositories: [{ name: "../shop", blobs: [] }] }],
    ["without blobs", { schemaVersion: 1, repositories: [{ name: "shop" }] }],
    [
      "with a negative size",
      { schemaVersion: 1, repositories: [{ name: "shop", blobs: [{ digest: one, size: -1 }] }] },
    ],
    [
      "with a size that is a text",
      { schemaVersion: 1, repositories: [{ name: "shop", blobs: [{ digest: one, size: "1" }] }] },
    ],
  ])("%s is refused", (_, document) => {
    expect(() => parseInventory(JSON.stringify(document), "base.json")).toThrow(
      expect.objectContaining({ code: "INVENTORY_MALFORMED" }),
    );
  });

  test("of several archives has all blobs of a repository", () => {
    const merged = mergeBlobs([new Map([["shop", new Map([[one, 1]])]]), new Map([["shop", new Map([[two, 2]])]])]);
    expect(merged.get("shop")).toEqual(
      new Map([
        [one, 1],
        [two, 2],
      ]),
    );
  });
});
