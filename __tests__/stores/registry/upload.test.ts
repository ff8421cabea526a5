import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction, faults } from "../../../testing/fakes/registry-faults.ts";
import { get, openClient, textOf } from "../../../testing/product/open-client.ts";
import { ada, blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const layer = blobOf("a layer");
const large = Buffer.alloc(3_000_000, "x");

let fake: FakeRegistry;
let repository: RemoteRepository;
beforeEach(async () => {
  fake = await startFakeRegistry();
  repository = openRegistry(fake.host).repository("a");
});

function inPieces(content: Buffer): Readable {
  const size = 65_536;
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
    })(),
  );
}

const steps = ({ requests }: FakeRegistry) => requests.map(({ method, kind, status }) => `${method} ${kind} ${status}`);
const on = (method: string, act: FaultAction) => ({ when: asked({ method, kind: "upload" }), act });

/** An upload that was begun by hand: sessions stay until they are used. */
async function beginUpload(registry: FakeRegistry, client = openClient()): Promise<string> {
  const response = await client.request({ ...get(`${registry.origin}/v2/a/blobs/uploads/`), method: "POST" });
  await textOf(response);
  return response.headers.location ?? "";
}

describe("pushing a blob", () => {
  test.each([
    ["a buffer", () => large],
    ["a stream", () => inPieces(large)],
  ])("of %s is one POST and one PUT of a known length", async (_, content) => {
    await repository.push(blobOf(large), content());
    expect(fake.blob("a", blobOf(large).digest)?.equals(large)).toBe(true);
    expect(steps(fake)).toEqual(["POST upload 202", "PUT upload 201"]);
    expect(fake.requests[1]?.headers).toMatchObject({
      "content-length": String(large.length),
      "content-type": "application/octet-stream",
    });
    expect(fake.requests[1]?.query.get("_state")).toBe("0");
  });

  test.each([Buffer.alloc(0), Readable.from([])])("of nothing is possible: %#", async (content) => {
    await repository.push(blobOf(""), content);
    expect(fake.blob("a", blobOf("").digest)).toHaveLength(0);
  });

  test.each<[string, Buffer, object]>([
    ["too little", Buffer.from("a lay"), { phase: "response" }],
    ["too much", Buffer.from("a layer and more"), { phase: "response" }],
    ["other bytes", Buffer.from("a liar!"), { code: "REGISTRY_REFUSED", registryCodes: ["DIGEST_INVALID"] }],
  ])("that is %s leaves neither blob nor session", async (_, content, failure) => {
    await expect(repository.push(layer, Readable.from([content]))).rejects.toMatchObject(failure);
    expect(fake.blob("a", layer.digest)).toBeUndefined();
    expect(steps(fake)).toContain("DELETE upload 204");
  });

  test("whose source breaks before anybody listens ends with the source's error", async () => {
    const content = new Readable({ read() {} });
    setImmediate(() => content.destroy(new Error("the disk is gone")));
    await expect(repository.push(layer, content)).rejects.toMatchObject({ message: "the disk is gone" });
    await expect(repository.push(layer, content)).rejects.toMatchObject({ message: "the disk is gone" });
    expect(steps(fake)).toEqual(["POST upload 202", "DELETE upload 204", "POST upload 202", "DELETE upload 204"]);
  }, 5000);

  test("whose source breaks in the middle ends with the source's error", async () => {
    const content = Readable.from(
      (async function* () {
        yield large;
        await fake.seen(({ method }) => method === "PUT");
        throw new Error("the disk is gone");
      })(),
    );
    const pushed = repository.push({ ...layer, size: large.length + 1 }, content);
    await expect(pushed).rejects.toMatchObject({ message: "the disk is gone" });
    expect(steps(fake)).toContain("DELETE upload 204");
  });

  test("whose source broke while the upload was begun ends with the source's error", async () => {
    const source = await startFakeRegistry({ faults: [faults.lyingBlob(blobOf(large).digest)] });
    source.addBlob("a", large);
    const slow = await startFakeRegistry({ latency: 100 });
    const content = await openRegistry(source.host).repository("a").fetch(blobOf(large));
    const pushed = openRegistry(slow.host).repository("a").push(blobOf(large), content);
    await expect(pushed).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(slow.blob("a", blobOf(large).digest)).toBeUndefined();
  });

  test.each<[string, FaultAction, object]>([
    ["cuts the connection", { kind: "reset", after: 1000 }, { name: "HopError", phase: "response" }],
    ["refuses it", { kind: "respond", status: 413 }, { code: "TARGET_LIMIT_EXCEEDED", status: 413 }],
    ["has trouble", { kind: "respond", status: 503 }, { code: "REGISTRY_UNAVAILABLE", status: 503 }],
  ])("to a registry that %s ends with that, and is not repeated", async (_, act, failure) => {
    fake.inject(on("PUT", act));
    const patient = openRegistry(fake.host, { attempts: 3 }).repository("a");
    for (const content of [large, inPieces(large)]) {
      await expect(patient.push(blobOf(large), content)).rejects.toMatchObject(failure);
    }
    expect(steps(fake).filter((step) => step.startsWith("PUT"))).toHaveLength(2);
    expect(steps(fake).filter((step) => step === "DELETE upload 204")).toHaveLength(2);
  });

  test("that is refused from the start closes its source", async () => {
    fake.inject(on("POST", { kind: "respond", status: 403 }));
    const content = new Readable({ read() {} });
    const closed = new Promise((resolve) => content.once("close", resolve));
    await expect(repository.push(layer, content)).rejects.toMatchObject({ code: "PUSH_DENIED" });
    await closed;
    expect(content.destroyed).toBe(true);
  }, 5000);

  test("that is not accepted is cancelled with the same credentials", async () => {
    const guarded = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: ada.password } });
    const pushed = openRegistry(guarded.host, { credential: ada }).repository("a").push(layer, Buffer.from("a liar!"));
    await expect(pushed).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
    expect(steps(guarded).at(-1)).toBe("DELETE upload 204");
  });

  test("that cannot be cancelled still ends with its own error", async () => {
    fake.inject(on("PUT", { kind: "respond", status: 400 }), on("DELETE", { kind: "reset" }));
    await expect(repository.push(layer, Buffer.from("a layer"))).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  });
});

