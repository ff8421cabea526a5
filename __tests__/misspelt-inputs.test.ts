import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../src/errors/transfer-error.ts";
import { DEFAULTS } from "../src/inputs/defaults.ts";
import { misspeltInputs } from "../src/inputs/misspelt.ts";

const onGithub = { GITHUB_OUTPUT: "output" };

describe("a misspelt input", () => {
  test.each([
    ["INPUT_RECURSVE", "recursive"],
    ["INPUT_DRYRUN", "dry-run"],
    ["INPUT_COMPONENT-VERSION", "component-versions"],
    ["INPUT_COMPONENT_VERSION", "component-versions"],
    ["INPUT_URL", "urls"],
    ["INPUT_HTTPSPROXY", "https-proxy"],
    ["INPUT_SIGNATURE", "signatures"],
  ])("%s is a finding on GitHub, with the probable name %s", (variable, probable) => {
    const [finding, ...others] = misspeltInputs({ ...onGithub, [variable]: "true" });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "INPUT_UNKNOWN", remedy: `Write ${probable}, or remove it.` });
  });

  test("is an error elsewhere, where no runner reports it", () => {
    const read = () => misspeltInputs({ INPUT_RECURSVE: "true" });
    expect(read).toThrow(TransferError);
    expect(read).toThrow("The input recursve does not exist and has no effect");
  });
});

test.each(Object.keys(DEFAULTS).map((name) => [name]))("%s is an input, with hyphens and with underscores", (name) => {
  const upper = `INPUT_${name.toUpperCase()}`;
  expect(misspeltInputs({ [upper]: "x", [upper.replaceAll("-", "_")]: "x" })).toEqual([]);
});

test.each([
  ["INPUT_WHO_TO_GREET", "world"],
  ["INPUT_TOKEN", "x"],
  ["INPUT_RECURSVE", ""],
  [`INPUT_${"X".repeat(100_000)}`, "x"],
  ["RECURSVE", "true"],
])("%s=%s is not reported", (variable, value) => {
  expect(misspeltInputs({ [variable]: value })).toEqual([]);
});
