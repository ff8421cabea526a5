import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { retryStream } from "../../../src/stores/retry-stream.ts";
import { startCuttingRelay } from "../../../testing/fakes/cutting-relay.ts";
import { startEarlyRefusal } from "../../../testing/fakes/early-refusal.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const CHUNK = 4 * 1024 * 1024;
const content = Buffer.alloc(10 * 1024 * 1024, "0123456789abcdef-");
const blob = blobOf(content);
const ATTEMPTS = 6;

function pieces(): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
    })(),
  );
}

const push = (repository: RemoteRepository) => retryStream(ATTEMPTS, () => repository.push(blob, pieces()));
const open = (host: string) => openRegistry(host, { attempts: ATTEMPTS }).repository("a");
const on = (method: string, act: FaultAction, times = 1) => ({ when: asked({ method, kind: "upload" }), times, act });
const steps = ({ requests }: FakeRegistry) => requests.map(({ method, status }) => `${method} ${status}`);
const bytesOf = ({ requests }: FakeRegistry) => requests.map(({ headers }) => Number(headers["content-length"] ?? 0));

describe("an upload that breaks", () => {
  test("goes on in chunks, from the bytes that the registry proves to have", async () => {
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK })] });
    await push(open(fake.host));
    expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
    expect(steps(fake)).toEqual(["POST 202", "PUT 0", "GET 204", "PATCH 202", "PATCH 202", "PATCH 202", "PUT 201"]);
    const ranges = fake.requests.flatMap(({ headers }) => headers["content-range"] ?? []);
    expect(ranges).toEqual(["0-4194303", "4194304-8388607", "8388608-10485759"]);
  });

  test.each<[string, FaultAction]>([
    ["a cut connection", { kind: "reset", after: 1000 }],
    ["a lost answer", { kind: "lose-answer" }],
    ["a registry in trouble", { kind: "respond", status: 503 }],
    ["a limited rate", { kind: "respond", status: 429, headers: { "retry-after": "0" } }],
    ["a chunk out of order", { kind: "respond", status: 416 }],
    ["a gateway that gives up", { kind: "respond", status: 504 }],
  ])("repeats one chunk only after %s", async (_, act) => {
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK })] });
    let chunks = 0;
    fake.inject({ when: ({ method }) => method === "PATCH" && ++chunks === 2, act });
    await push(open(fake.host));
    expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
    expect(steps(fake).filter((step) => step.startsWith("POST")).length).toBeLessThanOrEqual(2);
    expect(bytesOf(fake).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(2.5 * content.length);
  });

  test("sends chunks as large as the registry wants", async () => {
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK })] });
    fake.inject(on("POST", { kind: "headers", headers: { "oci-chunk-min-length": "6000000" } }));
    await push(open(fake.host));
    expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
    expect(fake.requests.flatMap(({ headers }) => headers["content-range"] ?? [])).toEqual([
      "0-5999999",
      "6000000-10485759",
    ]);
  });

  test.each([400, 404, 405, 501])("is one PUT again where the registry refuses chunks with %i", async (status) => {
    const body = status === 404 ? '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' : "";
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK })] });
    fake.inject(on("PATCH", { kind: "respond", status, body }, status === 404 ? 1 : 9));
    await push(open(fake.host));
    expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
    expect(steps(fake).at(-1)).toBe("PUT 201");
  });

  test.each(["0-3", "0-99999999", "0-0", "5-4194303", "nonsense"])(
    "sends nothing behind a gap where the registry reports the range %s",
    async (range) => {
      const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK })] });
      fake.inject(on("PATCH", { kind: "headers", headers: { range } }, 1));
      await push(open(fake.host));
      expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
    },
  );

  test("is settled by a GET where only the answer was lost", async () => {
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "lose-answer" })] });
    await push(open(fake.host));
    expect(steps(fake)).toEqual(["POST 202", "PUT 0", "GET 206"]);
  });

  test("leaves no session where all attempts fail", async () => {
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "reset", after: CHUNK }, 9)] });
    fake.inject(on("PATCH", { kind: "reset", after: 1000 }, 99));
    await expect(push(open(fake.host))).rejects.toMatchObject({ name: "HopError" });
    expect(steps(fake).filter((step) => /^(?:PUT|PATCH)/.test(step)).length).toBeLessThanOrEqual(ATTEMPTS);
    expect(steps(fake).at(-1)).toBe("DELETE 204");
  }, 30_000);

  test.each(["end", "destroy", "resetAndDestroy"] as const)(
    "ends at once where a gateway refuses its size, and ends the connection by %s",
    async (end) => {
      const gateway = await startEarlyRefusal(413, end);
      await expect(push(open(gateway.host))).rejects.toMatchObject({
        status: 413,
        message: expect.stringContaining(`which has ${content.length} bytes`),
        remedy: expect.stringContaining("client_max_body_size"),
      });
      expect(gateway.methods).toEqual(["POST", "PUT", "DELETE"]);
    },
  );
});

describe("an upload that is redirected", () => {
  test.each([307, 308])("goes to where %i leads, without the login", async (status) => {
    const other = await startFakeRegistry({ address: "127.0.0.2" });
    const session = await fetch(`${other.origin}/v2/a/blobs/uploads/`, { method: "POST" });
    const location = `${other.origin}${session.headers.get("location")}&digest=${blob.digest}`;
    const fake = await startFakeRegistry({
      faults: [on("PUT", { kind: "respond", status, headers: { location } }, 9)],
      auth: { kind: "basic", user: "ada", password: "p:w ü" },
    });
    const credential = { username: "ada", password: "p:w ü", from: "test" };
    const repository = openRegistry(fake.host, { attempts: 2, credential }).repository("a");
    await retryStream(2, () => repository.push(blob, pieces()));
    expect(other.blob("a", blob.digest)?.equals(content)).toBe(true);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test("by 301 is an error that names the place", async () => {
    const headers = { location: "http://127.0.0.3:1/there" };
    const fake = await startFakeRegistry({ faults: [on("PUT", { kind: "respond", status: 301, headers }, 9)] });
    await expect(push(open(fake.host))).rejects.toMatchObject({
      status: 301,
      message: expect.stringContaining("redirects to http://127.0.0.3:1/there"),
    });
  });

  test("to the host without its port goes to the port that was requested", async () => {
    const fake = await startFakeRegistry();
    const session = await fetch(`${fake.origin}/v2/a/blobs/uploads/`, { method: "POST" });
    const location = `http://127.0.0.1${session.headers.get("location")}`;
    fake.inject(on("POST", { kind: "headers", headers: { location } }));
    await push(open(fake.host));
    expect(fake.blob("a", blob.digest)?.equals(content)).toBe(true);
  });
});

describe.each(["docker-registry", "distribution"] as const)("with a real registry: %s", (kind) => {
  withParts([kind], "behind a relay", () => {
    test.each([1, 2])("an upload cut at half %i times sends at most 1.6 times its bytes", async (cuts) => {
      const registry = await startRegistry({ kind });
      const relay = await startCuttingRelay({ to: registry.port, after: content.length / 2, cuts });
      await push(open(relay.host));
      const stored = await fetch(`${registry.origin}/v2/a/blobs/${blob.digest}`);
      expect(Buffer.from(await stored.arrayBuffer()).equals(content)).toBe(true);
      expect(relay.left()).toBeLessThan(cuts);
      expect(relay.sent() / content.length).toBeLessThanOrEqual(1.6);
    });
  });
});
