import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { diagnose } from "../../../src/diagnosis/diagnosis.ts";
import { startRawProxy } from "../../../testing/fakes/raw-proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { get, openClient, through } from "../../../testing/product/open-client.ts";
import { type Authority, createAuthority } from "../../../testing/real/certificates.ts";
import { buildGo, withGo } from "../../../testing/real/go-program.ts";
import { listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";

/** A reply to CONNECT, what the product makes of it, and what Go's net/http does: both open the tunnel, or name an error. */
type Row = readonly [title: string, reply: string, ours: string, go: string];

const OK = "HTTP/1.1 200 OK\r\n";
const LOGIN = "<html>Log in</html>";
const LOGIN_LENGTH = `Content-Type: text/html\r\nContent-Length: ${LOGIN.length}\r\n\r\n`;

const OPEN: readonly Row[] = [
  ["nothing but a status", `${OK}\r\n`, "tunnel", "tunnel"],
  ["the usual reason phrase", "HTTP/1.1 200 Connection established\r\n\r\n", "tunnel", "tunnel"],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", "tunnel", "tunnel"],
  ["HTTP/1.0 and headers", "HTTP/1.0 200 OK\r\nProxy-Agent: x\r\nVia: 1.0 x\r\n\r\n", "tunnel", "tunnel"],
  ["no reason phrase", "HTTP/1.1 200\r\n\r\n", "tunnel", "tunnel"],
  ["an empty reason phrase", "HTTP/1.1 200 \r\n\r\n", "tunnel", "tunnel"],
  ["two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", "tunnel", "tunnel"],
  ["Latin-1 in the reason phrase", "HTTP/1.1 200 Verbindung ge\u00f6ffnet\r\n\r\n", "tunnel", "tunnel"],
  ["an empty body", `${OK}Content-Length: 0\r\n\r\n`, "tunnel", "tunnel"],
  ["the length of a body that does not come", `${OK}Content-Length: 5\r\n\r\n`, "tunnel", "tunnel"],
  ["a body of text", `${OK}Content-Length: 5\r\n\r\nhello`, "tunnel", "tunnel"],
  ["chunks that do not come", `${OK}Transfer-Encoding: chunked\r\n\r\n`, "tunnel", "tunnel"],
  ["a last chunk", `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "tunnel", "tunnel"],
  ["both framing headers", `${OK}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n`, "tunnel", "tunnel"],
  ["one length twice", `${OK}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`, "tunnel", "tunnel"],
  ["two lengths", `${OK}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`, "tunnel", "error"],
  ["an invalid length", `${OK}Content-Length: none\r\n\r\n`, "tunnel", "error"],
  ["another transfer coding", `${OK}Transfer-Encoding: gzip\r\n\r\n`, "tunnel", "error"],
  ["an empty page", `${OK}Content-Type: text/html\r\nContent-Length: 0\r\n\r\n`, "tunnel", "tunnel"],
  ["the type of a page alone", `${OK}Content-Type: text/html; charset=utf-8\r\n\r\n`, "tunnel", "tunnel"],
  [
    "a page in chunks that does not come",
    `${OK}Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n`,
    "tunnel",
    "tunnel",
  ],
  ["Connection: close", `${OK}Connection: close\r\n\r\n`, "tunnel", "tunnel"],
  ["Proxy-Connection", `${OK}Proxy-Connection: keep-alive\r\n\r\n`, "tunnel", "tunnel"],
  ["line feeds alone", "HTTP/1.1 200 OK\n\n", "tunnel", "tunnel"],
  ["line feeds alone, and a header", "HTTP/1.1 200 OK\nVia: x\n\n", "tunnel", "tunnel"],
  ["line feeds in the status line alone", "HTTP/1.1 200 OK\nVia: x\r\n\r\n", "tunnel", "tunnel"],
  ["a line feed for the empty line alone", `${OK}Via: x\r\n\n`, "tunnel", "tunnel"],
  ["a stray CRLF", `${OK}\r\n\r\n`, "tunnel", "tunnel"],
  ["a stray line feed", `${OK}\r\n\n`, "tunnel", "tunnel"],
  ["several stray CRLFs", `${OK}\r\n\r\n\r\n\r\n`, "tunnel", "tunnel"],
  ["an empty line before", `\r\n${OK}\r\n`, "tunnel", "error"],
  ["100 before", `HTTP/1.1 100 Continue\r\n\r\n${OK}\r\n`, "tunnel", "error"],
  [
    "102 and 103 before",
    `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n${OK}\r\n`,
    "tunnel",
    "error",
  ],
  ["100 and a stray CRLF before", `HTTP/1.1 100 Continue\r\n\r\n\r\n${OK}\r\n`, "tunnel", "error"],
  ["201", "HTTP/1.1 201 Created\r\n\r\n", "tunnel", "error"],
  ["202", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "tunnel", "error"],
  ["204", "HTTP/1.1 204 No Content\r\n\r\n", "tunnel", "error"],
  ["299", "HTTP/1.1 299 Odd\r\n\r\n", "tunnel", "error"],
  ["a folded header", `${OK}Via: x,\r\n y\r\n\r\n`, "tunnel", "tunnel"],
  ["whitespace before a colon", `${OK}Via : x\r\n\r\n`, "tunnel", "tunnel"],
  ["whitespace before the colon of a length", `${OK}Content-Length : 5\r\n\r\n`, "tunnel", "tunnel"],
  ["a line without a colon", `${OK}Via\r\n\r\n`, "tunnel", "error"],
  ["a control character in a header", `${OK}Via: \u0001\r\n\r\n`, "tunnel", "error"],
  ["20 KB of headers", `${OK}X-Policy: ${"x".repeat(20_000)}\r\n\r\n`, "tunnel", "tunnel"],
  ["200 KB of headers", `${OK}${`X-Policy: ${"x".repeat(1000)}\r\n`.repeat(200)}\r\n`, "tunnel", "tunnel"],
];

const CLOSED: readonly Row[] = [
  ["407", 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n', "PROXY_AUTH_REQUIRED", "error"],
  [
    "407 with line feeds alone",
    "HTTP/1.1 407 No\nProxy-Authenticate: Negotiate\n\n",
    "PROXY_AUTH_UNSUPPORTED",
    "error",
  ],
  [
    "407 with a line without a colon",
    "HTTP/1.1 407 No\r\nx\r\nProxy-Authenticate: NTLM\r\n\r\n",
    "PROXY_AUTH_UNSUPPORTED",
    "error",
  ],
  [
    "407 with a folded challenge",
    "HTTP/1.1 407 No\r\nProxy-Authenticate:\r\n NTLM\r\n\r\n",
    "PROXY_AUTH_UNSUPPORTED",
    "error",
  ],
  [
    "407 with two lengths",
    "HTTP/1.1 407 No\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
    "PROXY_AUTH_REQUIRED",
    "error",
  ],
  [
    "403 with both framing headers",
    "HTTP/1.1 403 No\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PROXY_DENIED",
    "error",
  ],
  [
    "100 before 403",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
    "PROXY_DENIED",
    "error",
  ],
  ["503 without a reason phrase", "HTTP/1.0 503\n\n", "PROXY_UPSTREAM_FAILED", "error"],
  ["511", "HTTP/1.1 511 Log in\r\nContent-Length: 0\r\n\r\n", "CAPTIVE_PORTAL", "error"],
  ["a redirect", "HTTP/1.1 302 Found\nLocation: http://login.test/\n\n", "CAPTIVE_PORTAL", "error"],
  ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "PROXY_NOT_A_PROXY", "error"],
  ["HTTP of no version", "HTTP 200 OK\r\n\r\n", "PROXY_NOT_A_PROXY", "error"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "PROXY_NOT_A_PROXY", "error"],
  ["a page without a head", `${LOGIN}\r\n\r\n`, "PROXY_NOT_A_PROXY", "error"],
  ["informational responses alone", "HTTP/1.1 100 Continue\r\n\r\n".repeat(30), "PROXY_CLOSED", "error"],
  ["half a head", "HTTP/1.1 200 OK\r\nVia", "PROXY_CLOSED", "error"],
  ["nothing", "", "PROXY_CLOSED", "error"],
];

const ROWS = [...OPEN, ...CLOSED];

const GO_CLIENT = `package main

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

func main() {
	for _, text := range os.Args[1:] {
		proxy, _ := url.Parse(text)
		transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		client := http.Client{Transport: transport, Timeout: 20 * time.Second}
		response, err := client.Get("https://a.test/v2/")
		if err != nil || response.StatusCode != 200 {
			fmt.Println("error")
		} else {
			fmt.Println("tunnel")
		}
	}
}
`;

withParts(["openssl"], "a reply to CONNECT", () => {
  let authority: Authority;
  let registry: FakeRegistry;
  beforeAll(async () => {
    authority = createAuthority();
    registry = await startFakeRegistry({ tls: authority.issue("a.test") });
  });

  const outcomeOf = async (reply: string, ca: readonly string[] = [authority.cert]) => {
    const proxy = await startRawProxy(reply, registry.host);
    const client = openClient({ tls: { ca }, routeFor: () => through(proxy.url), userAgent: "an-agent" });
    const outcome = await client.request(get("https://a.test/v2/")).then(
      ({ status }) => (status === 200 ? "tunnel" : String(status)),
      (error: unknown) => diagnose(error)?.code,
    );
    return { outcome, proxy };
  };

  test.each(ROWS)("is read as Go or curl do: %s", async (_, reply, ours) => {
    expect((await outcomeOf(reply)).outcome).toBe(ours);
  });

  test.each(OPEN.filter(([title]) => /page|stray|text|chunk/.test(title)))(
    "leaves the verdict on TLS to TLS: %s",
    async (_, reply) => {
      expect((await outcomeOf(reply, [])).outcome).toBe("TLS_INTERCEPTED");
    },
  );

  test("follows a request with the name of the client, once", async () => {
    const { proxy } = await outcomeOf(`${OK}\r\n`);
    expect(proxy.requests).toEqual(["CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\nuser-agent: an-agent\r\n\r\n"]);
  });

  test.each([
    ["at once", `${OK}${LOGIN_LENGTH}${LOGIN}`],
    ["of an unknown length", `${OK}Content-Type: text/html\r\n\r\n${LOGIN}`],
    ["with line feeds alone", `HTTP/1.1 200 OK\nContent-Type: text/html\n\n${LOGIN}`],
  ])("with the page of a portal %s is not a tunnel", async (_, reply) => {
    expect((await outcomeOf(reply)).outcome).toBe("CAPTIVE_PORTAL");
  });

  test("with the type of a page is that of a portal where the page follows later, instead of TLS", async () => {
    const portal = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(LOGIN));
    });
    const { port } = await listen(portal);
    const outcomes = [`${OK}Content-Type: text/html\r\n\r\n`, `${OK}Via: x\r\n\r\n`].map(async (reply) => {
      const proxy = await startRawProxy(reply, `127.0.0.1:${port}`);
      const request = openClient({ routeFor: () => through(proxy.url) }).request(get("https://a.test/v2/"));
      return request.catch((error: unknown) => diagnose(error)?.code);
    });
    expect(await Promise.all(outcomes)).toEqual(["CAPTIVE_PORTAL", "PLAIN_HTTP_REGISTRY"]);
  });

  withGo("Go's net/http", () => {
    let program: ReturnType<typeof buildGo>;
    beforeAll(() => {
      program = buildGo(GO_CLIENT);
    }, 120_000);
    afterAll(() => program.remove());

    test("reads the replies as the table says", async () => {
      const proxies = await Promise.all(ROWS.map(([, reply]) => startRawProxy(reply, registry.host)));
      const { stdout } = await promisify(execFile)(
        program.binary,
        proxies.map(({ url }) => url),
      );
      const read = stdout.trimEnd().split("\n");
      expect(ROWS.map(([title], at) => [title, read[at]])).toEqual(ROWS.map(([title, , , go]) => [title, go]));
    }, 60_000);
  });
});
