import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { drain, readAll } from "../../../src/net/body.ts";
import type { HttpRequest } from "../../../src/net/http.ts";
import { get, openClient } from "../../../testing/product/open-client.ts";
import { listen } from "../../../testing/real/listening.ts";
import { remember, stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

/** Milliseconds, for each layer and for the rest of an answer. */
const TIMEOUT = 300;
const PAUSE = 20;

/** Answers every request in its own way, until the connection is closed. */
async function answering(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  const { port } = await listen(server);
  return `http://127.0.0.1:${port}/`;
}

/** Sends `first`, and then a piece again and again. */
function dripping(first: string, piece: string) {
  return (socket: Socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(piece), PAUSE);
    socket.on("close", () => clearInterval(timer));
    remember(() => clearInterval(timer));
  };
}

const document: Partial<HttpRequest> = { bufferUpTo: 4096 };
const LENGTH = "Content-Length: 4096\r\n\r\n";

describe("V7: what drips for ever ends all the same", () => {
  test.each<[string, string, string, Partial<HttpRequest>]>([
    ["a document", `HTTP/1.1 200 OK\r\n${LENGTH}`, "x", document],
    ["a document in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", document],
    ["a document until the connection ends", "HTTP/1.1 200 OK\r\n\r\n", "x", document],
  ])("%s", async (_, first, piece, more) => {
    const url = await answering(dripping(first, piece));
    const asking = openClient({ timeout: TIMEOUT }).request({ ...get(url), ...more });
    await expect(asking).rejects.toMatchObject({ name: "HopError", phase: "body", timedOut: true });
  });

  test("the page of a refusal, read or thrown away", async () => {
    const url = await answering(dripping(`HTTP/1.1 404 Not Found\r\n${LENGTH}`, "x"));
    const client = openClient({ timeout: TIMEOUT });
    await expect(readAll(await client.request(get(url)), 2048, true)).rejects.toMatchObject({ timedOut: true });
    await drain(await client.request(get(url)));
    expect(client.hops).toHaveLength(2);
  });

  test("the page of a redirect", async () => {
    const redirect = dripping(`HTTP/1.1 307 Temporary Redirect\r\nLocation: /there\r\n${LENGTH}`, "x");
    let answers = 0;
    const url = await answering((socket) => {
      if (answers++ === 0) redirect(socket);
      else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    expect((await openClient({ timeout: TIMEOUT }).request(get(url))).status).toBe(200);
  });

  test.each([
    ["informational responses", "HTTP/1.1 102 Processing\r\n\r\n"],
    ["early hints", "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"],
  ])("%s", async (_, piece) => {
    const url = await answering(dripping(piece, piece));
    // Long enough for all that are taken: they are counted.
    const counted = openClient({ timeout: 20_000 }).request(get(url));
    await expect(counted).rejects.toMatchObject({ name: "HopError", phase: "response", timedOut: true });
    await expect(counted).rejects.toThrow(/more than 20/);
    // So short that they count for nothing.
    const timed = openClient({ timeout: 5 * PAUSE }).request(get(url));
    await expect(timed).rejects.toMatchObject({ name: "HopError", phase: "response", timedOut: true });
  });

  test("headers", async () => {
    const url = await answering(dripping("HTTP/1.1 200 OK\r\n", "x"));
    const asking = openClient({ timeout: TIMEOUT }).request(get(url));
    await expect(asking).rejects.toMatchObject({ name: "HopError", phase: "response" });
  });
});

test("an answer behind informational ones is taken", async () => {
  const hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20);
  const url = await answering((socket) => socket.end(`${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`));
  const response = await openClient().request({ ...get(url), ...document });
  expect(String(await readAll(response, 2))).toBe("ok");
});

test("a document of which much arrives has the time that it takes", async () => {
  const start = 1024 * 1024;
  const url = await answering((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${start + 6}\r\n\r\n${"x".repeat(start)}`);
    let left = 6;
    const timer = setInterval(() => socket.write("x", () => --left === 0 && clearInterval(timer)), 100);
    remember(() => clearInterval(timer));
  });
  const response = await openClient({ timeout: 500 }).request({ ...get(url), bufferUpTo: 2 * start });
  expect(await readAll(response, 2 * start)).toHaveLength(start + 6);
});
