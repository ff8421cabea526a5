import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { bytesOf, readContent } from "../../../src/oci/content.ts";
import { type Descriptor, DOCKER_MANIFEST, MAX_MANIFEST_BYTES, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction, faults, ociError } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const config = blobOf("{}");
const layer = blobOf("a layer");
const image = manifestOf(config, layer);
const unknown = blobOf("unknown");
const anything = () => true;

let fake: FakeRegistry;
let repository: RemoteRepository;
beforeEach(async () => {
  fake = await startFakeRegistry();
  fake.addBlob("a/b", "{}");
  fake.addBlob("a/b", "a layer");
  fake.addManifest("a/b", image.content, { mediaType: OCI_MANIFEST, tag: "1" });
  repository = openRegistry(fake.host).repository("a/b");
});

const read = async (target: Descriptor) => String(await bytesOf(await repository.fetch(target)));

describe("a manifest", () => {
  test.each(["1", image.descriptor.digest])("is found by %s, and read once", async (reference) => {
    expect(await repository.resolve(reference)).toEqual(image.descriptor);
    expect(await read(image.descriptor)).toBe(String(image.content));
    expect(await repository.resolve(image.descriptor.digest)).toEqual(image.descriptor);
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]?.headers.accept).toContain(DOCKER_MANIFEST);
  });

  test("that many want at once is asked for once, and again after a failure", async () => {
    const refused: FaultAction = { kind: "respond", status: 403, body: ociError("DENIED", "not now") };
    fake.inject({ when: asked({ kind: "manifest" }), times: 1, act: refused });
    const both = () => Promise.allSettled([1, 2].map(() => repository.resolve(image.descriptor.digest)));
    expect((await both()).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(fake.requests).toHaveLength(1);
    expect((await both()).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    expect(fake.requests).toHaveLength(2);
  });

  test("under a tag is asked for anew, since tags move", async () => {
    await repository.resolve("1");
    const moved = fake.addManifest("a/b", manifestOf(config).content, { mediaType: OCI_MANIFEST, tag: "1" });
    expect((await repository.resolve("1")).digest).toBe(moved.digest);
  });

  test.each(["2", unknown.digest])("that is not there is said so: %s", async (reference) => {
    await expect(repository.resolve(reference)).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
      status: 404,
      where: fake.host,
      message: expect.stringContaining(`${reference} of ${fake.host}/a/b`),
      registryCodes: ["MANIFEST_UNKNOWN"],
    });
  });

  test("under a tag is refused where the registry names another digest than that of its content", async () => {
    fake.inject({ when: anything, act: { kind: "headers", headers: { "docker-content-digest": unknown.digest } } });
    await expect(repository.resolve("1")).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: expect.stringContaining(unknown.digest),
    });
    expect(await repository.exists(image.descriptor)).toBe(false);
  });

  test.each([
    ["no digest", undefined],
    ["an invalid digest", "sha256:0"],
    ["its digest by another algorithm", `sha512:${createHash("sha512").update(image.content).digest("hex")}`],
  ])("is read where the registry names %s", async (_, digest) => {
    fake.inject({ when: anything, act: { kind: "headers", headers: { "docker-content-digest": digest } } });
    expect(await repository.resolve("1")).toEqual(image.descriptor);
    expect(await repository.exists(image.descriptor)).toBe(true);
  });

  test("that is another than asked for is refused", async () => {
    fake.inject(faults.lyingManifest(image.descriptor.digest));
    await expect(repository.resolve(image.descriptor.digest)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    await expect(read(image.descriptor)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  test("of another size than its descriptor says is refused", async () => {
    const size = image.descriptor.size + 1;
    await expect(read({ ...image.descriptor, size })).rejects.toMatchObject({ code: "SIZE_MISMATCH" });
  });

  test("that breaks off is asked for again", async () => {
    const patient = openRegistry(fake.host, { attempts: 2 }).repository("a/b");
    fake.inject({ when: anything, times: 1, act: { kind: "truncate", after: 3 } });
    expect(await patient.resolve("1")).toEqual(image.descriptor);
    fake.inject({ when: anything, times: 1, act: { kind: "truncate", after: 3 } });
    await expect(repository.resolve("1")).rejects.toMatchObject({ name: "HopError", phase: "body" });
  });

  test.each(["text/plain", `${OCI_MANIFEST}; charset=utf-8`])("is what it says it is under %s", async (type) => {
    fake.inject({ when: anything, act: { kind: "headers", headers: { "content-type": type } } });
    expect(await repository.resolve("1")).toEqual(image.descriptor);
  });

  test("under a type that it contradicts keeps that type, for its reader to refuse", async () => {
    fake.inject({ when: anything, act: { kind: "headers", headers: { "content-type": DOCKER_MANIFEST } } });
    expect((await repository.resolve("1")).mediaType).toBe(DOCKER_MANIFEST);
  });

  test("has a limit", async () => {
    const large = Buffer.alloc(MAX_MANIFEST_BYTES + 1, " ");
    fake.inject({ when: anything, act: { kind: "lie", body: large } });
    await expect(repository.resolve("1")).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  });
});

describe("what others wrote", () => {
  test.each(["", "..", "a/../b", "A/b", "a b", "a?x=y", "a#b", "a/", "/a", "a//b", "a%2fb", "x".repeat(256)])(
    "is no repository: %j",
    (name) => {
      expect(() => openRegistry(fake.host).repository(name)).toThrow(
        expect.objectContaining({ code: "REFERENCE_MALFORMED" }),
      );
    },
  );

  test.each(["", "..", "../blobs/x", "1?x=y", "1#2", "1\n::add-mask::2", "sha256:abc", "x".repeat(129)])(
    "is neither tag nor digest: %j",
    async (reference) => {
      await expect(repository.resolve(reference)).rejects.toMatchObject({
        code: "REFERENCE_MALFORMED",
        message: expect.not.stringMatching(/\n|::/),
      });
      expect(fake.requests).toEqual([]);
    },
  );

  test("in one repository says nothing of another", async () => {
    await repository.resolve("1");
    const other = repository.store.repository("a/c");
    await expect(other.resolve(image.descriptor.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });
});

describe("small content", () => {
  test("is read whole", async () => {
    expect(String(await readContent(repository, layer))).toBe("a layer");
  });

  test("that claims to be large is not even asked for", async () => {
    await expect(readContent(repository, layer, undefined, 6)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
    expect(fake.requests).toEqual([]);
  });
});

describe("a blob", () => {
  test("is read, and asked for by its digest", async () => {
    expect(await read(layer)).toBe("a layer");
    expect(fake.requests.map(({ path }) => path)).toEqual([`/v2/a/b/blobs/${layer.digest}`]);
  });

  test.each<[string, FaultAction, object]>([
    ["other bytes", { kind: "lie" }, { code: "DIGEST_MISMATCH" }],
    ["too few", { kind: "respond", status: 200, body: "a lay" }, { code: "SIZE_MISMATCH" }],
    ["too many", { kind: "respond", status: 200, body: "a layer and more" }, { code: "SIZE_MISMATCH" }],
    ["nothing", { kind: "respond", status: 200, body: "" }, { code: "SIZE_MISMATCH" }],
    ["a broken-off answer", { kind: "truncate", after: 3 }, { name: "HopError", phase: "body", timedOut: false }],
    ["half an answer", { kind: "stall", after: 3 }, { name: "HopError", phase: "body", timedOut: true }],
  ])("fails while it is read: %s", async (_, act, failure) => {
    fake.inject({ when: anything, act });
    repository = openRegistry(fake.host, act.kind === "stall" ? { stallTimeout: 300 } : {}).repository("a/b");
    await expect(read(layer)).rejects.toMatchObject(failure);
  });

  test("that is small is asked for again where it breaks off", async () => {
    const patient = openRegistry(fake.host, { attempts: 2 }).repository("a/b");
    fake.inject({ when: anything, times: 1, act: { kind: "truncate", after: 3 } });
    expect(String(await bytesOf(await patient.fetch(layer)))).toBe("a layer");
  });

  test("that is large fails while it is read", async () => {
    const large = fake.addBlob("a/b", Buffer.alloc(6_000_000)) as Descriptor;
    fake.inject({ when: anything, act: { kind: "truncate", after: 2_000_000 } });
    const content = await repository.fetch(large);
    await expect(bytesOf(content)).rejects.toMatchObject({ name: "HopError", phase: "body", hop: { host: fake.host } });
  });

  test("may be empty, and hashed with sha512", async () => {
    fake.addBlob("a/b", "");
    expect(await read(blobOf(""))).toBe("");
    const digest =
      "sha512:28adfdbc8b8a8932e33f90fa97f2fe5fa87aa8e80651fd7e3739ada1a5ef6d0bb4aaa3eae158b5ac9f04a30e78a90e9c51f1f94dccd9aec0f8ca4e52bcd36cd8";
    const act: FaultAction = { kind: "respond", status: 200, body: "a layer" };
    fake.inject({ when: asked({ reference: digest }), act });
    await expect(read({ ...layer, digest })).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  test("that is not there is said so", async () => {
    await expect(read(unknown)).rejects.toMatchObject({ code: "BLOB_UNKNOWN", registryCodes: ["BLOB_UNKNOWN"] });
  });

  test("names its own host where it fails there", async () => {
    const cdn = await startBlobHost({ content: () => Buffer.from("a lie!!"), address: "127.0.0.2" });
    const redirecting = await startFakeRegistry({ redirect: cdn.base });
    redirecting.addBlob("a/b", "a layer");
    const behind = openRegistry(redirecting.host).repository("a/b");
    await expect(behind.fetch(layer)).rejects.toMatchObject({ code: "DIGEST_MISMATCH", where: cdn.host });
    cdn.misbehave({ kind: "status", status: 403, body: "<html><title>Expired link</title></html>" });
    await expect(behind.fetch(layer)).rejects.toMatchObject({
      code: "DENIED",
      where: cdn.host,
      hop: { purpose: { kind: "blobs", registry: redirecting.host } },
      message: expect.stringMatching(/answered 403$/),
    });
  });

  test("is probed by its first byte, where it lies", async () => {
    const cdn = await startBlobHost({ content: () => Buffer.from("a layer"), address: "127.0.0.2" });
    const redirecting = await startFakeRegistry({ redirect: cdn.base });
    redirecting.addBlob("a/b", "a layer");
    const probed = openRegistry(redirecting.host, { concurrency: 1 }).repository("a/b");
    for (const _ of [1, 2]) expect((await probed.probe(layer)).host).toBe(cdn.host);
    expect(cdn.requests.map(({ headers }) => headers.range)).toEqual(["bytes=0-0", "bytes=0-0"]);
    await expect(probed.probe(unknown)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  });
});

describe("whether something is there", () => {
  test("is asked by HEAD", async () => {
    const found = [image.descriptor, layer, unknown, { ...unknown, mediaType: OCI_MANIFEST }];
    expect(await Promise.all(found.map((target) => repository.exists(target)))).toEqual([true, true, false, false]);
    expect(new Set(fake.requests.map(({ method }) => method))).toEqual(new Set(["HEAD"]));
  });

  test("is asked by GET where HEAD is not allowed", async () => {
    fake.inject(faults.headRefused());
    const single = openRegistry(fake.host, { concurrency: 1 }).repository("a/b");
    const large = fake.addBlob("a/b", Buffer.alloc(1_000_000)) as Descriptor;
    const found: boolean[] = [];
    for (const target of [image.descriptor, large, layer, unknown]) found.push(await single.exists(target));
    expect(found).toEqual([true, true, true, false]);
  });

  test("needs no visit to the blob host", async () => {
    const redirecting = await startFakeRegistry({ redirect: "http://127.0.0.1:1/" });
    redirecting.addBlob("a/b", "a layer");
    expect(await openRegistry(redirecting.host).repository("a/b").exists(layer)).toBe(true);
  });

  test.each([
    ["HEAD", []],
    ["GET after HEAD", [faults.headRefused()]],
  ])("is unknown where the registry refuses to say: %s", async (_, first) => {
    const act: FaultAction = { kind: "respond", status: 403, body: ociError("DENIED", "not yours") };
    fake.inject(...first, { when: anything, act });
    await expect(repository.exists(layer)).rejects.toMatchObject({
      code: "DENIED",
      message: expect.stringMatching(first.length === 0 ? /403$/ : /403: DENIED not yours$/),
    });
  });
});

describe("the API of a registry", () => {
  const ping = (act?: FaultAction) => {
    if (act !== undefined) fake.inject({ when: anything, act });
    return openRegistry(fake.host).ping();
  };
  const html = { "content-type": "text/html" };

  test.each<[string, FaultAction | undefined]>([
    ["a registry", undefined],
    ["one that wants a login", { kind: "respond", status: 401 }],
    ["one that forbids it", { kind: "respond", status: 403 }],
    ["one that says so under the type of a web page", { kind: "headers", headers: html }],
  ])("is there: %s", async (_, act) => {
    await expect(ping(act)).resolves.toBeUndefined();
  });

  test.each<[string, FaultAction, string]>([
    [
      "a web page",
      { kind: "headers", headers: { ...html, "docker-distribution-api-version": undefined } },
      "CAPTIVE_PORTAL",
    ],
    ["a network that wants a login", { kind: "respond", status: 511, headers: html, body: "<html>" }, "CAPTIVE_PORTAL"],
    ["nothing", { kind: "respond", status: 404 }, "NOT_A_REGISTRY"],
    ["trouble", { kind: "respond", status: 503 }, "REGISTRY_UNAVAILABLE"],
    ["a limit", { kind: "respond", status: 429 }, "RATE_LIMITED"],
  ])("is not: %s", async (_, act, code) => {
    await expect(ping(act)).rejects.toMatchObject({ code, where: fake.host });
  });

  test("of Docker Hub has a host of its own", () => {
    const hub = openRegistry("docker.io", { plainHttp: false });
    expect([hub.name, hub.hopHost, hub.origin]).toEqual(["docker.io", "registry-1.docker.io:443", "docker.io"]);
    expect(openRegistry("a.test:5000").origin).toBe("http://a.test:5000");
  });
});
