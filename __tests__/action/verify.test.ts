import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import {
  addComponentVersion,
  addImage,
  artifactDigest,
  type ComponentOptions,
  resource,
} from "../../testing/content/content.ts";
import { blobDigest, pinnedReference, privateKeyPem, publicKeyPem, signed } from "../../testing/content/signed.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, faults } from "../../testing/fakes/registry-faults.ts";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { acmePublicKey, type CtfFixture, ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "example.org/shop:1.2.0";
const errorsOf = ({ annotations }: ActionResult) =>
  annotations.filter(({ level }) => level === "error").map(({ title }) => title);
const findingsOf = ({ outputs }: ActionResult): { code: string; message: string }[] =>
  JSON.parse(outputs.findings ?? "");

function fileOf(text: string): string {
  const path = join(temporaryFolder(), "key.pem");
  writeFileSync(path, text);
  return path;
}

function verify(inputs: Readonly<Record<string, string>>): Promise<ActionResult> {
  return runAction({ inputs: { command: "verify", recursive: "true", ...inputs } });
}

withParts(["docker-registry", "squid"], "component versions by reference, through the proxy", () => {
  test.each(["a registry", "an archive"])("in %s verify down to every blob, each read once", async (where) => {
    const estate = await startEstate("docker-registry");
    const { target: _, ...inputs } = mainJob(estate, await startRegistry({ kind: "docker-registry" }));
    const given =
      where === "a registry" ? inputs : { ...inputs, "component-versions": `${ctf("v1-by-reference")}//${SHOP}` };
    const result = await verify({ ...given, signatures: `acme=${acmePublicKey}` });
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    expect(findingsOf(result)).toEqual([]);
    const versions: { component: string; version: string; digest: string; state: string }[] = JSON.parse(
      result.outputs["component-versions"] ?? "",
    );
    expect(
      Object.fromEntries(versions.map((each) => [`${each.component}:${each.version}`, each.digest.slice(7)])),
    ).toEqual(componentDigests);
    expect(new Set(versions.map(({ state }) => state))).toEqual(new Set(["unchanged"]));
    expect(result.outputs["bytes-copied"]).toBe("0");
    const whole = estate.blobs.requests.filter(({ headers }) => headers.range === undefined).map(({ path }) => path);
    expect(whole.length).toBeGreaterThan(8);
    expect(new Set(whole).size).toBe(whole.length);
  });
});

withParts(["docker-registry", "distribution", "squid"], "a signed tree, through the proxy", () => {
  test.each(["docker-registry", "distribution"] as const)(
    "is read back from a %s, and verifies there",
    async (kind) => {
      const target = await startRegistry({ kind });
      const signatures = `acme=${acmePublicKey}`;
      const moved = await runAction({
        inputs: { ...mainJob(await startEstate("docker-registry"), target), signatures },
      });
      expect(moved.annotations).toEqual([]);
      expect(moved.stdout).toMatch(/read back and verified at .*: 3 component version/);
      const result = await verify({ "component-versions": `${target.origin}/moved/here//${SHOP}`, signatures });
      expect(result.annotations).toEqual([]);
      expect(findingsOf(result)).toEqual([]);
    },
  );
});

