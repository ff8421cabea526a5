import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import { retryStream } from "../../../src/stores/retry-stream.ts";
import { withFallback } from "../../../src/transfer/target/fallback.ts";
import { copy } from "../../../src/transfer/write/copy.ts";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault, faults } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer } from "../run-transfer.ts";

afterEach(stopEverything);

const ATTEMPTS = 3;

const unavailable = (when: Fault["when"], times?: number): Fault => ({
  when,
  ...(times === undefined ? {} : { times }),
  act: { kind: "respond", status: 503 },
});

/** A registry with faults, a client that tries three times, and the requests of a kind that came. */
async function scene(...given: readonly Fault[]) {
  const fake = await startFakeRegistry({ faults: given });
  const repository = openRegistry(fake.host, { attempts: ATTEMPTS }).repository("a");
  const count = (method: string, kind: string) =>
    fake.requests.filter((request) => request.method === method && request.kind === kind).length;
  return { fake, repository, count };
}

describe("three attempts are three requests", () => {
  const small = Buffer.from("a layer");
  const large = Buffer.alloc(5 * 1024 * 1024);

  test.each([
    ["small", small],
    ["large", large],
  ])("for a %s blob that is never available", async (_, content) => {
    const { fake, repository, count } = await scene(unavailable(asked({ method: "GET", kind: "blob" })));
    const blob = fake.addBlob("a", content);
    const read = async () => bytesOf(await repository.fetch(blobOf(content)));
    await expect(retryStream(ATTEMPTS, read)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect([count("GET", "blob"), blob.size]).toEqual([ATTEMPTS, content.length]);
  });

  test("for a blob that is unavailable, breaks off, and is unavailable again", async () => {
    const when = asked({ method: "GET", kind: "blob" });
    const { fake, repository, count } = await scene(
      unavailable(when, 1),
      { when, times: 1, act: { kind: "truncate", after: 1000 } },
      unavailable(when),
    );
    fake.addBlob("a", large);
    const read = async () => bytesOf(await repository.fetch(blobOf(large)));
    await expect(retryStream(ATTEMPTS, read)).rejects.toMatchObject({ status: 503 });
    expect(count("GET", "blob")).toBe(ATTEMPTS);
  });

  test.each(["POST", "PUT"])("for a push whose %s is never accepted", async (method) => {
    const { repository, count } = await scene(unavailable(asked({ method, kind: "upload" })));
    const push = () => repository.push(blobOf(small), Readable.from([small]));
    await expect(retryStream(ATTEMPTS, push)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect(count(method, "upload")).toBe(ATTEMPTS);
  });

  test("for a token that is never issued", async () => {
    const fake = await startFakeRegistry({ auth: { kind: "bearer" }, faults: [unavailable(asked({ kind: "token" }))] });
    fake.addBlob("a", small);
    const repository = openRegistry(fake.host, { attempts: ATTEMPTS }).repository("a");
    const read = () => repository.fetch(blobOf(small));
    await expect(retryStream(ATTEMPTS, read)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect(fake.requests.filter(({ kind }) => kind === "token")).toHaveLength(ATTEMPTS);
  });

  test("for a token and the blob behind it together", async () => {
    const fake = await startFakeRegistry({
      auth: { kind: "bearer" },
      faults: [unavailable(asked({ kind: "token" }), 1)],
    });
    fake.addBlob("a", small);
    const repository = openRegistry(fake.host, { attempts: ATTEMPTS }).repository("a");
    const isBehindToken = ({ headers }: { headers: { authorization?: string | undefined } }) =>
      headers.authorization !== undefined;
    fake.inject(unavailable((request) => request.kind === "blob" && isBehindToken(request)));
    const read = () => repository.fetch(blobOf(small));
    await expect(retryStream(ATTEMPTS, read)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    const blobs = fake.requests.filter((request) => request.kind === "blob" && isBehindToken(request));
    const tokens = fake.requests.filter(({ kind }) => kind === "token");
    expect([tokens.map(({ status }) => status), blobs.length]).toEqual([[503, 200], ATTEMPTS - 1]);
  });

  test("for a mount and the upload in its place together", async () => {
    const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
    for (const name of ["one", "two"]) {
      addImage(source, `images/${name}`, { tag: "1", layers: ["shared"] });
      const access = { type: "ociArtifact", imageReference: `far.test/images/${name}:1` };
      addComponentVersion(source, { name: `acme.org/${name}`, resources: [resource(name, access)] });
    }
    const registry = openRegistry(target.host, { attempts: ATTEMPTS });
    const { plan } = await planTransfer({
      source: openRegistry(source.host, { isWritten: false }),
      target,
      registry,
      wanted: ["acme.org/one:1.0.0", "acme.org/two:1.0.0"],
    });
    const mount = plan.steps.find(({ kind }) => kind === "mount");
    if (mount === undefined) throw new Error("nothing is mounted");
    const isBegun = asked({ method: "POST", kind: "upload" });
    target.inject(unavailable(isBegun));
    const options = { target: registry, concurrency: 1, attempts: ATTEMPTS, onBytes: () => {}, onDone: () => {} };
    const copying = copy({ ...plan, comparables: [], steps: [{ ...mount, needs: [] }] }, options);
    await expect(copying).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    const begun = target.requests.filter(isBegun);
    expect(begun.map(({ query }) => query.has("mount"))).toEqual([true, true, false]);
  });

  test("for an artifact set that is packed for a fallback", async () => {
    const source = await startFakeRegistry();
    addImage(source, "images/one", { tag: "1", layers: ["layer"] });
    const access = { type: "ociArtifact", imageReference: "far.test/images/one:1" };
    addComponentVersion(source, { resources: [resource("one", access)] });
    const from = openRegistry(source.host, { isWritten: false, attempts: ATTEMPTS });
    const { gathered } = await planTransfer({ source: from, target: await startFakeRegistry() });
    const { digest } = blobOf("layer");
    source.inject(unavailable(asked({ method: "GET", kind: "blob", reference: digest })));
    const packing = withFallback(gathered, {
      form: "artifact-set",
      refused: "index",
      folder: temporaryFolder(),
      attempts: ATTEMPTS,
    });
    await expect(packing).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect(source.requests.filter(({ reference }) => reference === digest)).toHaveLength(ATTEMPTS);
  });
});

test("Retry-After of a refused upload is waited for, and no longer than two minutes", async () => {
  const when = asked({ method: "PUT", kind: "upload" });
  const { repository, count } = await scene(
    faults.tooManyRequests("1", 1, when),
    faults.tooManyRequests("3600", 9, when),
  );
  const content = Buffer.from("a layer");
  const started = performance.now();
  const push = () => repository.push(blobOf(content), Readable.from([content]));
  await expect(retryStream(ATTEMPTS, push)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  expect(performance.now() - started).toBeGreaterThan(900);
  expect(count("PUT", "upload")).toBe(2);
});
