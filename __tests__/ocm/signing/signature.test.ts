import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { ComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { parsePublicKey } from "../../../src/ocm/signing/public-key.ts";
import { signaturesOf, verifySignature } from "../../../src/ocm/signing/signature.ts";
import { type ComponentId, changed, readFixture } from "../../../testing/content/fixture-version.ts";
import { componentDigests } from "../../../testing/fixtures/ocm/digests.ts";
import { acmePublicKey } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { type KeyFile, readKey, readStorage, rootOf, vectors } from "../signed-versions.ts";

afterEach(stopEverything);

const keyOf = (file: KeyFile) => parsePublicKey(readKey(file), file);
const key = keyOf("acme.pkix.pem");

/** The code that verifying fails with, and what it says. */
function failure(
  descriptor: ComponentDescriptor,
  options = { name: "acme", key },
): { code?: string; message?: string } {
  try {
    verifySignature(descriptor, options);
  } catch (error) {
    return error as Error & { code: string };
  }
  return {};
}

describe("a signature of the CLIs", () => {
  test("exists as a fixture for every algorithm and form", () => {
    const kinds = vectors.map((vector) => {
      const [signature] = signaturesOf(rootOf(vector));
      return `${signature?.algorithm} ${signature?.mediaType} ${signature?.digest.hashAlgorithm} ${signature?.digest.normalisationAlgorithm}`;
    });
    for (const algorithm of ["RSASSA-PKCS1-V1_5", "RSASSA-PSS"]) {
      expect(kinds).toContainEqual(expect.stringMatching(`^${algorithm} application/vnd.ocm.signature.rsa`));
      expect(kinds).toContainEqual(expect.stringMatching(`^${algorithm} application/x-pem-file`));
    }
    for (const normalisation of ["v1", "v2", "v3", "v4alpha1"]) {
      expect(kinds).toContainEqual(expect.stringMatching(`SHA-256 jsonNormalisation/${normalisation}$`));
    }
    for (const hash of ["SHA-512", "sha256"]) expect(kinds).toContainEqual(expect.stringContaining(` ${hash} `));
  });

  test.each(vectors)("%s verifies by key and by certificate", (vector) => {
    const descriptor = rootOf(vector);
    for (const file of ["acme.pkix.pem", "acme.pkcs1.pem", "acme.certificate.pem"] as const) {
      expect(verifySignature(descriptor, { name: "acme", key: keyOf(file) })).toEqual(signaturesOf(descriptor)[0]);
    }
  });

  test.each(vectors)("%s does not verify by another key", (vector) => {
    for (const file of ["other.pkix.pem", "authority.certificate.pem"] as const) {
      expect(failure(rootOf(vector), { name: "acme", key: keyOf(file) })).toMatchObject({ code: "SIGNATURE_INVALID" });
    }
  });

  test("in PEM names the subject of its certificate when the key does not match", () => {
    expect(failure(rootOf("v1-pem"), { name: "acme", key: keyOf("other.pkix.pem") }).message).toMatch(
      /O=acme\.org CN=acme, issued by CN=acme root$/,
    );
  });

  test.each(vectors)("%s does not verify after a change of any signed part", (vector) => {
    const descriptor = rootOf(vector);
    const changes: ((tree: {
      // biome-ignore lint/suspicious/noExplicitAny: a document that is taken apart
      component: any;
    }) => void)[] = [
      ({ component }) => {
        component.version += ".1";
      },
      ({ component }) => {
        component.provider = "another";
      },
      ({ component }) => {
        component.labels = [...(component.labels ?? []), { name: "more", value: 1, signing: true }];
      },
      ({ component }) => {
        component.resources.at(-1).version = "9.9.9";
      },
      ({ component }) => {
        for (const { digest } of component.resources) if (digest !== undefined) digest.value = "00";
      },
      ({ component }) => {
        component.resources.pop();
      },
    ];
    for (const change of changes) {
      expect(failure(changed(descriptor, change))).toMatchObject({ code: "SIGNATURE_DIGEST_DIFFERS" });
    }
  });

  test.each(vectors)("%s verifies after a change of access and unsigned labels", (vector) => {
    const descriptor = changed(rootOf(vector), ({ component }) => {
      for (const resource of component.resources) {
        if (!/^none$/i.test(resource.access.type)) resource.access = { type: "localBlob", localReference: "x" };
      }
      component.labels = [...(component.labels ?? []), { name: "more", value: 1 }];
      component.repositoryContexts = [{ type: "OCIRegistry", baseUrl: "x" }];
    });
    expect(failure(descriptor)).toEqual({});
  });
});

describe("a manipulated signature fails if it", () => {
  const root = rootOf("v1-json3");
  const pem = rootOf("v1-pem");

  /** With other members in the signature, or in its digest. */
  const tampered = (descriptor: ComponentDescriptor, signature: object, digest: object = {}) =>
    changed(descriptor, ({ signatures: [first] }) => {
      Object.assign(first.signature, signature);
      Object.assign(first.digest, digest);
    });
  const inPem = (change: (value: string) => string) =>
    tampered(pem, { value: change(signaturesOf(pem)[0]?.value ?? "") });

  test.each<[string, ComponentDescriptor, string]>([
    ["another digest", tampered(root, {}, { value: "00".repeat(32) }), "SIGNATURE_DIGEST_DIFFERS"],
    [
      "another normalisation",
      tampered(root, {}, { normalisationAlgorithm: "jsonNormalisation/v1" }),
      "SIGNATURE_DIGEST_DIFFERS",
    ],
    [
      "an unknown normalisation",
      tampered(root, {}, { normalisationAlgorithm: "jsonNormalisation/v9" }),
      "NORMALISATION_UNSUPPORTED",
    ],
    ["no normalisation", tampered(root, {}, { normalisationAlgorithm: null }), "NORMALISATION_UNSUPPORTED"],
    ["another hash", tampered(root, {}, { hashAlgorithm: "SHA-512" }), "SIGNATURE_DIGEST_DIFFERS"],
    ["an unknown hash", tampered(root, {}, { hashAlgorithm: "MD5" }), "HASH_UNSUPPORTED"],
    ["no hash", tampered(root, {}, { hashAlgorithm: null }), "HASH_UNSUPPORTED"],
    ["no digest", tampered(root, {}, { hashAlgorithm: "NO-DIGEST" }), "HASH_UNSUPPORTED"],
    ["another value", tampered(root, { value: "00".repeat(256) }), "SIGNATURE_INVALID"],
    ["a short value", tampered(root, { value: "00" }), "SIGNATURE_INVALID"],
    ["no value", tampered(root, { value: null }), "SIGNATURE_INVALID"],
    ["a value that is not hexadecimal", tampered(root, { value: "0x00" }), "SIGNATURE_INVALID"],
    ["another algorithm", tampered(root, { algorithm: "RSASSA-PSS" }), "SIGNATURE_INVALID"],
    ["an unknown algorithm", tampered(root, { algorithm: "sigstore" }), "SIGNATURE_UNSUPPORTED"],
    ["no algorithm", tampered(root, { algorithm: null }), "SIGNATURE_UNSUPPORTED"],
    ["an unknown media type", tampered(root, { mediaType: "x/y" }), "SIGNATURE_UNSUPPORTED"],
    ["no media type", tampered(root, { mediaType: null }), "SIGNATURE_UNSUPPORTED"],
    ["another algorithm in its PEM block", inPem((value) => value.replace("PKCS1-V1_5", "PSS")), "SIGNATURE_INVALID"],
    ["no PEM block of a signature", inPem((value) => value.replaceAll("SIGNATURE", "OTHER")), "SIGNATURE_INVALID"],
  ])("has %s", (_, descriptor, code) => {
    expect(failure(descriptor)).toMatchObject({ code });
  });

  test("is from another component version", () => {
    const other = rootOf("v1-twins-json3");
    const moved = changed(other, (tree) => {
      const [own] = tree.signatures;
      tree.signatures = [{ ...own, signature: { ...own.signature, value: signaturesOf(root)[0]?.value } }];
    });
    expect(failure(moved)).toMatchObject({ code: "SIGNATURE_INVALID" });
  });
});

describe("a missing signature", () => {
  test("is reported with the existing ones", () => {
    const { code, message } = failure(rootOf("v1-json3"), { name: "nobody", key });
    expect(code).toBe("SIGNATURE_UNKNOWN");
    expect(message).toMatch(/no signature nobody, only acme$/);
  });

  test("is reported where the component version has none", () => {
    const unsigned = changed(rootOf("v1-json3"), (tree) => {
      tree.signatures = null;
    });
    expect(failure(unsigned).message).toMatch(/nor any other$/);
  });
});

describe("the signatures of the fixture tree", () => {
  const ids = Object.keys(componentDigests) as ComponentId[];
  const acme = { name: "acme", key: parsePublicKey(readFileSync(acmePublicKey, "utf8"), "acme") };

  test.each(["v1-by-reference", "v1-by-value"] as const)("%s: as signed", async (folder) => {
    for (const id of ids) {
      const { digest } = verifySignature((await readFixture(folder, id)).descriptor, acme);
      expect([id, digest.value]).toEqual([id, componentDigests[id]]);
    }
  });

  test.each(["v1-absolute", "v1-relative"])("verify in the registry copy %s", (path) => {
    for (const descriptor of readStorage(path, ids)) expect(failure(descriptor, acme)).toEqual({});
  });

  test("fail in v2-by-value and v2-native, with the reason in the remedy", async () => {
    const copies = await Promise.all(ids.map(async (id) => (await readFixture("v2-by-value", id)).descriptor));
    for (const descriptor of [...copies, ...readStorage("v2-native", ids)]) {
      expect(failure(descriptor, acme)).toMatchObject({
        code: "SIGNATURE_DIGEST_DIFFERS",
        remedy: expect.stringMatching(
          /version 2 of the OCM CLI, which drops creationTime and renames digest algorithms/,
        ),
      });
    }
  });
});