describe("archives that the CLIs wrote", () => {
  const verifyArchive = (fixture: CtfFixture, signatures: string, id: string = SHOP) =>
    verify({ "component-versions": `${ctf(fixture)}//${id}`, signatures });

  test("by v1, by value: all of it holds, without any network", async () => {
    const result = await verifyArchive("v1-by-value", `acme=${acmePublicKey}`);
    expect(result.annotations).toEqual([]);
    expect(findingsOf(result)).toEqual([]);
    expect(JSON.parse(result.outputs.hosts ?? "")).toEqual([]);
    expect(result.stdout).toContain("resource frontend:1.4.0: ");
    expect(result.summary).toMatch(/^## ✅ verify succeeded/);
  });

  test("by v2: it is no longer what was signed, and the reason is said", async () => {
    const result = await verifyArchive("v2-by-value", `acme=${acmePublicKey}`);
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toEqual(["SIGNATURE_DIGEST_DIFFERS", "REFERENCE_DIGEST_DIFFERS"]);
    expect(result.report.error).toMatchObject({
      code: "SIGNATURE_DIGEST_DIFFERS",
      where: SHOP,
      remedy: expect.stringContaining("drops creationTime and renames digest algorithms"),
    });
    expect(JSON.parse(result.outputs["component-versions"] ?? "")).toEqual([]);
  });

  test("without signatures only digests are compared, which is said", async () => {
    const result = await verifyArchive("v2-by-value", "", "example.org/cart:2.0.0");
    expect(result.code).toBe(0);
    expect(findingsOf(result).map(({ code }) => code)).toEqual(["SIGNATURE_UNCHECKED"]);
  });

  test("without recursive, references that are not followed are named", async () => {
    const result = await verify({
      "component-versions": `${ctf("v1-by-value")}//${SHOP}`,
      signatures: `acme=${acmePublicKey}`,
      recursive: "false",
      exclude: "name=chart",
    });
    expect(result.code).toBe(0);
    expect(findingsOf(result)).toMatchObject([
      {
        code: "CONTENT_UNCHECKED",
        message:
          "Not compared with any digest: chart of example.org/shop:1.2.0 (is not selected), " +
          "reference payments of example.org/shop:1.2.0 (is not followed), reference cart of example.org/shop:1.2.0 (is not followed).",
      },
    ]);
  });

  test.each([
    ["another key", () => `acme=${join(root, "testing/fixtures/signatures/other.pkix.pem")}`, "SIGNATURE_INVALID"],
    ["another name", () => `nobody=${acmePublicKey}`, "SIGNATURE_UNKNOWN"],
    ["a file that is not there", () => "acme=./nowhere.pem", "PUBLIC_KEY_MALFORMED"],
    ["a private key", () => `acme=${fileOf(privateKeyPem)}`, "PUBLIC_KEY_MALFORMED"],
    ["a private key behind a public one", () => `acme=${fileOf(publicKeyPem + privateKeyPem)}`, "PUBLIC_KEY_MALFORMED"],
    ["a private key in the input", () => `acme=${privateKeyPem}`, "INPUT_INVALID"],
  ])("%s is refused, and nothing of a key is shown", async (_, signatures, code) => {
    const result = await verifyArchive("v1-by-value", signatures());
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toEqual([code]);
    const shown = [result.stdout, result.stderr, result.summary, JSON.stringify(result.report)].join("\n");
    for (const line of privateKeyPem.trim().split("\n").slice(1, -1)) expect(shown).not.toContain(line);
  });
});

/** A signed shop with an image and two notes, and a cart with the same image, in a registry. */
async function startShop(change: (options: ComponentOptions) => ComponentOptions = (options) => options) {
  const registry = await startFakeRegistry();
  const image = addImage(registry, "images/shop", { tag: "1.0.0", layers: ["one layer", "another layer"] });
  const access = { type: "ociArtifact", imageReference: `${registry.origin}/images/shop:1.0.0` };
  const pinned = resource("image", access, artifactDigest(image));
  const cart = { name: "example.org/cart", path: "ocm", resources: [pinned] };
  const home = "ocm/component-descriptors/example.org/shop";
  const note = registry.addBlob(home, "a note", "text/plain");
  const local = { type: "localBlob", localReference: note.digest, mediaType: "text/plain" };
  const shop: ComponentOptions = {
    name: "example.org/shop",
    path: "ocm",
    resources: [pinned, resource("note", local, blobDigest(note)), resource("same", local, blobDigest(note))],
    layers: [note],
    more: { componentReferences: [pinnedReference("cart", cart)] },
  };
  addComponentVersion(registry, cart);
  addComponentVersion(registry, change(signed(shop)));
  const line = `${registry.origin}/ocm//example.org/shop:1.0.0`;
  return {
    registry,
    image,
    note,
    cart,
    inputs: { "component-versions": line, signatures: `acme=${fileOf(publicKeyPem)}` },
  };
}

const layersOf = (registry: FakeRegistry): string[] => {
  const manifest = JSON.parse(registry.manifest("images/shop", "1.0.0")?.content.toString() ?? "");
  return manifest.layers.map(({ digest }: { digest: string }) => digest);
};

describe("a registry", () => {
  test("that has everything as it was: each blob is read once, whoever refers to it", async () => {
    const { registry, note, inputs } = await startShop();
    const result = await verify(inputs);
    expect(result.annotations).toEqual([]);
    expect(findingsOf(result)).toEqual([]);
    const read = registry.requests.filter(
      ({ kind, method, headers }) => kind === "blob" && method === "GET" && headers.range === undefined,
    );
    for (const digest of [note.digest, ...layersOf(registry)]) {
      expect(read.filter(({ reference }) => reference === digest)).toHaveLength(1);
    }
    expect(registry.requests.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
  });

  test("that serves another layer of an image: every resource that has it is named", async () => {
    const { registry, inputs } = await startShop();
    registry.inject(faults.lyingBlob(layersOf(registry)[1] ?? ""));
    const result = await verify(inputs);
    expect(result.code).toBe(1);
    const messages = result.annotations.map(({ title, message }) => `${title} ${message}`).sort();
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(
      /^ARTIFACT_DIGEST_DIFFERS .*resource image:1\.0\.0 of example\.org\/cart:1\.0\.0: .* sends other content for sha256/,
    );
    expect(messages[1]).toMatch(/^ARTIFACT_DIGEST_DIFFERS .*resource image:1\.0\.0 of example\.org\/shop:1\.0\.0: /);
  });

  test("that lost a local blob", async () => {
    const { registry, note, inputs } = await startShop();
    registry.inject({
      when: asked({ method: "GET", kind: "blob", reference: note.digest }),
      act: { kind: "respond", status: 404 },
    });
    const result = await verify({ ...inputs, "preflight-mode": "off" });
    expect(errorsOf(result)).toEqual(["BLOB_UNKNOWN", "BLOB_UNKNOWN"]);
    expect(result.report.error.message).toMatch(/^resource note:1\.0\.0 of example\.org\/shop:1\.0\.0: /);
  });

  test("whose component version below the signed one was exchanged", async () => {
    const { registry, cart, inputs } = await startShop();
    addComponentVersion(registry, { ...cart, resources: [] });
    const result = await verify(inputs);
    expect(errorsOf(result)).toEqual(["REFERENCE_DIGEST_DIFFERS"]);
    expect(result.report.error.message).toMatch(
      /^reference cart of example\.org\/shop:1\.0\.0 pins example\.org\/cart:1\.0\.0 /,
    );
  });

  test("that has not what a component version refers to: both are named", async () => {
    const registry = await startFakeRegistry();
    addComponentVersion(registry, signed({ path: "ocm", references: ["acme.org/lost:1.0.0"] }));
    const result = await verify({ "component-versions": `${registry.origin}/ocm//acme.org/shop:1.0.0` });
    expect(errorsOf(result)).toEqual(["COMPONENT_VERSION_UNKNOWN"]);
    expect(result.report.error.message).toMatch(/acme\.org\/lost:1\.0\.0, to which acme\.org\/shop:1\.0\.0 refers$/);
  });

  test("content without a digest, or out of reach, is named", async () => {
    const { inputs } = await startShop((shop) =>
      signed({
        ...shop,
        resources: [
          ...(shop.resources ?? []).slice(1, 2).map((each) => ({ ...each, digest: undefined })),
          resource(
            "bucket",
            { type: "s3", bucket: "b", key: "k" },
            artifactDigest({ mediaType: "", digest: `sha256:${"0".repeat(64)}`, size: 1 }),
          ),
          resource("nothing", { type: "none" }),
        ],
        sources: [resource("code", { type: "gitHub", repoUrl: "example.test/shop", commit: "c0ffee" })],
        more: {},
        references: ["example.org/cart:1.0.0"],
      }),
    );
    const result = await verify({ ...inputs, recursive: "false" });
    expect(result.code).toBe(0);
    expect(findingsOf(result).map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(
        /^CONTENT_UNCHECKED Not compared with any digest: note of example\.org\/shop:1\.0\.0 \(has no digest\), bucket of .*\), code of example\.org\/shop:1\.0\.0 \(is a source, which no signature pins\), reference cart of example\.org\/shop:1\.0\.0 \(is not followed\)\.$/,
      ),
    ]);
    const followed = await verify(inputs);
    expect(errorsOf(followed)).toEqual(["REFERENCE_UNPINNED"]);
    const unsigned = await verify({ ...inputs, signatures: "" });
    expect(unsigned.code).toBe(0);
    expect(findingsOf(unsigned)[1]?.message).toMatch(
      /reference cart of example\.org\/shop:1\.0\.0 \(has no digest\)\.$/,
    );
    expect(result.stdout).toMatch(/^resource nothing(?::\S+)?: is not verified$/m);
  });
});