describe("where an upload is sent", () => {
  const location = (to: string | undefined) => on("POST", { kind: "headers", headers: { location: to } });

  test.each<[string | undefined]>([[undefined], ["ftp://127.0.0.1/x"], ["https://"], ["file:///etc/passwd"]])(
    "is refused: %s",
    async (to) => {
      fake.inject(location(to));
      await expect(repository.push(layer, Buffer.from("a layer"))).rejects.toMatchObject({
        code: "UPLOAD_LOCATION_REFUSED",
        where: fake.host,
      });
      expect(steps(fake)).toEqual(["POST upload 202"]);
    },
  );

  test("may be another host, which gets no credentials", async () => {
    const guarded = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: ada.password } });
    const store = await startFakeRegistry({ address: "127.0.0.2" });
    guarded.inject(location(new URL(await beginUpload(store), store.origin).href));
    const client = openClient();
    await openRegistry(guarded.host, { client, credential: ada }).repository("a").push(layer, Buffer.from("a layer"));
    expect(store.blob("a", layer.digest)).toHaveLength(7);
    expect(store.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(client.hops.at(-1)).toMatchObject({
      host: store.host,
      purpose: { kind: "uploads", registry: guarded.host },
    });
  });

  test("that refuses is cancelled without credentials too", async () => {
    const guarded = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: ada.password } });
    const store = await startFakeRegistry({
      address: "127.0.0.2",
      auth: { kind: "basic", user: "ada", password: ada.password },
    });
    guarded.inject(location(`${store.origin}/v2/a/blobs/uploads/1`));
    const pushed = openRegistry(guarded.host, { credential: ada }).repository("a").push(layer, Buffer.from("a layer"));
    await expect(pushed).rejects.toMatchObject({ code: "UNAUTHORIZED", where: store.host });
    expect(store.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ["PUT", undefined],
      ["DELETE", undefined],
    ]);
  });

  withParts(["openssl"], "behind TLS", () => {
    test("stays behind TLS where http of the same host is said, and is refused to another", async () => {
      const authority = createAuthority();
      const secure = await startFakeRegistry({ tls: authority.issue("127.0.0.1") });
      const client = openClient({ tls: { ca: [authority.cert] } });
      const behind = openRegistry(secure.host, { client, plainHttp: false }).repository("a");
      const path = await beginUpload(secure, client);
      secure.inject(location(`http://127.0.0.1${path}`));
      await behind.push(layer, Buffer.from("a layer"));
      expect(secure.blob("a", layer.digest)).toHaveLength(7);
      secure.heal();
      secure.inject(location(`${fake.origin}${path}`.replace("127.0.0.1", "127.0.0.2")));
      await expect(behind.push(layer, Buffer.from("a layer"))).rejects.toMatchObject({
        code: "UPLOAD_LOCATION_REFUSED",
      });
      expect(fake.requests).toEqual([]);
    });
  });
});

test("a copy within one registry needs one slot of each kind", async () => {
  const users = { ada: ada.password };
  const guarded = await startFakeRegistry({ auth: { kind: "bearer", users, anonymous: "nothing" } });
  guarded.addBlob("b", large);
  const registry = openRegistry(guarded.host, { credential: ada, concurrency: 1 });
  const content = await registry.repository("b").fetch(blobOf(large));
  await registry.repository("a").push(blobOf(large), content);
  expect(guarded.blob("a", blobOf(large).digest)?.equals(large)).toBe(true);
}, 5000);
