import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { uniqueAddress } from "../../testing/real/address.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startSquid } from "../../testing/real/squid.ts";

/** Status of the proxy's answer to CONNECT, status of the server's, and curl's verdict on TLS. */
async function curl(proxy: string, url: string, ...args: string[]): Promise<string> {
  const format = "%{http_connect} %{http_code} %{exitcode}";
  const all = ["-s", "-o", "/dev/null", "-w", format, "--max-time", "10", "-x", proxy, ...args, url];
  const run = await promisify(execFile)(pathOf("curl"), all, { env: {} }).catch((failed: { stdout: string }) => failed);
  return run.stdout;
}

const content = () => Buffer.from("a blob");

withParts(["squid", "curl", "openssl"], "squid", () => {
  afterEach(stopEverything);

  test("leads names where it is told, tunnelled and not, and logs both", async () => {
    const address = uniqueAddress();
    await startBlobHost({ content, address, port: 5000 });
    const squid = await startSquid({ hosts: { "source.example.test": address } });
    expect(await curl(squid.url, "http://source.example.test:5000/x")).toBe("000 200 0");
    expect(await curl(squid.url, "http://source.example.test:5000/x", "--proxytunnel")).toBe("200 200 0");
    const common = { target: "source.example.test:5000", status: 200, client: "127.0.0.1", user: "" };
    expect(await squid.log()).toEqual([
      { method: "GET", ...common },
      { method: "CONNECT", ...common },
    ]);
  });

  test("refuses hosts and ports", async () => {
    const address = uniqueAddress();
    await startBlobHost({ content, address, port: 5000 });
    const squid = await startSquid({
      hosts: { "a.example.test": address, "b.example.test": address },
      deny: ["b.example.test", ".cdn.test"],
      allowPorts: [5000],
    });
    expect(await curl(squid.url, "http://a.example.test:5000/")).toBe("000 200 0");
    expect(await curl(squid.url, "http://b.example.test:5000/")).toBe("000 403 0");
    expect(await curl(squid.url, "https://one.cdn.test:5000/")).toBe("403 000 56");
    expect(await curl(squid.url, "https://a.example.test/")).toBe("403 000 56");
    expect((await squid.log()).map(({ method, target, status }) => `${method} ${target} ${status}`)).toEqual([
      "GET a.example.test:5000 200",
      "GET b.example.test:5000 403",
      "CONNECT one.cdn.test:5000 403",
      "CONNECT a.example.test:443 403",
    ]);
  });

  test("says at once that a name is unknown or a port closed", async () => {
    const address = uniqueAddress();
    const squid = await startSquid({ hosts: { "closed.example.test": address } });
    expect(await curl(squid.url, "https://unknown.example.test/")).toBe("500 000 56");
    expect(await curl(squid.url, "https://closed.example.test/")).toBe("503 000 56");
  });

  test("asks for a password", async () => {
    const address = uniqueAddress();
    await startBlobHost({ content, address, port: 80 });
    const squid = await startSquid({ hosts: { "a.test": address }, users: { ada: "p:ä #%" } });
    expect(await curl(squid.url, "http://a.test/")).toBe("000 407 0");
    expect(await curl(squid.url, "http://a.test/", "-U", "ada:wrong")).toBe("000 407 0");
    expect(await curl(squid.url, "http://a.test/", "-U", "ada:p:ä #%")).toBe("000 200 0");
    expect((await squid.log()).map(({ status, user }) => [status, user])).toEqual([
      [407, ""],
      [407, "ada"],
      [200, "ada"],
    ]);
  });

  test("opens tunnels where it is told to", async () => {
    const address = uniqueAddress();
    const [corporate, public_] = [createAuthority("Corporate"), createAuthority("Public")];
    await startBlobHost({ content, address, port: 443, tls: public_.issue("a.test") });
    const squid = await startSquid({
      hosts: { "a.test": address },
      intercept: corporate,
      upstreamAuthority: public_,
    });
    expect(await curl(squid.url, "https://a.test/", "--cacert", public_.path)).toBe("200 000 60");
    expect(await curl(squid.url, "https://a.test/", "--cacert", corporate.path)).toBe("200 200 0");
  });
});
