import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import { componentDigest } from "../../src/ocm/signing/normalise.ts";
import { parsePublicKey } from "../../src/ocm/signing/public-key.ts";
import { verifySignature } from "../../src/ocm/signing/signature.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { type Estate, startEstate } from "../../testing/real/estate.ts";
import { acmePublicKey, type CtfFixture, ctf, temporaryFolder, unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { ctfPlace, type Place, readTree, registryPlace } from "./place.ts";

/** One of each kind: by reference, by reference to its own registry, native manifests, artifact sets in an archive, native ones in one. */
const KINDS = ["registry-source", "v1-relative", "v2-native", "v1-by-value", "v2-by-value"] as const;
/** The same kinds in other places. */
const VARIANTS = ["v1-absolute", "v1-by-reference", "v1-by-reference.tar", "v1-by-reference.tgz"] as const;
type Source = (typeof KINDS)[number] | (typeof VARIANTS)[number];
const FORMS = ["localBlob", "relativeOciReference", "ociArtifact"] as const;
type Form = (typeof FORMS)[number];
const TARGETS = ["registry", "folder", "ctf.tgz"] as const;

const acme = { name: "acme", key: parsePublicKey(readFileSync(acmePublicKey, "utf8"), "acme") };

/** As v2 of the CLI spells it, it is as right. */
const LOCAL_BLOB = expect.stringMatching(/^(?:localBlob|LocalBlob\/v1)$/);

interface Cell {
  readonly source: Source;
  readonly target: (typeof TARGETS)[number];
  readonly form: Form;
}

const CELLS: readonly Cell[] = [
  ...KINDS.flatMap((source) =>
    TARGETS.flatMap((target) =>
      FORMS.filter((form) => target === "registry" || form !== "ociArtifact").map((form) => ({ source, target, form })),
    ),
  ),
  ...VARIANTS.map((source) => ({ source, target: "ctf.tgz", form: "localBlob" }) as const),
];

/** v2 of the CLI changed what is signed when it wrote these, which is not ours to mend. */
const isChanged = (source: Source) => source.startsWith("v2-");

withParts(["docker-registry", "distribution", "squid"], "from every form to every form", () => {
  let estate: Estate;
  let copies: RealRegistry;
  let target: RealRegistry;
  /** The component digests that each source has, as it says itself. */
  let changed: Readonly<Record<string, string>>;

  beforeAll(async () => {
    estate = await startEstate("docker-registry");
    copies = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    target = await startRegistry({ kind: "docker-registry" });
    changed = await digestsOfArchive("v2-by-value");
  });
  afterAll(stopEverything);

  function placeOf(source: Source): string {
    if (source === "registry-source") return "http://source.example.test:5000/components";
    if (source === "v1-absolute" || source === "v1-relative" || source === "v2-native")
      return `${copies.origin}/${source}`;
    return ctf(source);
  }

  const move = (source: Source, to: string, access: Form) =>
    runAction({
      inputs: {
        "component-versions": `${placeOf(source)}//example.org/shop:1.2.0`,
        recursive: "true",
        target: to,
        access,
        ...(access === "ociArtifact" && to.startsWith("http") ? { "consumer-repository": to } : {}),
        "http-proxy": estate.squid.url,
        "https-proxy": estate.squid.url,
      },
    });

  test.each(CELLS)("$source to $target as $form", async ({ source, target: kind, form }) => {
    const path = `${source.replaceAll(".", "-")}/${form.toLowerCase()}`;
    const file = join(temporaryFolder(), kind);
    const result = await move(source, kind === "registry" ? `${target.origin}/${path}` : file, form);
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);

    const place = kind === "registry" ? registryPlace(target.origin, path) : ctfPlace(file);
    const tree = await readTree(place);
    const digests = Object.fromEntries(
      tree.map(({ descriptor }) => [`${descriptor.name}:${descriptor.version}`, componentDigest(descriptor)]),
    );
    expect(digests).toEqual(isChanged(source) ? changed : componentDigests);
    for (const { descriptor } of tree) {
      if (isChanged(source)) expect(() => verifySignature(descriptor, acme)).toThrow(/is for the digest/);
      else expect(verifySignature(descriptor, acme).name).toBe("acme");
    }

    const prefix = kind === "registry" ? `${path}/` : "";
    for (const { component, name, digest, mediaType, reference } of resources) {
      const own = tree.find(({ descriptor }) => descriptor.name === component);
      const { access } = own?.resources.find((resource) => resource.name === name) ?? {};
      if (reference === undefined) {
        expect(access).toMatchObject({ type: LOCAL_BLOB, localReference: digest, mediaType });
        expect(sha256(await place.blob(own?.repository ?? "", digest))).toBe(digest);
        continue;
      }
      const [repository = "", tag = ""] = reference.split(":");
      const full = `${prefix}${reference}@${digest}`;
      if (form === "localBlob") {
        expect(access).toMatchObject({ type: LOCAL_BLOB, localReference: digest });
        expect(access.globalAccess).toBeUndefined();
        expect(sha256(await place.manifest(own?.repository ?? "", digest))).toBe(digest);
      } else {
        expect(access).toEqual(
          form === "ociArtifact"
            ? { type: "ociArtifact", imageReference: `${target.origin}/${full}` }
            : { type: "relativeOciReference", reference: full },
        );
        expect(sha256(await place.manifest(repository, tag))).toBe(digest);
      }
      await expectWhole(place, form === "localBlob" ? (own?.repository ?? "") : repository, digest);
    }
  });

  test.each(["folder", "ctf.tgz"] as const)(
    "an absolute reference into %s is refused, since it has no host",
    async (kind) => {
      const file = join(temporaryFolder(), kind);
      const { code, annotations } = await move("v1-by-value", file, "ociArtifact");
      expect(code).toBe(1);
      expect(annotations.map(({ title }) => title)).toEqual(["INPUT_MISSING"]);
      expect(existsSync(file)).toBe(false);
    },
  );

  test("the reason why v2's archive does not verify is what v2 changed, and is said", async () => {
    const archive = await openCtf(ctf("v2-by-value"));
    const from = { registry: archive, path: "", display: "v2-by-value" };
    const { descriptor } = await readComponentVersion(from, "example.org/shop", "1.2.0");
    expect(() => verifySignature(descriptor, acme)).toThrow(
      expect.objectContaining({
        code: "SIGNATURE_DIGEST_DIFFERS",
        message: `signature acme of example.org/shop:1.2.0 is for the digest ${componentDigests["example.org/shop:1.2.0"]}, but that of the component version is ${changed["example.org/shop:1.2.0"]}`,
        remedy: expect.stringMatching(
          /version 2 of the OCM CLI, which drops creationTime and renames digest algorithms/,
        ),
      }),
    );
    await archive.close();
  });

  test("both generations read Docker manifests: the index says what they are, the access what v1 takes for an image", async () => {
    const place = registryPlace(target.origin, "registry-source/localblob");
    const file = join(temporaryFolder(), "docker.tgz");
    expect((await move("registry-source", file, "localBlob")).code).toBe(0);
    for (const each of [place, ctfPlace(file)]) {
      const payments = (await readTree(each)).find(({ descriptor }) => descriptor.name === "example.org/payments");
      for (const { name, digest, mediaType } of resources) {
        if (!name.startsWith("legacy")) continue;
        const entry = payments?.root.manifests.find((candidate: { digest: string }) => candidate.digest === digest);
        expect(entry.mediaType).toBe(mediaType);
        expect(entry.mediaType).toMatch(/^application\/vnd\.docker\.distribution\.manifest\./);
        const { access } = payments?.resources.find((resource) => resource.name === name) ?? {};
        expect(access.mediaType).toBe(
          name === "legacy" ? "application/vnd.oci.image.manifest.v1+json" : "application/vnd.oci.image.index.v1+json",
        );
        const bytes = await each.manifest(payments?.repository ?? "", digest);
        expect(sha256(bytes)).toBe(digest);
        expect(JSON.parse(bytes.toString("utf8")).mediaType).toBe(mediaType);
      }
    }
  });
});

/** Everything below an artifact is there, and is what its digest says. */
async function expectWhole(place: Place, repository: string, digest: string): Promise<void> {
  const manifest = JSON.parse((await place.manifest(repository, digest)).toString("utf8"));
  for (const child of manifest.manifests ?? []) await expectWhole(place, repository, child.digest);
  for (const blob of [manifest.config, ...(manifest.layers ?? [])]) {
    if (blob !== undefined) expect(sha256(await place.blob(repository, blob.digest))).toBe(blob.digest);
  }
}

async function digestsOfArchive(name: CtfFixture): Promise<Record<string, string>> {
  const archive = await openCtf(ctf(name));
  const from = { registry: archive, path: "", display: name };
  const entries = Object.keys(componentDigests).map(async (id) => {
    const [component = "", version = ""] = id.split(":");
    return [id, componentDigest((await readComponentVersion(from, component, version)).descriptor)] as const;
  });
  const digests = Object.fromEntries(await Promise.all(entries));
  await archive.close();
  return digests;
}
