import { rootCertificates } from "node:tls";
import { expect, test } from "@jest/globals";
import { trustedAuthorities } from "../../../src/net/connection/tls.ts";

test("the authorities of Node.js are trusted, each once", () => {
  const ca = trustedAuthorities(["further", "further"]);
  expect(rootCertificates.length).toBeGreaterThan(0);
  expect(ca).toEqual(expect.arrayContaining([...rootCertificates]));
  expect(ca).toContain("further");
  expect(new Set(ca).size).toBe(ca.length);
});
