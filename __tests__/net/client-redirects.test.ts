import { Readable } from "node:stream";
import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import type { Fault } from "../../testing/fakes/registry-faults.ts";
import { direct, get, openClient, textOf, through } from "../../testing/product/open-client.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** From one path to another, which may be on another host. */
function redirect(path: string, location: string, status = 307): Fault {
  return { when: (request) => request.path === path, act: { kind: "respond", status, headers: { location } } };
}

const asked = ({ requests }: FakeRegistry) =>
  requests.map(({ path, headers }) => `${path} ${headers.authorization ?? "-"}`);

test("S2: credentials stay at their origin, and do not come back", async () => {
  const registry = await startFakeRegistry();
  const otherPort = await startFakeRegistry();
  registry.inject(
    redirect("/same", "/leave", 301),
    redirect("/leave", `${otherPort.origin}/hop`, 302),
    redirect("/back", "/v2/", 308),
  );
  otherPort.inject(redirect("/hop", `${registry.origin}/back`, 303));
  const response = await openClient().request(
    get(`${registry.origin}/same`, { authorization: "Bearer t", range: "bytes=0-0" }),
  );
  expect([response.status, response.hop.url]).toEqual([200, `${registry.origin}/v2/`]);
  expect(asked(registry)).toEqual(["/same Bearer t", "/leave Bearer t", "/back -", "/v2/ -"]);
  expect(asked(otherPort)).toEqual(["/hop -"]);
  expect(otherPort.requests[0]?.headers.range).toBe("bytes=0-0");
});

test("the route is asked for again at each hop, and what another host is needed for is said", async () => {
  const registry = await startFakeRegistry();
  const cdn = await startFakeRegistry({ address: "127.0.0.2" });
  const proxy = await startProxy({ hosts: { "cdn.test": cdn.host } });
  registry.inject(redirect("/blob", "http://cdn.test/v2/"));
  const client = openClient({ routeFor: (url) => (url.includes("cdn.test") ? through(proxy.url) : direct) });
  const response = await client.request(get(`${registry.origin}/blob`));
  expect(await textOf(response)).toBe("{}");
  expect(client.routed).toEqual([`${registry.origin}/blob`, "http://cdn.test/v2/"]);
  expect(client.hops.map(({ host, purpose, route }) => [host, purpose, route.via])).toEqual([
    [registry.host, { kind: "registry", role: "source" }, "direct"],
    ["cdn.test:80", { kind: "blobs", registry: registry.host, role: "source" }, "proxy"],
  ]);
  expect(proxy.log.map(({ method, target }) => `${method} ${target}`)).toEqual(["GET cdn.test:80"]);
});

test("ten redirects are followed, eleven are a loop", async () => {
  const registry = await startFakeRegistry();
  for (let hop = 0; hop < 11; hop++) registry.inject(redirect(`/${hop}`, hop < 10 ? `/${hop + 1}` : "/v2/"));
  const client = openClient({ attempts: 3 });
  expect((await client.request(get(`${registry.origin}/1`))).status).toBe(200);
  expect(registry.requests).toHaveLength(11);
  await expect(client.request(get(`${registry.origin}/0`))).rejects.toMatchObject({ code: "REDIRECT_LOOP" });
  expect(registry.requests).toHaveLength(22);
});

test("a circle ends", async () => {
  const registry = await startFakeRegistry({ faults: [redirect("/a", "/b"), redirect("/b", "/a")] });
  await expect(openClient().request(get(`${registry.origin}/a`))).rejects.toMatchObject({
    code: "REDIRECT_LOOP",
    where: registry.host,
  });
});

test("a redirect is not followed where that is not wanted, or the request cannot be sent again", async () => {
  const registry = await startFakeRegistry({ faults: [redirect("/a", "/v2/")] });
  const client = openClient();
  const url = `${registry.origin}/a`;
  const token = { kind: "token", registry: registry.host, role: "source" } as const;
  for (const request of [
    { ...get(url), redirects: false },
    { ...get(url), method: "PUT" as const, body: Readable.from([Buffer.from("once")]) },
    { ...get(url), method: "POST" as const, body: Buffer.from("password"), purpose: token },
    { ...get(url), method: "DELETE" as const },
  ]) {
    const response = await client.request(request);
    expect([response.status, response.headers.location]).toEqual([307, "/v2/"]);
    await textOf(response);
  }
  expect(asked(registry)).toEqual(["/a -", "/a -", "/a -", "/a -"]);
});

test.each([307, 308])(
  "a request that writes is sent again to where %i redirects, without its login",
  async (status) => {
    const other = await startFakeRegistry({ address: "127.0.0.2" });
    const act = { kind: "respond", status, headers: { location: `${other.origin}/v2/a/blobs/uploads/` } } as const;
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act }] });
    const request = { ...get(`${registry.origin}/a`, { authorization: "Basic x" }), body: Buffer.from("abc") };
    expect((await openClient().request({ ...request, method: "POST" })).status).toBe(202);
    expect(
      other.requests.map(({ method, headers }) => [method, headers["content-length"], headers.authorization]),
    ).toEqual([["POST", "3", undefined]]);
  },
);

test.each([301, 302, 303])("a request that writes is not turned into another one by %i", async (status) => {
  const act = { kind: "respond", status, headers: { location: "/v2/" } } as const;
  const registry = await startFakeRegistry({ faults: [{ when: () => true, times: 1, act }] });
  const request = { ...get(`${registry.origin}/a`), method: "PUT" as const, body: Buffer.from("abc") };
  expect((await openClient().request(request)).status).toBe(status);
  expect(registry.requests).toHaveLength(1);
});

withParts(["openssl"], "a redirect from TLS to plain HTTP", () => {
  test("is refused before anything is sent there", async () => {
    const authority = createAuthority();
    const plain = await startFakeRegistry();
    const registry = await startFakeRegistry({
      tls: authority.issue("127.0.0.1"),
      faults: [redirect("/a", `${plain.origin}/v2/`)],
    });
    const client = openClient({ tls: { ca: [authority.cert] } });
    await expect(client.request(get(`${registry.origin}/a`))).rejects.toMatchObject({ code: "REDIRECT_TO_PLAIN_HTTP" });
    expect([plain.requests, client.routed]).toEqual([[], [`${registry.origin}/a`]]);
  });
});
