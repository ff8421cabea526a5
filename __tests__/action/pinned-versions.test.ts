import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, type ComponentOptions, resource } from "../../testing/content/content.ts";
import { makeCtf } from "../../testing/content/ctf.ts";
import { blobDigest, publicKeyPem, signed } from "../../testing/content/signed.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "example.org/shop";
const HOME = `ocm/component-descriptors/${SHOP}`;
const errorsOf = ({ annotations }: ActionResult) =>
  annotations.filter(({ level }) => level === "error").map(({ title }) => title);
const versionsOf = ({ outputs }: ActionResult): { version: string; state: string; resources: { name: string }[] }[] =>
  JSON.parse(outputs["component-versions"] ?? "");
const notesOf = (result: ActionResult): string[] =>
  versionsOf(result).flatMap(({ resources }) => resources.map(({ name }) => name));
const sha = (content: string | Buffer, algorithm: "sha256" | "sha512") =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;

/** A component version with one note, which is named after its text. */
function addNote(registry: FakeRegistry, text: string, more: ComponentOptions = {}, sign = signed) {
  const note = registry.addBlob(HOME, text, "text/plain");
  const access = { type: "localBlob", localReference: note.digest, mediaType: "text/plain" };
  const resources = [resource(text, access, blobDigest(note))];
  return addComponentVersion(registry, sign({ name: SHOP, path: "ocm", resources, layers: [note], ...more }));
}

function keyFile(): string {
  const path = join(temporaryFolder(), "key.pem");
  writeFileSync(path, publicKeyPem);
  return path;
}

/** The tag leads to the second of two component versions of one name and version. */
async function startMoved() {
  const registry = await startFakeRegistry();
  const first = addNote(registry, "first");
  const second = addNote(registry, "second");
  return { registry, first, second, line: `${registry.origin}/ocm//${SHOP}` };
}

describe.each(["transfer", "download", "verify", "preflight"])("%s of what is pinned", (command) => {
  const run = (line: string, more: Record<string, string> = {}) =>
    runAction({
      inputs: {
        command,
        "component-versions": line,
        ...(command === "transfer" ? { target: join(temporaryFolder(), "target") } : {}),
        ...(command === "download" ? { output: temporaryFolder() } : {}),
        ...more,
      },
    });

  test.each([":1.0.0", ""])(
    "by its manifest, the version being written as %j: no tag is asked for",
    async (version) => {
      const { registry, first, line } = await startMoved();
      const result = await run(`${line}${version}@${first.digest}`, { signatures: `acme=${keyFile()}` });
      expect(result.annotations).toEqual([]);
      expect(result.code).toBe(0);
      if (command !== "preflight") expect(notesOf(result)).toEqual(["first"]);
      const references = registry.requests.filter(({ kind }) => kind === "manifest").map(({ reference }) => reference);
      expect([...new Set(references)]).toEqual([first.digest]);
      expect(registry.requests.filter(({ kind }) => kind === "tags")).toEqual([]);
    },
  );

  test.each<[string, string, (place: Awaited<ReturnType<typeof startMoved>>) => string]>([
    ["another version", "DESCRIPTOR_MISPLACED", ({ line, first }) => `${line}:1.0.1@${first.digest}`],
    ["nothing", "COMPONENT_VERSION_UNKNOWN", ({ line }) => `${line}:1.0.0@sha256:${"0".repeat(64)}`],
    ["a digest that is cut", "REFERENCE_MALFORMED", ({ line, first }) => `${line}@${first.digest.slice(0, -1)}`],
  ])("to %s is %s", async (_, code, lineOf) => {
    const result = await run(lineOf(await startMoved()));
    expect(errorsOf(result)).toEqual([code]);
  });
});

