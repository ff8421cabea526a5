import { randomBytes } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { blobName } from "../../src/oci/blob-name.ts";
import { descriptorOf } from "../../testing/content/content.ts";
import { type MadeVersion, makeCtf } from "../../testing/content/ctf.ts";
import { publicKeyPem, signed } from "../../testing/content/signed.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { registryPlace } from "./place.ts";

afterEach(stopEverything);

const SHOP = "component-descriptors/example.org/shop";
const MEBIBYTE = 1024 * 1024;

const kept = randomBytes(MEBIBYTE);
const replaced = randomBytes(MEBIBYTE / 2);
const added = randomBytes(64 * 1024);
/** Its second version has one blob of the first, and a new one. */
const makeProduct = () =>
  makeCtf([
    { id: "example.org/shop:1.0.0", blobs: [kept, replaced] },
    { id: "example.org/shop:2.0.0", blobs: [kept, added] },
  ]);

const transfer = (versions: string | readonly string[], target: string, inputs: Record<string, string> = {}) =>
  runAction({ inputs: { "component-versions": [versions].flat().join("\n"), target, ...inputs } });
const codesOf = ({ annotations }: ActionResult) => annotations.map(({ title }) => title);
const findingsOf = ({ report }: ActionResult) => report.findings.map(({ code }: { code: string }) => code);
const placeFor = (name: string) => join(temporaryFolder(), name);
const digestOf = (content: Buffer) => descriptorOf(content).digest;
const at = ({ origin }: RealRegistry) => `${origin}/ocm`;
const startTarget = () => startRegistry({ kind: "docker-registry" });

/** Requests that change what others see: a preflight only begins and cancels an upload. */
async function writesTo(registry: RealRegistry): Promise<string[]> {
  const requests = await registry.requests();
  return requests
    .filter(({ method, path }) => method === "PUT" || path.includes("mount="))
    .map(({ method, path }) => `${method} ${path}`);
}

async function passing(run: Promise<ActionResult>): Promise<ActionResult> {
  const result = await run;
  expect({ code: result.code, codes: codesOf(result) }).toEqual({ code: 0, codes: [] });
  return result;
}

const written = new Map<string, Buffer>();
let product: string;
/** The archive of the first version with its inventory, and the second version as deltas of both. */
let base: string;
let inventory: string;
let delta: string;
let deltaOfInventory: string;

function placeFiles(): void {
  product = makeProduct();
  const folder = temporaryFolder();
  [base, inventory] = [join(folder, "base.tgz"), join(folder, "base.json")];
  [delta, deltaOfInventory] = [join(folder, "one.delta.tgz"), join(folder, "other.delta.tgz")];
}

beforeAll(async () => {
  placeFiles();
  await passing(transfer(`${product}//example.org/shop:1.0.0`, base, { "write-inventory": inventory }));
  await passing(transfer(`${product}//example.org/shop:2.0.0`, delta, { base }));
  await passing(transfer(`${product}//example.org/shop:2.0.0`, deltaOfInventory, { base: inventory }));
  for (const path of [base, inventory, delta, deltaOfInventory]) written.set(basename(path), readFileSync(path));
}, 120_000);

beforeEach(() => {
  placeFiles();
  for (const path of [base, inventory, delta, deltaOfInventory]) {
    writeFileSync(path, written.get(basename(path)) ?? "");
  }
});

