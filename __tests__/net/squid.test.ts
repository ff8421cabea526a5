import { afterEach, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { get, openClient, textOf, through } from "../../testing/product/open-client.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startSquid } from "../../testing/real/squid.ts";

withParts(["squid", "openssl"], "a client behind squid", () => {
  afterEach(stopEverything);

  test("gets through with its login, and hears squid's own words without", async () => {
    const address = uniqueAddress();
    const authority = createAuthority();
    const plain = await startFakeRegistry({ address });
    const secure = await startFakeRegistry({ address, tls: authority.issue("a.test") });
    const squid = await startSquid({ hosts: { "a.test": address, "b.test": address }, users: { ada: "p:ü #%" } });
    const urls = [`http://a.test:${plain.port}/v2/`, `https://a.test:${secure.port}/v2/`];
    const tls = { ca: [authority.cert] };
    const login = `http://ada:${encodeURIComponent("p:ü #%")}@${squid.address}:${squid.port}`;
    const known = openClient({ tls, routeFor: () => through(login) });
    for (const url of urls) expect(await textOf(await known.request(get(url)))).toBe("{}");
    for (const { requests } of [plain, secure]) {
      expect(requests).toHaveLength(1);
      expect(requests[0]?.headers["proxy-authorization"]).toBeUndefined();
    }
    const unknown = openClient({ tls, routeFor: () => through(squid.url) });
    for (const url of urls) {
      await expect(unknown.request(get(url))).rejects.toMatchObject({
        phase: "tunnel",
        reply: { status: 407, headers: { "proxy-authenticate": expect.stringMatching(/^Basic /) } },
      });
    }
    await known.close();
    await unknown.close();
    expect((await squid.log()).map(({ target, status, user }) => [target, status, user])).toEqual(
      expect.arrayContaining([
        [`a.test:${plain.port}`, 200, "ada"],
        [`a.test:${secure.port}`, 200, "ada"],
        [`a.test:${plain.port}`, 407, ""],
        [`a.test:${secure.port}`, 407, ""],
      ]),
    );
  });

  test.each([
    ["http://denied.test/", 403, "ERR_ACCESS_DENIED"],
    ["https://denied.test/", 403, "ERR_ACCESS_DENIED"],
    ["http://closed.test/", 503, "ERR_CONNECT_FAIL"],
    ["https://closed.test/", 503, "ERR_CONNECT_FAIL"],
    ["https://unknown.test/", 500, "ERR_CANNOT_FORWARD"],
  ])("is told why %s cannot be had", async (url, status, name) => {
    const address = uniqueAddress();
    const hosts = { "denied.test": address, "closed.test": address };
    const squid = await startSquid({ hosts, deny: ["denied.test"] });
    await expect(openClient({ routeFor: () => through(squid.url) }).request(get(url))).rejects.toMatchObject({
      name: "HopError",
      phase: "tunnel",
      timedOut: false,
      reply: {
        status,
        headers: { "x-squid-error": expect.stringContaining(name) },
        text: expect.stringMatching(/^<!DOCTYPE html/i),
      },
    });
  });
});