describe("an archive", () => {
  const indexOf = (folder: string) => JSON.parse(readFileSync(join(folder, "artifact-index.json"), "utf8"));
  const blobIn = (folder: string, digest: string) => join(folder, "blobs", digest.replace(":", "."));

  test.each(["a folder", "a .tgz"])("as %s: the manifest that has no tag any more is read", async (form) => {
    const id = `${SHOP}:1.0.0`;
    const folder = makeCtf(
      ["first", "second"].map((text) => ({ id, blobs: [text] })),
      {
        index: ({ artifacts: [{ tag: _, ...first }, second], ...index }) => ({ ...index, artifacts: [first, second] }),
      },
    );
    const packed = join(temporaryFolder(), "shop.tgz");
    execFileSync("tar", ["-czf", packed, "-C", folder, "artifact-index.json", "blobs"]);
    const output = temporaryFolder();
    const line = `${form === "a folder" ? folder : packed}//${SHOP}:1.0.0@${indexOf(folder).artifacts[0].digest}`;
    const result = await runAction({ inputs: { command: "download", "component-versions": line, output } });
    expect(result.annotations).toEqual([]);
    expect(JSON.parse(result.outputs.files ?? "").map(({ digest }: { digest: string }) => digest)).toEqual([
      sha("first", "sha256"),
    ]);
  });

  test("by a digest of SHA-512", async () => {
    const folder = makeCtf([{ id: `${SHOP}:1.0.0` }]);
    const index = indexOf(folder);
    const content = readFileSync(blobIn(folder, index.artifacts[0].digest));
    const digest = sha(content, "sha512");
    writeFileSync(blobIn(folder, digest), content);
    index.artifacts[0].digest = digest;
    writeFileSync(join(folder, "artifact-index.json"), JSON.stringify(index));
    const result = await runAction({
      inputs: { command: "verify", "component-versions": `${folder}//${SHOP}@${digest}` },
    });
    expect(result.annotations).toEqual([]);
    expect(versionsOf(result).map(({ version }) => version)).toEqual(["1.0.0"]);
  });
});

