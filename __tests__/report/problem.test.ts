import { expect, test } from "@jest/globals";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { HopError, PhaseError } from "../../src/net/hop.ts";
import { problemsOf } from "../../src/report/problem.ts";
import { RegistryError } from "../../src/stores/registry/error.ts";
import { direct } from "../../testing/product/open-client.ts";

const hop = {
  method: "GET",
  url: "https://ghcr.io/v2/",
  host: "ghcr.io:443",
  route: direct,
  purpose: { kind: "registry", role: "source" },
} as const;
const failure = new HopError(hop, new PhaseError("dial", "no", { timedOut: true }));

test("an error of this action keeps its own message", () => {
  const error = new TransferError("INPUT_MISSING", "target is not set", { where: "input target", remedy: "Set it." });
  expect(problemsOf([error])[0]).toEqual({
    code: "INPUT_MISSING",
    message: "target is not set",
    where: "input target",
    remedy: "Set it.",
  });
});

test("a failed hop is described by its diagnosis", () => {
  expect(problemsOf([failure])[0]).toMatchObject({ code: "HOST_TIMED_OUT", where: "ghcr.io:443" });
});

test.each([
  ["source", "source"],
  ["target", "target"],
  ["source and target", undefined],
] as const)("a failed request to the %s registry names the side %s", (role, side) => {
  const purpose = { kind: "registry", role } as const;
  const refused = new RegistryError("DENIED", "no", { hop: { ...hop, purpose }, status: 403, registryCodes: [] });
  const blocked = new HopError({ ...hop, purpose }, new PhaseError("dial", "no"));
  expect([refused, blocked].map((error) => problemsOf([error])[0].side)).toEqual([side, side]);
});

test("a blocked hop is the first of several problems", () => {
  expect(problemsOf([new TransferError("MANIFEST_UNKNOWN", "x"), failure])[0]).toMatchObject({
    code: "HOST_TIMED_OUT",
  });
});

test("an error of this action keeps its own message if a failed hop is its cause", () => {
  expect(problemsOf([new TransferError("CTF_MALFORMED", "broken", { cause: failure })])[0]).toEqual({
    code: "CTF_MALFORMED",
    message: "broken",
    where: undefined,
    remedy: "",
  });
});

test.each<[unknown, string]>([
  [new TypeError("x is undefined"), "x is undefined"],
  [Object.assign(new Error("no such file"), { code: "ENOENT" }), "ENOENT: no such file"],
  ["thrown\n::error::", "thrown : :error: :"],
  [undefined, "undefined"],
  [{ message: 1 }, "[object Object]"],
])("any other error is reported as INTERNAL: %p", (error, message) => {
  expect(problemsOf([error])[0]).toMatchObject({
    code: "INTERNAL",
    message,
    remedy: expect.stringMatching(/report this/),
  });
});
