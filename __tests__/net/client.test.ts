import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readAll } from "../../src/net/body.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { get, openClient, textOf } from "../../testing/product/open-client.ts";
import { freePort } from "../../testing/real/address.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { listen } from "../../testing/real/listening.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

describe("a request", () => {
  let registry: FakeRegistry;
  let blob: string;
  beforeEach(async () => {
    registry = await startFakeRegistry();
    blob = `${registry.origin}/v2/a/blobs/${registry.addBlob("a", "0123456789").digest}`;
  });

  test("says who asks, wants bytes as they are, and names its hop", async () => {
    const client = openClient();
    const response = await client.request(get(blob, { accept: "text/x" }));
    expect([response.status, await textOf(response)]).toEqual([200, "0123456789"]);
    expect(registry.requests[0]?.headers).toMatchObject({
      "user-agent": "test",
      "accept-encoding": "identity",
      accept: "text/x",
      host: registry.host,
    });
    expect(response.hop).toEqual({
      method: "GET",
      url: blob,
      host: registry.host,
      route: { via: "direct", rule: "test" },
      purpose: { kind: "registry", role: "source" },
    });
    expect(client.hops).toEqual([response.hop]);
  });

  test("sends a buffer, a stream, or nothing", async () => {
    const client = openClient();
    const upload = {
      method: "POST",
      url: `${registry.origin}/v2/a/blobs/uploads/`,
      purpose: { kind: "registry", role: "source" },
    } as const;
    for (const body of [Buffer.from("one"), Readable.from([Buffer.from("t"), Buffer.from("wo")]), undefined]) {
      const response = await client.request({ ...upload, ...(body === undefined ? {} : { body }) });
      expect(response.status).toBe(202);
      await textOf(response);
    }
    expect(registry.requests.map(({ headers }) => headers["content-length"] ?? headers["transfer-encoding"])).toEqual([
      "3",
      expect.stringMatching(/^(?:chunked|3)$/),
      "0",
    ]);
  });

  test("waits until one of the host's slots is free", async () => {
    const slow = await startFakeRegistry({ latency: 20 });
    const client = openClient({ concurrency: 2 });
    const all = [1, 2, 3, 4, 5, 6].map(async () => textOf(await client.request(get(`${slow.origin}/v2/`))));
    await expect(Promise.all(all)).resolves.toHaveLength(6);
    expect(slow.mostInFlight()).toBe(2);
  });

  test("holds its slot until its body is read, and writing needs no reader's slot", async () => {
    const client = openClient({ concurrency: 1 });
    const first = await client.request(get(blob));
    const second = client.request(get(blob));
    // The second request would be on its way before these are, and arrive before the last of them.
    for (const _ of [1, 2, 3]) {
      await textOf(await client.request({ ...get(`${registry.origin}/v2/a/blobs/uploads/`), method: "POST" }));
    }
    expect(registry.requests.map(({ method }) => method)).toEqual(["GET", "POST", "POST", "POST"]);
    await textOf(first);
    expect(await textOf(await second)).toBe("0123456789");
  });

  test.each(["destroyed", "failed", "refused"])("gives its slot back when its body is %s", async (how) => {
    const client = openClient({ concurrency: 1 });
    if (how === "destroyed") (await client.request(get(blob))).body.on("error", () => {}).destroy();
    if (how === "failed") {
      registry.inject({ when: () => true, times: 1, act: { kind: "truncate", after: 2 } });
      await expect(textOf(await client.request(get(blob)))).rejects.toMatchObject({ phase: "body" });
    }
    if (how === "refused") {
      const port = await freePort("127.0.0.1");
      for (const _ of [1, 2]) {
        await expect(client.request(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ phase: "dial" });
      }
    }
    expect(await textOf(await client.request(get(blob)))).toBe("0123456789");
  });

  test("ends when it is told to, with the reason", async () => {
    registry.inject({ when: () => true, act: { kind: "mute" } });
    const stop = new AbortController();
    const pending = openClient().request(get(blob), stop.signal);
    pending.catch(() => {});
    await registry.seen(() => true);
    stop.abort(new Error("enough"));
    await expect(pending).rejects.toThrow("enough");
    await expect(openClient().request(get(blob), AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  test("is not sent where no URL can be read", async () => {
    const client = openClient();
    await expect(client.request(get("http://[::1/"))).rejects.toMatchObject({ code: "ERR_INVALID_URL" });
    expect(client.hops).toEqual([]);
  });
});

describe("a body that is read whole", () => {
  test("has a limit", async () => {
    const registry = await startFakeRegistry();
    const url = `${registry.origin}/v2/a/blobs/${registry.addBlob("a", "0123456789").digest}`;
    const client = openClient();
    const read = async (most: number, cut?: boolean) =>
      String(await readAll(await client.request(get(url)), most, cut));
    await expect(read(10)).resolves.toBe("0123456789");
    await expect(read(9)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE", where: registry.host });
    await expect(read(4, true)).resolves.toBe("0123");
  });
});

describe("a server that fails", () => {
  const timeout = 300;

  test("does not listen", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    await expect(openClient().request(get(`http://${host}/`))).rejects.toMatchObject({
      name: "HopError",
      phase: "dial",
      timedOut: false,
      message: expect.stringContaining(host),
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("never answers", async () => {
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "mute" } }] });
    await expect(openClient({ timeout }).request(get(`${registry.origin}/v2/`))).rejects.toMatchObject({
      phase: "response",
      timedOut: true,
      hop: { host: registry.host },
    });
  });

  test("cuts the connection instead of answering", async () => {
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "reset" } }] });
    await expect(openClient().request(get(`${registry.origin}/v2/`))).rejects.toMatchObject({
      phase: "response",
      timedOut: false,
    });
  });

  test.each([
    ["stops in the middle", "stall", true],
    ["cuts its answer short", "truncate", false],
  ] as const)("%s", async (_, kind, timedOut) => {
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act: { kind, after: 1 } }] });
    const response = await openClient({ stallTimeout: timedOut ? timeout : 5000 }).request(
      get(`${registry.origin}/v2/`),
    );
    expect(response.status).toBe(200);
    await expect(textOf(response)).rejects.toMatchObject({ name: "HopError", phase: "body", timedOut });
  });

  test("accepts and says nothing where TLS is expected", async () => {
    const { port } = await listen(createServer());
    await expect(openClient({ timeout }).request(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      phase: "tls",
      timedOut: true,
    });
  });

  test("S27: speaks plain HTTP where TLS is expected, and is not asked in plain HTTP then", async () => {
    const requests: string[] = [];
    const { port } = await listen(createHttpServer(({ url = "" }) => void requests.push(url)));
    const client = openClient({ attempts: 2 });
    await expect(client.request(get(`https://127.0.0.1:${port}/v2/`))).rejects.toMatchObject({
      phase: "tls",
      timedOut: false,
      cause: { code: expect.stringMatching(/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/) },
    });
    // A first contact is tried twice.
    const https = `https://127.0.0.1:${port}/v2/`;
    expect([requests, client.routed]).toEqual([[], [https, https]]);
  });
});

withParts(["openssl"], "a server behind TLS", () => {
  test("is believed by its authority only, and under its own name only", async () => {
    const authority = createAuthority();
    const registry = await startFakeRegistry({ tls: authority.issue("127.0.0.1") });
    const other = await startFakeRegistry({ tls: authority.issue("other.test") });
    const trusting = openClient({ tls: { ca: [authority.cert] } });
    expect((await trusting.request(get(`${registry.origin}/v2/`))).status).toBe(200);
    const request = get(`${registry.origin}/v2/`, { authorization: "Basic c2VjcmV0" });
    await expect(openClient({ tls: { ca: [createAuthority().cert] } }).request(request)).rejects.toMatchObject({
      phase: "tls",
      timedOut: false,
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
    await expect(trusting.request(get(`${other.origin}/v2/`))).rejects.toMatchObject({
      phase: "tls",
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
    expect([registry.requests.length, other.requests.length]).toEqual([1, 0]);
  });
});
