import { expect, test } from "@jest/globals";
import { isConclusive, KnownError, TransferError } from "../../src/errors/transfer-error.ts";
import { HopError, PhaseError } from "../../src/net/hop.ts";
import { RegistryError } from "../../src/stores/registry/error.ts";
import { direct } from "../../testing/product/open-client.ts";

const purpose = { kind: "registry", role: "source" } as const;
const hop = { method: "GET", url: "https://ghcr.io/v2/", host: "ghcr.io:443", route: direct, purpose };

test.each<[string, boolean, KnownError]>([
  ["invalid", true, new TransferError("DIGEST_MISMATCH", "no")],
  ["refusal", true, new RegistryError("DENIED", "no", { hop, status: 403, registryCodes: [] })],
  ["connection", false, new HopError(hop, new PhaseError("dial", "no"))],
])("an error of the kind %s is conclusive: %s", (kind, expected, error) => {
  expect([error instanceof KnownError, error.kind, isConclusive(error)]).toEqual([true, kind, expected]);
});

test("a defect of the program is not conclusive", () => {
  expect([new TypeError("no"), undefined, { kind: "invalid" }].filter(isConclusive)).toEqual([]);
});