describe("a delta", () => {
  test("has the new blobs only, and is the same by an archive and by its inventory", () => {
    expect(statSync(delta).size).toBeLessThan(added.length + 16 * 1024);
    expect(readFileSync(deltaOfInventory).equals(readFileSync(delta))).toBe(true);
  });

  test("is reported as one that other tools cannot read", async () => {
    const result = await passing(transfer(`${product}//example.org/shop:2.0.0`, placeFor("shop.delta.tgz"), { base }));
    expect(findingsOf(result)).toContain("DELTA_WRITTEN");
    expect(result.stdout).toContain(`omits 1 blob(s) of ${kept.length} bytes`);
  });

  test("of 5 MB in 200 MB has less than 6 MB", async () => {
    const parts = Array.from({ length: 40 }, () => randomBytes(5_000_000));
    const large = makeCtf([
      { id: "example.org/shop:1.0.0", blobs: parts },
      { id: "example.org/shop:2.0.0", blobs: [randomBytes(5_000_000), ...parts.slice(1)] },
    ]);
    const [before, target] = [placeFor("base.json"), placeFor("shop.delta.tgz")];
    await passing(transfer(`${large}//example.org/shop:1.0.0`, placeFor("base.tar"), { "write-inventory": before }));
    await passing(transfer(`${large}//example.org/shop:2.0.0`, target, { base: before }));
    expect(statSync(target).size).toBeLessThan(6_000_000);
    expect(statSync(target).size).toBeGreaterThan(5_000_000);
  }, 240_000);

  test("completes a registry that has the base, and what is written lists for the next one", async () => {
    const registry = await startTarget();
    const imported = placeFor("imported.json");
    await passing(transfer(base, at(registry)));
    await passing(transfer(delta, at(registry), { "write-inventory": imported }));
    const { blob } = registryPlace(registry.origin, "ocm");
    expect((await blob(SHOP, digestOf(kept))).equals(kept)).toBe(true);
    expect((await blob(SHOP, digestOf(added))).equals(added)).toBe(true);

    const next = makeCtf([{ id: "example.org/shop:3.0.0", blobs: [kept, added, "third"] }]);
    const third = placeFor("third.delta.tar");
    await passing(transfer(next, third, { base: imported }));
    expect(statSync(third).size).toBeLessThan(16 * 1024);
    await passing(transfer(third, at(registry)));
  });

  test("of a delta needs what both omit", async () => {
    const registry = await startTarget();
    const next = makeCtf([{ id: "example.org/shop:3.0.0", blobs: [kept, added, "third"] }]);
    const third = placeFor("third.delta.tgz");
    await passing(transfer(next, third, { base: delta }));
    expect(statSync(third).size).toBeLessThan(16 * 1024);
    await passing(transfer([base, delta, third], at(registry)));
    expect((await registryPlace(registry.origin, "ocm").blob(SHOP, digestOf(kept))).equals(kept)).toBe(true);
  });

  test("is refused, with the list, where the base is missing, and nothing is written", async () => {
    const registry = await startTarget();
    const result = await transfer(delta, at(registry));
    expect(codesOf(result)).toEqual(["BASE_MISSING"]);
    expect(result.annotations[0]?.message).toContain(`${digestOf(kept)} (ocm/${SHOP})`);
    expect(await writesTo(registry)).toEqual([]);

    const folder = placeFor("folder");
    expect(codesOf(await transfer(delta, folder))).toEqual(["BASE_MISSING"]);
    expect(readdirSync(join(folder, ".."))).toEqual([]);
  });

  test("is completed by its base in the same run", async () => {
    const folder = placeFor("folder");
    await passing(transfer([delta, base], folder));
    expect(readFileSync(join(folder, blobName(digestOf(kept)))).equals(kept)).toBe(true);
  });

  test.each(["download", "verify"])("does not take %s for a complete archive", async (command) => {
    const inputs = { command, "component-versions": delta, output: temporaryFolder() };
    expect(codesOf(await runAction({ inputs }))).toEqual(["BASE_MISSING"]);
  });

  test("keeps component versions readable that its base has completely", async () => {
    const target = placeFor("shop.delta.tgz");
    await passing(transfer(product, target, { base, "semver-constraint": "*" }));
    const folder = placeFor("folder");
    await passing(transfer([base, target], folder));
    expect(readdirSync(join(folder, "blobs"))).toContain(digestOf(added).replace(":", "."));
  });
});

describe("what a delta omits", () => {
  const secret = randomBytes(4096);
  const victim: MadeVersion = { id: "acme.org/secret:1.0.0", blobs: [secret] };
  const attacker: MadeVersion = { id: "evil.org/shop:1.0.0", blobs: [secret] };

  /** An archive that refers to the secret without having it. */
  function lackingSecret(versions: readonly MadeVersion[], isDelta: boolean): string {
    const folder = makeCtf(versions);
    const { digest, size } = descriptorOf(secret);
    rmSync(join(folder, blobName(digest)));
    const document = { schemaVersion: 1, omitted: [{ digest, size }] };
    if (isDelta) writeFileSync(join(folder, "delta.json"), JSON.stringify(document));
    return folder;
  }

  test.each([
    ["a delta", "", [attacker], true, "BASE_MISSING"],
    [
      "a delta",
      " that names the other component too",
      [{ ...victim, id: "acme.org/secret:2.0.0" }, attacker],
      true,
      "BASE_MISSING",
    ],
    [
      "an incomplete archive",
      " that names the other component too",
      [{ ...victim, id: "acme.org/secret:2.0.0" }, attacker],
      false,
      "BLOB_UNKNOWN",
    ],
  ])("is not taken from a private repository for %s%s", async (_, __, versions, isDelta, code) => {
    const registry = await startTarget();
    await passing(transfer(makeCtf([victim]), at(registry)));
    const before = await writesTo(registry);
    const result = await transfer(lackingSecret(versions, isDelta), at(registry));
    expect(codesOf(result)).toEqual([code]);
    expect(result.annotations[0]?.message).toContain(`${digestOf(secret)} (ocm/component-descriptors/evil.org/shop)`);
    expect(await writesTo(registry)).toEqual(before);
  });

  test("is not taken from another component of an archive", async () => {
    const target = placeFor("target.tgz");
    await passing(transfer(makeCtf([victim]), target));
    const before = readFileSync(target);
    expect(codesOf(await transfer(lackingSecret([attacker], true), target))).toEqual(["BASE_MISSING"]);
    expect(readFileSync(target).equals(before)).toBe(true);
  });

  test("is mounted from a repository that the receiver names", async () => {
    const registry = await startTarget();
    await passing(transfer(makeCtf([victim]), at(registry)));
    const repositories = { "base-repositories": "ocm/component-descriptors/acme.org/secret" };
    await passing(transfer(lackingSecret([attacker], true), at(registry), repositories));
    const { blob } = registryPlace(registry.origin, "ocm");
    expect((await blob("component-descriptors/evil.org/shop", digestOf(secret))).equals(secret)).toBe(true);
  });
});

