import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import { parsePublicKey } from "../../../src/ocm/signing/public-key.ts";
import { readKey } from "../signed-versions.ts";

const pkix = readKey("acme.pkix.pem");
const spki = (pem: string) => parsePublicKey(pem, "key.pem").export({ format: "pem", type: "spki" });

test.each([
  ["PKIX", pkix],
  ["PKCS#1", readKey("acme.pkcs1.pem")],
  ["a certificate", readKey("acme.certificate.pem")],
  ["the first of several certificates", readKey("acme.certificate.pem") + readKey("authority.certificate.pem")],
  ["PKIX under the name of PKCS#1", pkix.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY")],
  ["with text around it and other line ends", `the key:\r\n${pkix.replaceAll("\n", "\r\n")}\r\nbye`],
])("%s is the same key", (_, pem) => {
  expect(spki(pem)).toBe(pkix);
});

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const { publicKey: elliptic } = generateKeyPairSync("ec", { namedCurve: "P-256" });

test.each([
  ["a text without PEM", "ssh-rsa AAAA", "contains no PEM block"],
  ["an empty text", "", "contains no PEM block"],
  [
    "a PEM block with other content",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "contains no valid public key",
  ],
  ["a private key", String(privateKey.export({ format: "pem", type: "pkcs8" })), "contains a private key"],
  ["an old private key", String(privateKey.export({ format: "pem", type: "pkcs1" })), "contains a private key"],
  [
    "a private key after a public one",
    pkix + privateKey.export({ format: "pem", type: "pkcs8" }),
    "contains a private key",
  ],
  ["a truncated private key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA", "contains a private key"],
  ["a key of another type", String(elliptic.export({ format: "pem", type: "spki" })), "contains a key of type ec"],
])("%s is refused", (_, pem, why) => {
  expect(() => parsePublicKey(pem, "key.pem")).toThrow(
    expect.objectContaining({ code: "PUBLIC_KEY_MALFORMED", message: expect.stringContaining(`key.pem ${why}`) }),
  );
});
