import { connect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type FakeProxy, type ProxyFault, startProxy } from "../../testing/fakes/proxy.ts";
import { type BlobHost, startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { remember, stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** Sends raw text, and returns all that comes back until the other side closes or is quiet for so long. */
function say(proxy: FakeProxy, text: string, quiet: number | "first" = 1000): Promise<string> {
  return new Promise((resolve, reject) => {
    const [host, port] = proxy.host.split(":");
    const socket = connect({ host: host ?? "", port: Number(port) });
    remember(() => void socket.destroy());
    let heard = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      heard += data;
      if (quiet === "first") resolve(heard);
    });
    socket.once("connect", () => socket.write(text));
    socket.once("error", reject);
    socket.once("close", () => resolve(heard));
    if (quiet !== "first") socket.setTimeout(quiet, () => resolve(heard));
  });
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const get = (target: string, more = "") =>
  `GET http://${target}/blob HTTP/1.1\r\nhost: ${target}\r\n${more}connection: close\r\n\r\n`;
const connectTo = (target: string, more = "") => `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${more}\r\n`;
const inside = "GET /blob HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n";

describe("a fake proxy", () => {
  let origin: BlobHost;
  beforeEach(async () => {
    origin = await startBlobHost({ content: () => Buffer.from("a blob") });
  });

  test("tunnels to where a name leads, and logs it", async () => {
    const proxy = await startProxy({ hosts: { "a.test:443": origin.host } });
    const heard = await say(proxy, connectTo("a.test:443", "user-agent: me\r\n") + inside);
    expect(heard).toMatch(/^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 200 OK.*a blob$/s);
    expect(proxy.log).toMatchObject([{ method: "CONNECT", target: "a.test:443", status: 200 }]);
    expect(proxy.log[0]?.headers["user-agent"]).toBe("me");
  });

  test("forwards requests in absolute form without what was meant for itself", async () => {
    const proxy = await startProxy({ hosts: { "a.test": "127.0.0.1" } });
    const heard = await say(proxy, get(`a.test:${origin.port}`, `proxy-authorization: ${basic("a:b")}\r\n`));
    expect(heard).toMatch(/^HTTP\/1.1 200 OK.*a blob$/s);
    expect(proxy.log).toMatchObject([{ method: "GET", target: `a.test:${origin.port}`, status: 200 }]);
    expect(origin.requests[0]?.headers).toMatchObject({ host: `a.test:${origin.port}` });
    expect(origin.requests[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  test("passes on that the origin cut its answer short", async () => {
    origin.misbehave({ kind: "truncate", after: 2 });
    const proxy = await startProxy();
    expect(await say(proxy, get(origin.host))).toMatch(/content-length: 6\r\n.*\r\n\r\na $/s);
  });

  test("knows no names but those it was given", async () => {
    const proxy = await startProxy();
    expect(await say(proxy, connectTo("a.test:443"))).toMatch(/^HTTP\/1.1 502 .*unknown host a.test:443$/s);
    expect(await say(proxy, get("a.test"))).toMatch(/^HTTP\/1.1 502 /);
    expect(await say(proxy, connectTo("127.0.0.1:1"))).toMatch(/^HTTP\/1.1 503 /);
    expect(await say(proxy, "GET /blob HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  test("refuses hosts in the words it was given", async () => {
    const page = { status: 403, headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" }, body: "ask the network team" };
    const proxy = await startProxy({ deny: { "a.test": page, "127.0.0.1:81": {} } });
    for (const text of [connectTo("a.test:443"), get("a.test")]) {
      expect(await say(proxy, text)).toMatch(/^HTTP\/1.1 403 .*x-squid-error: ERR_ACCESS.*ask the network team/is);
    }
    expect(await say(proxy, connectTo("127.0.0.1:81"))).toMatch(/^HTTP\/1.1 403 /);
    expect(await say(proxy, connectTo("127.0.0.1:82"))).toMatch(/^HTTP\/1.1 503 /);
    expect(proxy.log.map(({ status }) => status)).toEqual([403, 403, 403, 503]);
  });

  test("asks for its password", async () => {
    const proxy = await startProxy({ auth: { user: "ada", password: "p:w", realm: "corp" } });
    expect(await say(proxy, connectTo(origin.host))).toMatch(
      /^HTTP\/1.1 407 .*proxy-authenticate: Basic realm="corp"/s,
    );
    expect(await say(proxy, connectTo(origin.host, `proxy-authorization: ${basic("ada:x")}\r\n`))).toMatch(/ 407 /);
    const heard = await say(proxy, connectTo(origin.host, `proxy-authorization: ${basic("ada:p:w")}\r\n`) + inside);
    expect(heard).toMatch(/^HTTP\/1.1 200 .*a blob$/s);
  });

  test.each<[ProxyFault, string]>([
    ["mute", ""],
    ["close", ""],
    ["not-http", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["close-tunnel", "HTTP/1.1 200 Connection established\r\n\r\n"],
    ["mute-tunnel", "HTTP/1.1 200 Connection established\r\n\r\n"],
  ])("fails as it was told to: %s", async (fault, heard) => {
    const proxy = await startProxy({ fault });
    expect(await say(proxy, connectTo(origin.host) + inside, 200)).toBe(heard);
    expect(proxy.log).toHaveLength(1);
    expect(origin.requests).toEqual([]);
  });

  test("can be slow: its first byte comes alone", async () => {
    const proxy = await startProxy({ fault: "slow" });
    expect(await say(proxy, connectTo(origin.host), "first")).toBe("H");
  });
});

withParts(["openssl"], "a fake proxy behind TLS", () => {
  test("tunnels too", async () => {
    const origin = await startBlobHost({ content: () => Buffer.from("a blob") });
    const authority = createAuthority();
    const proxy = await startProxy({ tls: authority.issue("127.0.0.1") });
    expect(proxy.url).toBe(`https://127.0.0.1:${proxy.port}`);
    const heard = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = tlsConnect({ host: "127.0.0.1", port: proxy.port, ca: authority.cert });
      socket.once("secureConnect", () => socket.write(connectTo(origin.host) + inside));
      socket.setEncoding("latin1").on("data", (data: string) => {
        text += data;
      });
      socket.once("error", reject).once("close", () => resolve(text));
    });
    expect(heard).toMatch(/^HTTP\/1.1 200 Connection established.*a blob$/s);
  });
});