describe("with signatures", () => {
  const name = "example.org/shop";
  let signatures: Record<string, string>;
  beforeEach(() => {
    const key = placeFor("acme.pem");
    writeFileSync(key, publicKeyPem);
    signatures = { signatures: `acme=${key}` };
  });
  const pinned = (content: Buffer) => ({
    digest: {
      hashAlgorithm: "SHA-256",
      normalisationAlgorithm: "genericBlobDigest/v1",
      value: digestOf(content).replace("sha256:", ""),
    },
  });
  const made = (version: string, contents: readonly Buffer[]): MadeVersion => {
    const resources = contents.map((content, index) => ({
      name: `part-${index}`,
      version,
      type: "blob",
      relation: "local",
      access: { type: "localBlob", localReference: digestOf(content), mediaType: "application/octet-stream" },
      ...pinned(content),
    }));
    const layers = contents.map((content) => descriptorOf(content));
    return { ...signed({ name, version, resources, layers }), id: `${name}:${version}` };
  };

  async function importedBase(): Promise<{ readonly registry: RealRegistry; readonly delta: string }> {
    const folder = makeCtf([made("1.0.0", [kept]), made("2.0.0", [kept, added])], { blobs: [kept, added] });
    const [before, target] = [placeFor("base.tgz"), placeFor("shop.delta.tgz")];
    await passing(transfer(`${folder}//${name}:1.0.0`, before, signatures));
    await passing(transfer(`${folder}//${name}:2.0.0`, target, { ...signatures, base: before }));
    const registry = await startTarget();
    await passing(transfer(before, at(registry), signatures));
    return { registry, delta: target };
  }

  test("a delta is written, read back and transferred", async () => {
    const { registry, delta: archive } = await importedBase();
    await passing(transfer(archive, at(registry), signatures));
  });

  test("omitted blobs are read at the target, and other content is refused before anything is written", async () => {
    const { registry, delta: archive } = await importedBase();
    const [, hex = ""] = digestOf(kept).split(":");
    const data = join(registry.storage, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data");
    const other = Buffer.from(kept);
    other.writeUInt8(1 ^ other.readUInt8(4096), 4096);
    writeFileSync(data, other);
    const before = await writesTo(registry);
    expect(codesOf(await transfer(archive, at(registry), signatures))).toEqual(["DIGEST_MISMATCH"]);
    expect(await writesTo(registry)).toEqual(before);
  });
});

describe("a base", () => {
  const file = (text: string) => {
    const path = placeFor("base.json");
    writeFileSync(path, text);
    return path;
  };

  test.each([
    ["a missing file", () => placeFor("missing.json")],
    ["no JSON", () => file("no inventory")],
    ["JSON of another kind", () => file("{}")],
    ["an inventory of another version", () => file('{"schemaVersion":2,"repositories":[]}')],
    ["a name that leads out", () => file('{"schemaVersion":1,"repositories":[{"name":"../a","blobs":[]}]}')],
    [
      "an invalid digest",
      () => file('{"schemaVersion":1,"repositories":[{"name":"a","blobs":[{"digest":"sha256:../x","size":1}]}]}'),
    ],
    ["a digest with two sizes", () => file('{"schemaVersion":1,"schemaVersion":1,"repositories":[]}')],
  ])("of %s is refused", async (_, path) => {
    const target = placeFor("shop.delta.tgz");
    const result = await transfer(`${product}//example.org/shop:2.0.0`, target, { base: path() });
    expect(codesOf(result)).toEqual(["INVENTORY_MALFORMED"]);
    expect(readdirSync(join(target, ".."))).toEqual([]);
  });

  test("of a repository that lacks a blob leaves it in the archive", async () => {
    const other = makeCtf([
      { id: "example.org/shop:2.0.0", blobs: [kept] },
      { id: "example.org/till:1.0.0", blobs: [kept] },
    ]);
    const target = placeFor("both.delta.tgz");
    await passing(transfer(other, target, { base, "semver-constraint": "*" }));
    expect(statSync(target).size).toBeGreaterThan(kept.length);
    await passing(transfer(target, placeFor("folder")));
  });

  test("that is extended stays a delta", async () => {
    const target = placeFor("shop.delta.tgz");
    cpSync(delta, target);
    const more = makeCtf([{ id: "example.org/till:1.0.0", blobs: ["till"] }]);
    await passing(transfer(more, target, { base }));
    expect(codesOf(await transfer(target, placeFor("folder")))).toEqual(["BASE_MISSING"]);
  });

  test.each(["shop.tgz", "shop.delta", "registry.test/ocm"])("is an error with the target %s", async (target) => {
    const result = await transfer(`${product}//example.org/shop:2.0.0`, target, { base });
    expect(codesOf(result)).toEqual(["INPUT_INVALID"]);
  });
});
