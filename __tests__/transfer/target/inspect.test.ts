import { describe, expect, test } from "@jest/globals";
import type { Code } from "../../../src/errors/codes.ts";
import { TransferError } from "../../../src/errors/transfer-error.ts";
import type { ComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import { checkExisting, existingOrNone, furtherSignatures } from "../../../src/transfer/target/inspect.ts";
import { type ComponentOptions, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

async function version(component: ComponentOptions = {}): Promise<ComponentVersion> {
  return (await surveyed(createMemoryRegistry(), component)).version;
}

const refused = (code: Code) => async () => {
  throw new TransferError(code, "no");
};

describe("what there is at the target", () => {
  test.each<[Code, "none" | "error", "none" | "error"]>([
    ["COMPONENT_VERSION_UNKNOWN", "none", "none"],
    ["UNAUTHORIZED", "none", "none"],
    ["DENIED", "none", "none"],
    ["NOT_A_COMPONENT_VERSION", "error", "none"],
    ["DESCRIPTOR_MALFORMED", "error", "none"],
    ["DESCRIPTOR_MISPLACED", "error", "none"],
    ["MANIFEST_MALFORMED", "error", "none"],
    ["DESCRIPTOR_VERSION_UNSUPPORTED", "error", "error"],
    ["REGISTRY_UNAVAILABLE", "error", "error"],
    ["DIGEST_MISMATCH", "error", "error"],
  ])("%s: %s, and with overwrite %s", async (code, otherwise, overwriting) => {
    for (const policy of ["skip", "fail", "overwrite"] as const) {
      const found = existingOrNone(refused(code), policy);
      if ((policy === "overwrite" ? overwriting : otherwise) === "none") expect(await found).toBeUndefined();
      else await expect(found).rejects.toMatchObject({ code });
    }
  });

  test("an error of another kind is nobody's absence", async () => {
    const failure = new Error("broken");
    await expect(existingOrNone(() => Promise.reject(failure), "overwrite")).rejects.toBe(failure);
  });

  test("what is there is found", async () => {
    const there = await version();
    expect(await existingOrNone(async () => there, "skip")).toBe(there);
  });
});

describe("the policies", () => {
  const [same, other] = [
    { resources: [resource("x", { type: "gitHub" })] },
    { resources: [resource("y", { type: "gitHub" })] },
  ];
  const moved = { resources: [resource("x", { type: "wget" })] };
  test.each<["skip" | "overwrite" | "fail", ComponentOptions | undefined]>([
    ["skip", undefined],
    ["fail", undefined],
    ["overwrite", undefined],
    ["skip", same],
    ["skip", moved],
    ["overwrite", same],
    ["overwrite", other],
  ])("existing: %s allows a target that has %j", async (policy, existing) => {
    const there = existing === undefined ? undefined : await version(existing);
    const source = await version(same);
    expect(() => checkExisting(there, source, policy)).not.toThrow();
  });

  test.each<["skip" | "fail", ComponentOptions, Code]>([
    ["skip", other, "COMPONENT_DIGEST_DIFFERS"],
    ["fail", same, "COMPONENT_VERSION_EXISTS"],
    ["fail", other, "COMPONENT_VERSION_EXISTS"],
  ])("existing: %s refuses a target that has %j with %s", async (policy, existing, code) => {
    const [there, source] = [await version(existing), await version(same)];
    expect(() => checkExisting(there, source, policy)).toThrow(
      expect.objectContaining({
        code,
        where: "memory.test///acme.org/shop:1.0.0",
        remedy: expect.stringMatching(/existing:/),
      }),
    );
  });
});

test.each<[string, ComponentOptions | undefined, object[]]>([
  ["nothing there", undefined, []],
  ["no signature there", {}, []],
  ["the same signature", { signatures: [{ name: "acme", timestamp: 1 }] }, []],
  ["another signature", { signatures: [{ name: "acme" }, { name: "customer", x: 1 }] }, [{ name: "customer", x: 1 }]],
  ["a signature without a name", { signatures: [{ value: "x" }] }, []],
  [
    "another component version",
    { signatures: [{ name: "customer" }], more: { creationTime: "2026-01-01T00:00:00Z" } },
    [],
  ],
])("signatures that are kept, with %s", async (_, existing, expected) => {
  const source = await version({ signatures: [{ name: "acme" }] });
  expect(furtherSignatures(existing === undefined ? undefined : await version(existing), source)).toEqual(expected);
});
