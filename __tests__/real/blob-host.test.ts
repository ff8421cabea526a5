import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { type BlobHost, startBlobHost } from "../../testing/real/blob-host.ts";
import { unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

describe("a blob host", () => {
  let host: BlobHost;
  beforeEach(async () => {
    host = await startBlobHost({ content: (path) => (path === "/blob" ? Buffer.from("0123456789") : undefined) });
  });
  const ask = (range?: string) => fetch(`${host.base}blob`, range === undefined ? {} : { headers: { range } });

  test("answers ranges", async () => {
    const part = await ask("bytes=7-");
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await (await ask("bytes=2-3")).text()).toBe("23");
    const beyond = await ask("bytes=10-");
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    expect((await fetch(`${host.base}other`)).status).toBe(404);
  });

  test("refuses as often as it was told to", async () => {
    host.misbehave({ kind: "status", status: 403, times: 1 });
    expect((await ask()).status).toBe(403);
    expect(await (await ask()).text()).toBe("0123456789");
  });

  test("cuts the connection after so many bytes", async () => {
    host.misbehave({ kind: "truncate", after: 4 });
    const response = await ask();
    expect(response.headers.get("content-length")).toBe("10");
    await expect(response.text()).rejects.toThrow("terminated");
  });

  test("hangs, before or after the headers", async () => {
    host.misbehave({ kind: "hang" });
    await expect(fetch(`${host.base}blob`, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    host.misbehave({ kind: "hang", after: 4 });
    const response = await fetch(`${host.base}blob`, { signal: AbortSignal.timeout(300) });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("can ignore ranges", async () => {
    host.misbehave({ kind: "ignore-range" });
    expect((await ask("bytes=7-")).status).toBe(200);
  });
});

withParts(["distribution"], "a registry with a blob host", () => {
  test("leads its clients there, and they leave their credentials behind", async () => {
    const storage = unpack("registry-source");
    const cdn = await startBlobHost({ storage });
    const registry = await startRegistry({ kind: "distribution", storage, redirect: cdn.base });
    const readme = resources.find(({ name }) => name === "readme")?.digest;
    const url = `${registry.origin}/v2/components/component-descriptors/example.org/shop/blobs/${readme}`;
    const response = await fetch(url, { headers: { authorization: "Bearer of-the-registry" } });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(readme);
    expect(cdn.requests).toHaveLength(1);
    expect(cdn.requests[0]?.headers.authorization).toBeUndefined();
  });
});
