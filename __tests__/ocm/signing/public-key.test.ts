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
  ["a chain of them, whose first counts", readKey("acme.certificate.pem") + readKey("authority.certificate.pem")],
  ["PKIX under the name of PKCS#1", pkix.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY")],
  ["with text around it and other line ends", `the key:\r\n${pkix.replaceAll("\n", "\r\n")}\r\nbye`],
])("%s is the same key", (_, pem) => {
  expect(spki(pem)).toBe(pkix);
});

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const { publicKey: elliptic } = generateKeyPairSync("ec", { namedCurve: "P-256" });

test.each([
  ["no PEM", "ssh-rsa AAAA", "holds no PEM block"],
  ["nothing", "", "holds no PEM block"],
  [
    "something else",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "holds no public key that can be read",
  ],
  ["a private key", String(privateKey.export({ format: "pem", type: "pkcs8" })), "holds a private key"],
  ["an old private key", String(privateKey.export({ format: "pem", type: "pkcs1" })), "holds a private key"],
  [
    "a private key behind a public one",
    pkix + privateKey.export({ format: "pem", type: "pkcs8" }),
    "holds a private key",
  ],
  ["a private key that is cut", "-----BEGIN RSA PRIVATE KEY-----\nAAAA", "holds a private key"],
  ["a key of another kind", String(elliptic.export({ format: "pem", type: "spki" })), "holds a key of type ec"],
])("%s is refused", (_, pem, why) => {
  expect(() => parsePublicKey(pem, "key.pem")).toThrow(
    expect.objectContaining({ code: "PUBLIC_KEY_MALFORMED", message: expect.stringContaining(`key.pem ${why}`) }),
  );
});
