import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import { get, openClient } from "../../testing/product/open-client.ts";
import { listen } from "../../testing/real/listening.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** A server that keeps every byte it gets, and closes each connection behind its answer. */
async function startRecorder() {
  const received: string[] = [];
  const server = createServer((socket) => {
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      received.push(text);
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
  });
  const { port } = await listen(server);
  return { host: `127.0.0.1:${port}`, received };
}

/** Line ends, raw and encoded; characters whose low byte is one; an end of a string in C. */
const INJECTIONS = [
  "\r\n",
  "\n",
  "\r",
  "%0d%0a",
  "%250d%250a",
  "\u0000",
  "\u010a",
  "\u560d\u560a",
  "\u2028",
  "\u0085",
].map((separator) => `a${separator}x-evil: 1${separator}${separator}GET /evil HTTP/1.1`);

const PLACES: Readonly<Record<string, (host: string, text: string) => Parameters<typeof get>>> = {
  "the path of a URL": (host, text) => [`http://${host}/${text}`],
  "the query of a URL": (host, text) => [`http://${host}/?scope=${text}`],
  "the fragment of a URL": (host, text) => [`http://${host}/#${text}`],
  "the value of a header": (host, text) => [`http://${host}/`, { accept: text }],
  "the name of a header": (host, text) => [`http://${host}/`, { [text]: "x" }],
};

/** How many of them can be sent at all: those that are encoded, and those that a header may hold. */
const REACHES: Readonly<Record<string, number>> = {
  "the path of a URL": INJECTIONS.length,
  "the query of a URL": INJECTIONS.length,
  "the fragment of a URL": INJECTIONS.length,
  "the value of a header": 3,
  "the name of a header": 0,
};

test.each(Object.entries(PLACES))("S11: nothing in %s adds a header or a request", async (place, requestWith) => {
  const { host, received } = await startRecorder();
  const client = openClient();
  for (const text of INJECTIONS) {
    await client.request(get(...requestWith(host, text))).then(
      ({ body }) => body.resume(),
      () => undefined,
    );
  }
  const lines = received.map((request) => request.split(/\r\n|\r|\n/));
  const names = lines.map(([, ...headers]) => headers.map((line) => line.split(":")[0]).filter((name) => name !== ""));
  const own = ["host", "connection", "user-agent", "accept-encoding"];
  for (const each of names) expect(each.filter((name) => name !== "accept")).toEqual(own);
  expect(lines.filter(([first]) => !/^GET \/\S* HTTP\/1\.1$/.test(first ?? ""))).toEqual([]);
  expect(received.length).toBe(REACHES[place]);
});

test("S12: no interceptor of undici is used, since one of them holds bodies in memory", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const text = sources.map((path) => readFileSync(join(root, "src", path), "utf8")).join("\n");
  expect(text).toMatch(/from "undici"/);
  expect(text).not.toMatch(/\binterceptors\b|\.compose\(/);
});
