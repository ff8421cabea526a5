import { execFile } from "node:child_process";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { diagnose } from "../../../src/diagnosis/diagnosis.ts";
import { readAll } from "../../../src/net/body.ts";
import { HopError } from "../../../src/net/hop.ts";
import { isRetryable } from "../../../src/net/retryable.ts";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import { startRawServer } from "../../../testing/fakes/raw-server.ts";
import { get, type OpenClientOptions, openClient, through } from "../../../testing/product/open-client.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { buildGo, withGo } from "../../../testing/real/go-program.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

/** A response, what the product reads in it, and what Go's net/http reads: the body, or an error. */
type Row = readonly [title: string, response: string, ours: string, go: string];

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";
const TWO = "Content-Length: 2\r\n";
const CHUNKS = "\r\n2\r\n{}\r\n0\r\n\r\n";
const INVALID = "RESPONSE_MALFORMED";

const ROWS: readonly Row[] = [
  ["both framing headers", `${OK}${CHUNKED}${TWO}${CHUNKS}`, "{}", "{}"],
  ["both framing headers, the length first", `${OK}${TWO}${CHUNKED}${CHUNKS}`, "{}", "{}"],
  ["both framing headers, and another length", `${OK}Content-Length: 99\r\n${CHUNKED}${CHUNKS}`, "{}", "{}"],
  ["both framing headers, and what follows", `${OK}${TWO}${CHUNKED}${CHUNKS}HTTP/1.1 404 No\r\n\r\n`, "{}", "{}"],
  ["one length twice", `${OK}${TWO}${TWO}\r\n{}`, "{}", "{}"],
  ["one length three times", `${OK}${TWO}X: y\r\n${TWO}${TWO}\r\n{}`, "{}", "{}"],
  ["one length twice in one field", `${OK}Content-Length: 2, 2\r\n\r\n{}`, "{}", "error"],
  ["a folded header", `${OK}X: a\r\n b\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["a header folded by a tab", `${OK}X: a,\r\n\tb\r\n\tc\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["whitespace before a colon", `${OK}X : a\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["line feeds alone", "HTTP/1.1 200 OK\nX: a\nContent-Length: 2\n\n{}", "{}", "{}"],
  ["line feeds in some lines", `HTTP/1.1 200 OK\nX: a\r\nContent-Length: 2\n\r\n{}`, "{}", "{}"],
  ["line feeds alone, in chunks too", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\n{}\n0\n\n", "{}", "error"],
  ["whitespace after the size of a chunk", `${OK}${CHUNKED}X : a\r\n\r\n2 \r\n{}\r\n0\r\n\r\n`, "{}", "{}"],
  ["extensions of chunks and trailers", `${OK}${CHUNKED}X : a\r\n\r\n2;a=b\r\n{}\r\n0\r\nT: x\r\n\r\n`, "{}", "{}"],
  ["a header of 20 KB", `${OK}X: ${"x".repeat(20_000)}\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["200 KB of headers", `${OK}${`X: ${"x".repeat(2000)}\r\n`.repeat(100)}${TWO}\r\n{}`, "{}", "{}"],
  ["100 before", `HTTP/1.1 100 Continue\r\n\r\n${OK}${TWO}\r\n{}`, "{}", "{}"],
  ["103 before, with line feeds alone", `HTTP/1.1 103 Hints\nLink: <x>\n\n${OK}${TWO}\r\n{}`, "{}", "{}"],
  ["an empty line before", `\r\n${OK}${TWO}\r\n{}`, "{}", "error"],
  ["HTTP/1.0", `HTTP/1.0 200 OK\r\n${TWO}\r\n{}`, "{}", "{}"],
  [
    "HTTP/1.0 with chunks, which it does not have",
    `HTTP/1.0 200 OK\r\nX : a\r\n${CHUNKED}Connection: close\r\n\r\n{}`,
    "{}",
    "{}",
  ],
  ["no reason phrase", `HTTP/1.1 200\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["two spaces before the status", `HTTP/1.1  200 OK\r\n${TWO}\r\n{}`, "{}", "{}"],
  ["a folded header, and no length", `${OK}X: a\r\n b\r\nConnection: close\r\n\r\n{}`, "{}", "{}"],
  ["two lengths", `${OK}${TWO}Content-Length: 3\r\n\r\n{}`, INVALID, "error"],
  ["two lengths in one field", `${OK}Content-Length: 2, 3\r\n\r\n{}`, INVALID, "error"],
  ["a length that is not a number", `${OK}Content-Length: two\r\n\r\n{}`, INVALID, "error"],
  ["a length with a sign", `${OK}Content-Length: +2\r\n\r\n{}`, INVALID, "error"],
  ["whitespace before the colon of a length", `${OK}Content-Length : 2\r\nConnection: close\r\n\r\n{}`, INVALID, "{}"],
  ["another transfer coding", `${OK}Transfer-Encoding: gzip\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["identity as a transfer coding", `${OK}Transfer-Encoding: identity\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["two transfer codings", `${OK}Transfer-Encoding: gzip, chunked\r\n${TWO}${CHUNKS}`, INVALID, "error"],
  ["a line without a colon", `${OK}X\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["a control character", `${OK}X: a\u0001b\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["a name that is not a token", `${OK}X(y): a\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["a head of 2 MiB", `${OK}${`X: ${"x".repeat(1020)}\r\n`.repeat(2048)}${TWO}\r\n{}`, INVALID, "{}"],
  ["a status of two digits", `HTTP/1.1 20 OK\r\n${TWO}\r\n{}`, INVALID, "error"],
  ["a size that is not a number", `${OK}${CHUNKED}${TWO}\r\nzz\r\n{}\r\n0\r\n\r\n`, INVALID, "error"],
  ["a chunk that is longer than its size", `${OK}${CHUNKED}${TWO}\r\n1\r\n{}\r\n0\r\n\r\n`, INVALID, "error"],
  ["chunks that end early", `${OK}${CHUNKED}${TWO}Connection: close\r\n\r\n2\r\n{}\r\n`, "CONNECTION_LOST", "error"],
  [
    "a body that ends early",
    `${OK}X : a\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}`,
    "CONNECTION_LOST",
    "error",
  ],
];

async function read(url: string, options: OpenClientOptions): Promise<string> {
  try {
    return String(await readAll(await openClient(options).request(get(url)), 100));
  } catch (error) {
    return diagnose(error)?.code ?? String(error);
  }
}

describe("a response", () => {
  test.each(ROWS)("is read as Go does: %s", async (_, response, ours) => {
    const server = await startRawServer(() => response);
    expect(await read(`http://${server.host}/`, {})).toBe(ours);
    for (const requests of server.connections) expect(requests).toHaveLength(1);
  });

  test.each(ROWS)("is read as Go does, from a proxy in plain HTTP: %s", async (title, response, ours) => {
    const proxy = await startRawServer(() => response);
    const expected = title === "a status of two digits" ? "PROXY_NOT_A_PROXY" : ours;
    expect(await read("http://a.test/", { routeFor: () => through(`http://${proxy.host}`) })).toBe(expected);
  });
});

withParts(["openssl"], "a response over TLS", () => {
  test("is read as Go does, in a tunnel, and from a host with a trusted certificate alone", async () => {
    const authority = createAuthority();
    const tls = { ca: [authority.cert] };
    for (const [title, response, ours] of ROWS) {
      const server = await startRawServer(() => response, authority.issue("a.test"));
      const proxy = await startProxy({ hosts: { "a.test": server.host } });
      const routeFor = () => through(proxy.url);
      expect([title, await read("https://a.test/", { tls, routeFor })]).toEqual([title, ours]);
      expect([title, await read("https://a.test/", { routeFor })]).toEqual([title, "TLS_INTERCEPTED"]);
    }
  }, 60_000);
});

const [GET, HEAD] = ["GET / HTTP/1.1", "HEAD / HTTP/1.1"];

test("an origin with two such responses is read leniently from then on, each time on a connection of its own", async () => {
  const server = await startRawServer((line) =>
    line === HEAD ? `${OK}${CHUNKED}${TWO}\r\n` : `${OK}X : a\r\n${TWO}\r\n{}`,
  );
  const client = openClient();
  const url = `http://${server.host}/`;
  for (const _ of [1, 2]) expect(String(await readAll(await client.request(get(url)), 9))).toBe("{}");
  expect(server.connections).toEqual([[GET], [GET], [GET], [GET]]);
  const head = await client.request({ ...get(url), method: "HEAD" });
  expect([head.status, head.headers["content-length"]]).toEqual([200, "2"]);
  expect(server.connections.slice(4)).toEqual([[HEAD]]);
});

test("one damaged response does not end the use of connections for several requests", async () => {
  let answers = 0;
  const server = await startRawServer(() => (answers++ === 0 ? `HTTP/1.1 200 OK\r\nX\r\n\r\n` : `${OK}${TWO}\r\n{}`));
  const client = openClient();
  for (const _ of [1, 2, 3]) {
    expect(String(await readAll(await client.request(get(`http://${server.host}/`)), 9))).toBe("{}");
    await turn();
    await turn();
  }
  expect(server.connections).toEqual([[GET], [GET], [GET, GET]]);
});

test("a large body passes a lenient parser as it is, in chunks of any size", async () => {
  const content = Buffer.alloc(5_000_000, "0123456789");
  const chunks: string[] = [];
  for (let at = 0, size = 1; at < content.length; at += size, size = (size * 7) % 99_991) {
    const piece = content.toString("latin1", at, at + size);
    chunks.push(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  }
  const server = await startRawServer(() => `${OK}${TWO}${CHUNKED}\r\n${chunks.join("")}0\r\n\r\n`);
  const response = await openClient().request(get(`http://${server.host}/`));
  expect((await readAll(response, 6_000_000)).equals(content)).toBe(true);
});

test("an upload whose response only a lenient parser reads succeeds when it is repeated", async () => {
  const server = await startRawServer(() => `HTTP/1.1 201 Created\r\nX : a\r\nContent-Length: 0\r\n\r\n`);
  const client = openClient();
  const put = () =>
    client.request({ ...get(`http://${server.host}/`), method: "PUT", body: Readable.from(["a layer"]) });
  const failure = await put().catch((error: unknown) => error);
  expect(isRetryable(failure)).toBe(true);
  expect((await put()).status).toBe(201);
  expect(server.connections).toEqual([["PUT / HTTP/1.1"], ["PUT / HTTP/1.1"]]);
});

test("what is not HTTP is requested once", async () => {
  const server = await startRawServer(() => "SSH-2.0-OpenSSH_9.6\r\n");
  expect(await read(`http://${server.host}/`, {})).toBe("RESPONSE_MALFORMED");
  expect(server.connections).toEqual([[GET]]);
});

test("a header keeps its value, whatever its form", async () => {
  const server = await startRawServer(
    () => `HTTP/1.1 307 Away\nLocation : http://b.test/\nLink: <a>;\n rel="next"\nLink: <b>\nContent-Length: 0\n\n`,
  );
  const response = await openClient().request({ ...get(`http://${server.host}/`), redirects: false });
  expect(response).toMatchObject({
    status: 307,
    headers: { location: "http://b.test/", link: '<a>; rel="next", <b>' },
  });
});

test("an invalid response names the host and the header", async () => {
  const server = await startRawServer(() => `${OK}${TWO}Content-Length: 3\r\n\r\n{}`);
  const failure = await openClient()
    .request(get(`http://${server.host}/`))
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HopError);
  expect(diagnose(failure)).toMatchObject({
    code: "RESPONSE_MALFORMED",
    host: server.host,
    message: expect.stringContaining("Content-Length: 2 and 3, which differ"),
  });
});

const GO_CLIENT = `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	for _, url := range os.Args[1:] {
		client := http.Client{Timeout: 10 * time.Second}
		response, err := client.Get(url)
		if err != nil {
			fmt.Println("error")
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			fmt.Println("error")
		} else {
			fmt.Println(string(body))
		}
	}
}
`;

withGo("Go's net/http", () => {
  let program: ReturnType<typeof buildGo>;
  beforeAll(() => {
    program = buildGo(GO_CLIENT);
  }, 120_000);
  afterAll(() => program.remove());

  test("reads the responses as the table says", async () => {
    const servers = await Promise.all(ROWS.map(([, response]) => startRawServer(() => response)));
    const { stdout } = await promisify(execFile)(
      program.binary,
      servers.map(({ host }) => `http://${host}/`),
    );
    const bodies = stdout.trimEnd().split("\n");
    expect(ROWS.map(([title], at) => [title, bodies[at]])).toEqual(ROWS.map(([title, , , go]) => [title, go]));
  }, 60_000);
});
