import { afterEach, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { fill, REGISTRY } from "../../../testing/fakes/scene.ts";
import { expectRow, HTTP_RULE, HTTPS_RULE, preflight, through } from "../../../testing/product/preflight-row.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";
import { startTokenServer } from "../../../testing/real/token-server.ts";

afterEach(stopEverything);

withParts(["squid"], "squid takes headers out", () => {
  async function filled(directive: string) {
    const address = uniqueAddress();
    const registry = await startFakeRegistry({ address, port: 5000 });
    fill(registry, `http://${REGISTRY}:5000`);
    const squid = await startSquid({ hosts: { [REGISTRY]: address }, directives: [directive] });
    return preflight(`http://${REGISTRY}:5000`, through(squid.url));
  }

  test.each([
    ["request_header_access Range deny all", "RANGE_IGNORED", "sends all of a blob where one byte of it was requested"],
    [
      "reply_header_access Docker-Content-Digest deny all",
      "DIGEST_HEADER_MISSING",
      "sends manifests without Docker-Content-Digest",
    ],
  ])("%s", async (directive, code, message) => {
    const result = await filled(directive);
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    expect(result.report.findings).toEqual([
      {
        code,
        message: `${REGISTRY}:5000 ${message}.`,
        remedy: expect.stringContaining("A proxy that takes headers out is the usual cause."),
      },
    ]);
    expect(result.summary).toContain(code.replaceAll("_", "&#95;"));
  });

  test("nothing that matters", async () => {
    expect((await filled("reply_header_access Server deny all")).report.findings).toEqual([]);
  });

  test("Authorization, of somebody's token", async () => {
    const address = uniqueAddress();
    const auth = {
      kind: "bearer",
      users: { ada: "right-one" },
      realm: "http://tokens.example.test:5000/token",
    } as const;
    const registry = await startFakeRegistry({ address, port: 5000, auth });
    fill(registry, `http://${REGISTRY}:5000`);
    const squid = await startSquid({
      hosts: { [REGISTRY]: address, "tokens.example.test": address },
      directives: [`acl registry dstdomain ${REGISTRY}`, "request_header_access Authorization deny registry"],
    });
    const host = `${REGISTRY}:5000`;
    const credentials = `tokens.example.test:5000@${host}=ada:right-one`;
    const inputs = { ...through(squid.url), credentials, "plain-http": "tokens.example.test" };
    expectRow(await preflight(`http://${host}`, inputs), {
      ...HTTP_RULE,
      code: "AUTHORIZATION_STRIPPED",
      host,
      "refused-by": "proxy",
      message: "401",
      remedy:
        "Ask the operators of the proxy why it takes the header Authorization out, or list the registry in no-proxy",
    });
  });
});

withParts(["squid", "distribution", "openssl"], "squid takes Authorization out", () => {
  test("of nobody's token, which says itself that it is enough", async () => {
    const authority = createAuthority();
    const address = uniqueAddress();
    const { token, host } = await startTokenServer({ authority, grants: ["pull"] });
    await startRegistry({ kind: "distribution", address, port: 5000, token });
    const squid = await startSquid({
      hosts: { [REGISTRY]: address },
      directives: ["request_header_access Authorization deny all"],
    });
    expectRow(await preflight(`http://${REGISTRY}:5000`, { ...through(squid.url), "plain-http": host }), {
      ...HTTP_RULE,
      code: "AUTHORIZATION_STRIPPED",
      host: `${REGISTRY}:5000`,
      "refused-by": "proxy",
      remedy: "Ask the operators of the proxy",
    });
  });
});

withParts(["squid", "openssl"], "squid opens TLS, is trusted, and refuses inside the tunnel", () => {
  test("with a page of its own", async () => {
    const proxys = createAuthority("Acme Web Gateway");
    const squid = await startSquid({ deny: [REGISTRY], intercept: proxys });
    expectRow(await preflight(REGISTRY, { ...through(squid.url), "ca-certificates": proxys.path }), {
      ...HTTPS_RULE,
      code: "PROXY_DENIED",
      host: `${REGISTRY}:443`,
      "refused-by": "proxy",
      message: "403",
      remedy: `Ask for ${REGISTRY}:443 to be allowed on the proxy`,
    });
  });
});
