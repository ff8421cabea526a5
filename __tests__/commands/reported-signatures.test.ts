import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "@jest/globals";
import { runForResults } from "../../testing/product/run-command.ts";
import { acmePublicKey, ctf } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "example.org/shop:1.2.0";
const given = { "component-versions": `${ctf("v1-by-value")}//${SHOP}`, recursive: "true" };

test("a signature that verifies is reported with its algorithms and the fingerprint that OpenSSL has for the key", async () => {
  const der = execFileSync("openssl", ["pkey", "-pubin", "-in", acmePublicKey, "-outform", "DER"]);
  const fingerprint = `sha256:${createHash("sha256").update(der).digest("hex")}`;
  const { errors, results, lines } = await runForResults("verify", { ...given, signatures: `acme=${acmePublicKey}` });
  expect(errors).toEqual([]);
  expect(results.requested).toEqual([SHOP]);
  expect(results.signatures).toEqual([
    {
      component: "example.org/shop",
      version: "1.2.0",
      name: "acme",
      algorithm: "RSASSA-PKCS1-V1_5",
      hashAlgorithm: "SHA-256",
      normalisationAlgorithm: expect.stringMatching(/^jsonNormalisation\/v\d/),
      "key-fingerprint": fingerprint,
    },
  ]);
  const group = lines.slice(lines.indexOf("group Verified signatures"));
  expect(group[1]).toMatch(`acme of ${SHOP}: RSASSA-PKCS1-V1_5, SHA-256, `);
  expect(group[1]).toContain(fingerprint);
});

test("without keys no signature is reported, whatever the component version has", async () => {
  const { results } = await runForResults("verify", given);
  expect(results.componentVersions?.some(({ signatures }) => signatures.length > 0)).toBe(true);
  expect(results.signatures).toEqual([]);
});