test("a registry that takes digests of SHA-512 is asked for them, and has to send what they say", async () => {
  const registry = await startFakeRegistry();
  const { digest, mediaType } = addNote(registry, "first");
  const content = registry.manifest(HOME, digest)?.content ?? Buffer.alloc(0);
  const reference = sha(content, "sha512");
  const answerWith = (body: Buffer) =>
    registry.inject({
      when: asked({ kind: "manifest", reference }),
      act: { kind: "respond", status: 200, headers: { "content-type": mediaType }, body: body.toString() },
    });
  const inputs = { command: "verify", "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0@${reference}` };
  answerWith(content);
  expect((await runAction({ inputs })).annotations).toEqual([]);
  registry.heal();
  answerWith(Buffer.concat([content, Buffer.from(" ")]));
  expect(errorsOf(await runAction({ inputs }))).toEqual(["DIGEST_MISMATCH"]);
});

withParts(["distribution", "docker-registry"], "a real registry", () => {
  test.each(["distribution", "docker-registry"] as const)(
    "(%s) has the manifest under its digest still when the tag has moved",
    async (kind) => {
      const registry = await startRegistry({ kind });
      const target = `${registry.origin}/ocm`;
      const write = (text: string) =>
        runAction({
          inputs: {
            "component-versions": `${makeCtf([{ id: `${SHOP}:1.0.0`, blobs: [text] }])}//${SHOP}:1.0.0`,
            target,
            existing: "overwrite",
          },
        });
      expect((await write("first")).code).toBe(0);
      const head = await fetch(`${registry.origin}/v2/${HOME}/manifests/1.0.0`, {
        method: "HEAD",
        headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
      });
      expect((await write("second")).code).toBe(0);
      const output = temporaryFolder();
      const line = `${target}//${SHOP}:1.0.0@${head.headers.get("docker-content-digest")}`;
      const result = await runAction({ inputs: { command: "download", "component-versions": line, output } });
      expect(result.annotations).toEqual([]);
      expect(JSON.parse(result.outputs.files ?? "")).toMatchObject([{ digest: sha("first", "sha256") }]);
    },
  );
});

describe("a line that pins beside one that names", () => {
  test.each<[string, boolean, string[]]>([
    ["what the tag leads to: one component version", true, []],
    ["another component version: an error", false, ["COMPONENT_DIGEST_DIFFERS"]],
  ])("%s", async (_, isSame, codes) => {
    const { line, first, second } = await startMoved();
    const pinned = `${line}@${(isSame ? second : first).digest}`;
    for (const lines of [
      [pinned, `${line}:1.0.0`],
      [`${line}:1.0.0`, pinned],
    ]) {
      const inputs = { command: "verify", "component-versions": lines.join("\n") };
      const result = await runAction({ inputs });
      expect(errorsOf(result)).toEqual(codes);
      expect(versionsOf(result)).toHaveLength(isSame ? 1 : 0);
    }
  });
});

describe("a target that is its own source", () => {
  const repair = (registry: FakeRegistry, digest: string, more: Record<string, string> = {}) =>
    runAction({
      inputs: {
        "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0@${digest}`,
        target: `${registry.origin}/ocm`,
        ...more,
      },
    });

  test("whose tag leads elsewhere by now is not taken for what is pinned", async () => {
    const { registry, first, second } = await startMoved();
    expect(errorsOf(await repair(registry, first.digest))).toEqual(["COMPONENT_DIGEST_DIFFERS"]);
    expect(registry.tags(HOME)).toEqual({ "1.0.0": second.digest });
  });

  test("that has lost the tag gets it back", async () => {
    const { registry, first } = await startMoved();
    await fetch(`${registry.origin}/v2/${HOME}/manifests/1.0.0`, { method: "DELETE" });
    expect(registry.tags(HOME)).toEqual({});
    expect((await repair(registry, first.digest)).annotations).toEqual([]);
    const inputs = { command: "verify", "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0` };
    expect(notesOf(await runAction({ inputs }))).toEqual(["first"]);
  });

  test("gets the tag back to what is pinned where that is asked for", async () => {
    const { registry, first } = await startMoved();
    const result = await repair(registry, first.digest, { existing: "overwrite" });
    expect(result.annotations).toEqual([]);
    expect(notesOf(result)).toEqual(["first"]);
    const verified = await runAction({
      inputs: { command: "verify", "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0` },
    });
    expect(notesOf(verified)).toEqual(["first"]);
  });
});

test.each(["127.0.0.1:1/ocm", "./folder", "./shop.tgz"])(
  "a target with a digest (%s) is an input error",
  async (to) => {
    const { line } = await startMoved();
    const target = `${to}@sha256:${"a".repeat(64)}`;
    const result = await runAction({ inputs: { "component-versions": `${line}:1.0.0`, target } });
    expect(errorsOf(result)).toEqual(["REFERENCE_MALFORMED"]);
    expect(result.annotations[0]?.message).toContain("can pin a component version only");
  },
);

describe("a tag of a signed component version", () => {
  const tag = (registry: FakeRegistry, { digest, mediaType }: { digest: string; mediaType: string }, name: string) =>
    registry.addManifest(HOME, registry.manifest(HOME, digest)?.content ?? Buffer.alloc(0), { mediaType, tag: name });

  test.each<[string, string, string, string]>([
    ["1.2", "1.2.0", "VERSION_ALIASED", "is an alias of 1.2.0"],
    ["v1", "1.2.0", "VERSION_ALIASED", "is an alias of 1.2.0"],
    ["0.0.1-2025.build-af79", "0.0.1-2025+af79", "VERSION_ALIASED", "has the tag of version 0.0.1-2025+af79"],
    ["1.3.0", "1.2.0", "DESCRIPTOR_MISPLACED", `has the descriptor of ${SHOP}:1.2.0`],
  ])("%s is no answer to who asks for it as a version: it is that of %s", async (asked_, version, code, message) => {
    const registry = await startFakeRegistry();
    tag(registry, addNote(registry, "first", { version }), asked_);
    for (const command of ["transfer", "download", "verify"]) {
      const result = await runAction({
        inputs: {
          command,
          "component-versions": `${registry.origin}/ocm//${SHOP}:${asked_}`,
          signatures: `acme=${keyFile()}`,
          target: join(temporaryFolder(), "target"),
          output: temporaryFolder(),
        },
      });
      expect(errorsOf(result)).toEqual([code]);
      expect(result.annotations[0]?.message).toContain(message);
    }
  });

  test("is no answer to a reference either, and both ends are named", async () => {
    const registry = await startFakeRegistry();
    tag(registry, addNote(registry, "first", { version: "1.2.0" }), "1.2");
    const cart = { name: "example.org/cart", path: "ocm", references: [`${SHOP}:1.2`] };
    addComponentVersion(registry, cart);
    const result = await runAction({
      inputs: {
        command: "verify",
        "component-versions": `${registry.origin}/ocm//example.org/cart:1.0.0`,
        recursive: "true",
      },
    });
    expect(errorsOf(result)).toEqual(["VERSION_ALIASED"]);
    expect(result.annotations[0]?.message).toMatch(
      /is an alias of 1\.2\.0, to which example\.org\/cart:1\.0\.0 refers/,
    );
  });

  test("at the target is not written over unless that is asked for", async () => {
    const registry = await startFakeRegistry();
    const target = await startFakeRegistry();
    addNote(registry, "short", { version: "1.2" });
    const there = addNote(target, "long", { version: "1.2.0" });
    tag(target, there, "1.2");
    const inputs = { "component-versions": `${registry.origin}/ocm//${SHOP}:1.2`, target: `${target.origin}/ocm` };
    expect(errorsOf(await runAction({ inputs }))).toEqual(["VERSION_ALIASED"]);
    expect(target.tags(HOME)).toEqual({ "1.2.0": there.digest, "1.2": there.digest });
    expect(errorsOf(await runAction({ inputs: { ...inputs, existing: "overwrite" } }))).toEqual([]);
    expect(target.tags(HOME)["1.2.0"]).toBe(there.digest);
    expect(target.tags(HOME)["1.2"]).not.toBe(there.digest);
  });
});

describe("S28: a source whose tag moves to what nobody signed while the run is under way", () => {
  /** From its second answer on, the tag leads to the other manifest. */
  async function startMoving() {
    const { registry, first } = await startMoved();
    const unsigned = addNote(registry, "evil", {}, (options) => options);
    const manifest = (digest: string) => registry.manifest(HOME, digest)?.content.toString() ?? "";
    const answer = (digest: string, times?: number) =>
      registry.inject({
        when: asked({ kind: "manifest", repository: HOME, reference: "1.0.0" }),
        ...(times === undefined ? {} : { times }),
        act: {
          kind: "respond",
          status: 200,
          headers: { "content-type": first.mediaType },
          body: manifest(digest),
        },
      });
    answer(first.digest, 1);
    answer(unsigned.digest);
    return registry;
  }

  test.each(["transfer", "download", "verify"])("%s goes on with what it has verified", async (command) => {
    const registry = await startMoving();
    const target = await startFakeRegistry();
    const result = await runAction({
      inputs: {
        command,
        "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0`,
        signatures: `acme=${keyFile()}`,
        target: `${target.origin}/ocm`,
        output: temporaryFolder(),
      },
    });
    expect(result.annotations).toEqual([]);
    expect(notesOf(result)).toEqual(["first"]);
    expect(registry.requests.filter(({ reference }) => reference === "1.0.0")).toHaveLength(1);
    expect(target.blob(HOME, sha("evil", "sha256"))).toBeUndefined();
  });

  test("a transfer whose preflight was blocked on the way, too", async () => {
    const registry = await startMoving();
    const isNote = asked({ kind: "blob", reference: sha("first", "sha256") });
    registry.inject({ when: isNote, times: 6, act: { kind: "reset" } });
    const target = await startFakeRegistry();
    const result = await runAction({
      inputs: {
        "component-versions": `${registry.origin}/ocm//${SHOP}:1.0.0`,
        signatures: `acme=${keyFile()}`,
        target: `${target.origin}/ocm`,
        "preflight-mode": "warn",
      },
    });
    expect(errorsOf(result)).toEqual([]);
    expect(result.annotations.map(({ title }) => title)).toEqual(["CONNECTION_LOST"]);
    expect(notesOf(result)).toEqual(["first"]);
    expect(target.blob(HOME, sha("evil", "sha256"))).toBeUndefined();
  });
});
