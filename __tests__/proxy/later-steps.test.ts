import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { buildGoProgram, type GoProgram, withGo } from "../../testing/real/go-program.ts";
import { listen } from "../../testing/real/listening.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";

const GHCR_HOSTS = ["ghcr.io", "pkg-containers.githubusercontent.com"];

/** What a job sees after `setup` with `no-proxy-registries: ghcr.io`. */
function laterStep(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...environment, ...readProxySettings({ noProxyRegistries: ["ghcr.io"], environment }).variables };
}

describe("after setup with no-proxy-registries: ghcr.io", () => {
  withGo("a Go program", () => {
    let go: GoProgram;
    beforeAll(() => {
      go = buildGoProgram();
    });
    afterAll(() => go.remove());

    test("reaches the registry and its blob host directly, and all other hosts through the proxy", () => {
      const urls = [...GHCR_HOSTS, "example.com", "githubusercontent.com"].map((host) => `https://${host}/`);
      // A secret that ends with a line break: Go alone would go direct everywhere.
      const found = { HTTPS_PROXY: "user:p^w@proxy.test:3128\n" };
      expect(go.ask(found, urls)).toEqual(["direct", "direct", "direct", "direct"]);
      const proxy = "http://user:p%5Ew@proxy.test:3128";
      expect(go.ask(laterStep(found), urls)).toEqual(["direct", "direct", proxy, proxy]);
    });

    test("has no proxy if the input is direct", () => {
      const environment = { HTTPS_PROXY: "proxy.test:1", https_proxy: "proxy.test:1" };
      const { variables } = readProxySettings({ inputs: { httpsProxy: "direct" }, environment });
      expect(go.ask({ ...environment, ...variables }, ["https://example.com/"])).toEqual(["direct"]);
    });
  });

  withParts(["curl"], "curl", () => {
    test("reaches the registry and its blob host directly, and all other hosts through the proxy", async () => {
      const proxy = await startProxy();
      let direct = 0;
      const origin = await listen(
        createServer((socket) => {
          direct += 1;
          socket.destroy();
        }),
      );
      const curl = async (host: string) => {
        const url = `https://${host}:${origin.port}/`;
        const resolve = ["--resolve", `${host}:${origin.port}:127.0.0.1`];
        const args = ["--silent", "--disable", "--max-time", "20", ...resolve, url];
        const before = { direct, proxied: proxy.log.length };
        // No TLS speaks there: that curl fails is certain, and whom it asked is the answer.
        await expect(
          promisify(execFile)(pathOf("curl"), args, { env: laterStep({ HTTPS_PROXY: proxy.url }) }),
        ).rejects.toMatchObject({ code: expect.any(Number) });
        return { direct: direct - before.direct, proxied: proxy.log.length - before.proxied };
      };
      for (const host of GHCR_HOSTS) expect(await curl(host)).toEqual({ direct: 1, proxied: 0 });
      expect(await curl("example.com")).toEqual({ direct: 0, proxied: 1 });
      expect(proxy.log.map(({ method, target }) => `${method} ${target}`)).toEqual([
        `CONNECT example.com:${origin.port}`,
      ]);
    });
  });
});