describe("a transfer with signatures", () => {
  const transfer = (inputs: Readonly<Record<string, string>>) =>
    runAction({ inputs: { recursive: "true", ...inputs } });
  const wrongKey = `acme=${join(root, "testing/fixtures/signatures/other.pkix.pem")}`;
  const REPOSITORY = "moved/component-descriptors/example.org/shop";

  test("writes nothing of what does not verify", async () => {
    const { inputs } = await startShop();
    const target = await startFakeRegistry();
    const result = await transfer({ ...inputs, signatures: wrongKey, target: `${target.origin}/moved` });
    expect(errorsOf(result)).toEqual(["SIGNATURE_INVALID"]);
    expect(target.requests.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
  });

  test("downloads nothing of it either", async () => {
    const { inputs } = await startShop();
    const output = temporaryFolder();
    const result = await transfer({ ...inputs, command: "download", signatures: wrongKey, output });
    expect(errorsOf(result)).toEqual(["SIGNATURE_INVALID"]);
    expect(readdirSync(output)).toEqual([]);
  });

  test("asks a dry run for them too", async () => {
    const { inputs } = await startShop();
    const result = await transfer({ ...inputs, signatures: wrongKey, target: "./archive", "dry-run": "true" });
    expect(errorsOf(result)).toEqual(["SIGNATURE_INVALID"]);
  });

  test.each(["localBlob", "relativeOciReference", "ociArtifact"])("reads back what it wrote as %s", async (access) => {
    const { registry, inputs } = await startShop();
    const target = await startFakeRegistry();
    const moved = `${target.origin}/moved`;
    const given = { ...inputs, access, target: moved, "consumer-repository": moved };
    const result = await transfer(given);
    expect(result.annotations).toEqual([]);
    const published = target.requests.findLastIndex(({ method }) => method === "PUT");
    const after = target.requests.slice(published + 1);
    const heads = after
      .filter(({ method, kind }) => method === "HEAD" && kind === "blob")
      .map(({ reference }) => reference);
    for (const digest of layersOf(registry)) expect(heads).toContain(digest);
    expect(after).toContainEqual(
      expect.objectContaining({ method: "GET", kind: "manifest", repository: REPOSITORY, reference: "1.0.0" }),
    );
    const again = await transfer(given);
    expect(again.annotations).toEqual([]);
    expect(JSON.parse(again.outputs["component-versions"] ?? "").map(({ state }: { state: string }) => state)).toEqual([
      "unchanged",
      "unchanged",
    ]);
  });

  test.each(["blob", "manifest"] as const)("takes its tags back from a target that loses a %s", async (kind) => {
    const { registry, image, inputs } = await startShop();
    const target = await startFakeRegistry();
    const reference = kind === "blob" ? (layersOf(registry)[0] ?? "") : image.digest;
    let isPublished = false;
    target.inject({
      when: (request) => {
        isPublished ||= request.method === "PUT" && request.repository === REPOSITORY && request.reference === "1.0.0";
        return isPublished && asked({ kind, reference })(request);
      },
      act: { kind: "respond", status: 404 },
    });
    const result = await transfer({ ...inputs, target: `${target.origin}/moved` });
    expect(errorsOf(result)).toEqual(["READ_BACK_DIFFERS"]);
    expect(result.report.error.message).toContain(reference);
    expect(result.report.error.message).toMatch(/; the tags that were set are taken back$/);
    expect(target.tags(REPOSITORY)).toEqual({});
    const states = JSON.parse(result.outputs["component-versions"] ?? "").map(({ state }: { state: string }) => state);
    expect(states).toEqual(["planned", "planned"]);
  });

  test("does not take a lost way for lost content, and takes its tags back all the same", async () => {
    const { registry, inputs } = await startShop();
    const target = await startFakeRegistry();
    let isPublished = false;
    target.inject({
      when: (request) => {
        isPublished ||= request.method === "PUT" && request.repository === REPOSITORY && request.reference === "1.0.0";
        return isPublished && asked({ method: "HEAD", reference: layersOf(registry)[0] ?? "" })(request);
      },
      act: { kind: "reset" },
    });
    const result = await transfer({ ...inputs, target: `${target.origin}/moved`, retries: "1" });
    expect(errorsOf(result)).toEqual(["CONNECTION_LOST"]);
    expect(target.tags(REPOSITORY)).toEqual({});
  });

  test("names the tags that are left where the way to the target is lost for good", async () => {
    const { registry, inputs } = await startShop();
    const target = await startFakeRegistry();
    let [isPublished, isLost] = [false, false];
    target.inject({
      when: (request) => {
        isPublished ||= request.method === "PUT" && request.repository === REPOSITORY && request.reference === "1.0.0";
        isLost ||= isPublished && asked({ method: "HEAD", reference: layersOf(registry)[0] ?? "" })(request);
        return isLost;
      },
      act: { kind: "reset" },
    });
    const result = await transfer({ ...inputs, target: `${target.origin}/moved`, retries: "1" });
    expect(errorsOf(result)).toEqual(["PUBLISHED_IN_PART"]);
    expect(result.report.error.message).toContain(`${REPOSITORY}:1.0.0`);
    expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([{ code: "CONNECTION_LOST" }]);
    expect(Object.keys(target.tags(REPOSITORY))).toEqual(["1.0.0"]);
  });

  test("finds out that what was there before has lost something", async () => {
    const { registry, inputs } = await startShop();
    const target = await startFakeRegistry();
    const given = { ...inputs, target: `${target.origin}/moved` };
    expect((await transfer(given)).code).toBe(0);
    let heads = 0;
    const [layer = ""] = layersOf(registry);
    // The first question is that of the plan, in each of the two repositories.
    target.inject({
      when: (request) =>
        asked({ kind: "blob", reference: layer })(request) && (request.method === "GET" || ++heads > 2),
      act: { kind: "respond", status: 404 },
    });
    const result = await transfer(given);
    expect(errorsOf(result)).toEqual(["READ_BACK_DIFFERS"]);
    expect(result.report.error.message).toMatch(/; it was there before this run, which set no tag$/);
    expect(Object.keys(target.tags(REPOSITORY))).toEqual(["1.0.0"]);
  });

  test("says which tags are left where none can be taken back", async () => {
    const { registry, inputs } = await startShop();
    const target = await startFakeRegistry({ faults: [faults.tagDeletionRefused()] });
    let isPublished = false;
    target.inject({
      when: (request) => {
        isPublished ||= request.method === "PUT" && request.reference === "1.0.0";
        return isPublished && asked({ kind: "blob", reference: layersOf(registry)[0] ?? "" })(request);
      },
      act: { kind: "respond", status: 404 },
    });
    const result = await transfer({ ...inputs, target: `${target.origin}/moved` });
    expect(result.report.error.message).toMatch(
      /could not be taken back: .*moved\/component-descriptors\/example\.org\/shop:1\.0\.0/,
    );
  });

  test.each(["archive", "archive.tgz"])("reads back %s after its commit", async (name) => {
    const path = join(temporaryFolder(), name);
    const { inputs } = await startShop();
    const result = await transfer({ ...inputs, target: path });
    expect(result.annotations).toEqual([]);
    expect(result.stdout).toMatch(/read back and verified at .*: 2 component version/);
    const again = await verify({ ...inputs, "component-versions": `${path}//example.org/shop:1.0.0` });
    expect(again.annotations).toEqual([]);
  });
});
