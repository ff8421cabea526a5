import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type Fault, faults, ociError } from "../../testing/fakes/registry-faults.ts";
import { get, type OpenClient, openClient, textOf } from "../../testing/product/open-client.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const reset: Fault = { when: () => true, times: 1, act: { kind: "reset" } };
const mute: Fault = { when: () => true, times: 1, act: { kind: "mute" } };

/** Whatever a client has to do at once for its other hosts is done afterwards. */
async function roundTrips(client: OpenClient, { origin }: FakeRegistry): Promise<void> {
  for (const _ of [1, 2, 3]) await textOf(await client.request(get(`${origin}/v2/`)));
}

describe("a request that may be repeated", () => {
  test.each<[string, Fault]>([
    ["503", faults.unavailable(503)],
    ["502", faults.unavailable(502)],
    ["429 without Retry-After", faults.unavailable(429)],
    ["429 that says now", faults.tooManyRequests("0")],
    ["429 that says nonsense", faults.tooManyRequests("when it suits")],
    ["a cut connection", reset],
    ["silence", mute],
  ])("is, after %s", async (_, fault) => {
    const registry = await startFakeRegistry({ faults: [fault] });
    const response = await openClient({ attempts: 2, timeout: fault === mute ? 1000 : 5000 }).request(
      get(`${registry.origin}/v2/`),
    );
    expect([response.status, registry.requests.length]).toEqual([200, 2]);
  });

  test("waits as long as the server asks", async () => {
    const registry = await startFakeRegistry({ faults: [faults.tooManyRequests("1")] });
    const started = performance.now();
    await openClient({ attempts: 2 }).request(get(`${registry.origin}/v2/`));
    // Of its own accord it would have waited a quarter of that.
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("makes all others to the same host wait too", async () => {
    const [limited, other] = [await startFakeRegistry(), await startFakeRegistry()];
    limited.inject(faults.tooManyRequests("60"));
    const client = openClient({ attempts: 2 });
    const stop = new AbortController();
    const first = client.request(get(`${limited.origin}/v2/`), stop.signal);
    await limited.seen(({ status }) => status === 429);
    await roundTrips(client, other);
    const second = client.request(get(`${limited.origin}/v2/`), stop.signal);
    await roundTrips(client, other);
    expect(limited.requests).toHaveLength(1);
    stop.abort();
    for (const waiting of [first, second]) await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  });

  test("does not wait for hours", async () => {
    const registry = await startFakeRegistry({ faults: [faults.tooManyRequests("3600")] });
    const response = await openClient({ attempts: 5 }).request(get(`${registry.origin}/v2/`));
    expect([response.status, await textOf(response)]).toEqual([429, ociError("TOOMANYREQUESTS", "slow down")]);
    expect(registry.requests).toHaveLength(1);
  });

  test("is given up after so many attempts, with the last answer", async () => {
    const registry = await startFakeRegistry({ faults: [faults.unavailable(503, 9)] });
    const response = await openClient({ attempts: 3 }).request(get(`${registry.origin}/v2/`));
    expect([response.status, await textOf(response)]).toEqual([503, "<h1>not now</h1>"]);
    expect(registry.requests).toHaveLength(3);
    await openClient({ attempts: 3 }).request({ ...get(`${registry.origin}/v2/`), attempts: 1 });
    expect(registry.requests).toHaveLength(4);
  });

  test("may be given up sooner where nobody answers", async () => {
    const registry = await startFakeRegistry({ faults: [reset, reset] });
    const client = openClient({ attempts: 3, connections: 1 });
    await expect(client.request(get(`${registry.origin}/v2/`))).rejects.toMatchObject({ phase: "response" });
    expect(registry.requests).toHaveLength(1);
  });

  test.each([
    ["a cut connection", reset],
    ["silence", mute],
  ])("has all attempts where the host has answered before: %s", async (_, fault) => {
    const registry = await startFakeRegistry();
    const client = openClient({ attempts: 3, connections: 1, timeout: 300 });
    await textOf(await client.request(get(`${registry.origin}/v2/`)));
    registry.inject({ ...fault, times: 2 });
    expect((await client.request(get(`${registry.origin}/v2/`))).status).toBe(200);
    expect(registry.requests).toHaveLength(4);
  });

  test("reports how often, and for how long, a host failed", async () => {
    const registry = await startFakeRegistry({ faults: [{ ...reset, times: 2 }, faults.unavailable(503, 9)] });
    const url = `${registry.origin}/v2/`;
    const failing = openClient({ attempts: 2 }).request(get(url));
    await expect(failing).rejects.toMatchObject({
      failure: { message: expect.stringMatching(/\(2 attempts in \d+ s\)$/) },
    });
    expect((await openClient({ attempts: 2 }).request(get(url))).spent).toEqual({ tries: 2, seconds: 0 });
  });

  test.each([
    ["429 with its wait in the body", 429, "retry-after: 12.5ms, allowed: 2000/minute"],
    ["403 of a secondary rate limit", 403, '{"message":"You have exceeded a secondary rate limit; retry-after: 20ms"}'],
  ])("is, after %s", async (_, status, body) => {
    const act = { kind: "respond", status, body } as const;
    const registry = await startFakeRegistry({ faults: [{ when: () => true, times: 1, act }] });
    expect((await openClient({ attempts: 2 }).request(get(`${registry.origin}/v2/`))).status).toBe(200);
    expect(registry.requests).toHaveLength(2);
  });

  test("is read whole where that is wanted, and repeated where it breaks off", async () => {
    const cut: Fault = { when: () => true, times: 1, act: { kind: "truncate", after: 1 } };
    const registry = await startFakeRegistry({ faults: [cut] });
    const response = await openClient({ attempts: 2 }).request({ ...get(`${registry.origin}/v2/`), bufferUpTo: 2 });
    expect([await textOf(response), registry.requests.length]).toEqual(["{}", 2]);
    const read = (cutOff: boolean) =>
      openClient({ attempts: 2 }).request({ ...get(`${registry.origin}/v2/`), bufferUpTo: 1, truncate: cutOff });
    expect(await textOf(await read(true))).toBe("{");
    await expect(read(false)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
    expect(registry.requests).toHaveLength(4);
  });

  test("is repeated with its whole body", async () => {
    const registry = await startFakeRegistry({ faults: [faults.unavailable(503)] });
    const request = {
      ...get(`${registry.origin}/v2/a/blobs/uploads/`),
      method: "POST",
      body: Buffer.from("abc"),
    } as const;
    expect((await openClient({ attempts: 2 }).request(request)).status).toBe(202);
    expect(registry.requests.map(({ headers }) => headers["content-length"])).toEqual(["3", "3"]);
  });

  test("can be called off while it waits", async () => {
    const [registry, other] = [await startFakeRegistry(), await startFakeRegistry()];
    registry.inject(faults.tooManyRequests("60"));
    const client = openClient({ attempts: 2 });
    const stop = new AbortController();
    const pending = client.request(get(`${registry.origin}/v2/`), stop.signal);
    pending.catch(() => {});
    await registry.seen(({ status }) => status === 429);
    await roundTrips(client, other);
    stop.abort(new Error("enough"));
    await expect(pending).rejects.toMatchObject({ name: "AbortError", cause: { message: "enough" } });
    expect(registry.requests).toHaveLength(1);
  });
});

describe("a request that may not be repeated", () => {
  test.each([400, 401, 403, 404, 405, 501])("is not, after %i", async (status) => {
    const registry = await startFakeRegistry({ faults: [faults.unavailable(status)] });
    expect((await openClient({ attempts: 3 }).request(get(`${registry.origin}/v2/`))).status).toBe(status);
    expect(registry.requests).toHaveLength(1);
  });

  /** A stream can be sent once only. */
  async function upload(fault: Fault) {
    const registry = await startFakeRegistry({ faults: [fault] });
    const body = Readable.from([Buffer.from("abc")]);
    const request = { ...get(`${registry.origin}/v2/a/blobs/uploads/`), method: "POST", body } as const;
    return { registry, response: openClient({ attempts: 3 }).request(request) };
  }

  test("a stream is not sent again after 503", async () => {
    const { registry, response } = await upload(faults.unavailable(503));
    expect((await response).status).toBe(503);
    expect(registry.requests).toHaveLength(1);
  });

  test("a stream is not sent again after a cut connection", async () => {
    const { registry, response } = await upload(reset);
    await expect(response).rejects.toMatchObject({ phase: "response" });
    expect(registry.requests).toHaveLength(1);
  });
});
