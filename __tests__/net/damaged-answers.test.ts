import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { get, openClient, textOf } from "../../testing/product/open-client.ts";
import { listen } from "../../testing/real/listening.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/** A server that answers each request with the next of these bytes, and with good ones after the last. */
async function answering(...answers: readonly (string | undefined)[]) {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      const answer = requests < answers.length ? answers[requests] : GOOD;
      requests += 1;
      if (answer === undefined) socket.end();
      else socket.write(answer);
    });
  });
  const { address, port } = await listen(server);
  return { url: `http://${address}:${port}/v2/`, requests: () => requests };
}

const damaged: readonly [string, string | undefined][] = [
  ["bytes that are no HTTP", "\u0016\u0003\u0001 garbage\r\n\r\n"],
  ["an invalid header", "HTTP/1.1 200 OK\r\nContent Length: 2\r\n\r\n{}"],
  ["an invalid chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"],
  ["the end of the connection", undefined],
];

describe("an answer that is damaged", () => {
  test.each(damaged)("is requested again of a host that has answered before: %s", async (_, answer) => {
    const server = await answering(GOOD, answer);
    const client = openClient({ attempts: 3, connections: 1 });
    const read = async () => textOf(await client.request({ ...get(server.url), bufferUpTo: 100 }));
    expect([await read(), await read()]).toEqual(["{}", "{}"]);
    expect(server.requests()).toBe(3);
  });

  test("is requested once more of a host that has not, before it is the verdict", async () => {
    const garbage = "no HTTP at all\r\n\r\n";
    const [once, always] = [await answering(garbage), await answering(...Array<string>(9).fill(garbage))];
    const client = openClient({ attempts: 3 });
    expect((await client.request(get(once.url))).status).toBe(200);
    await expect(client.request(get(always.url))).rejects.toMatchObject({ phase: "response" });
    expect([once.requests(), always.requests()]).toEqual([2, 2]);
  });
});

describe("a page in place of an answer", () => {
  /** Without the header of a registry. */
  async function answeringPages(times: number) {
    const html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<h1>Log in</h1>";
    return answering(...Array<string>(times).fill(html));
  }

  test.each(["GET", "HEAD", "POST", "PUT"] as const)("is requested again by %s", async (method) => {
    const server = await answeringPages(1);
    const response = await openClient({ attempts: 3 }).request({ ...get(server.url), method });
    expect([response.headers["content-type"], server.requests()]).toEqual([undefined, 2]);
  });

  test("is the answer where it comes twice", async () => {
    const server = await answeringPages(9);
    expect(await textOf(await openClient({ attempts: 6 }).request(get(server.url)))).toContain("Log in");
    expect(server.requests()).toBe(2);
  });

  test("is content where content was requested", async () => {
    const server = await answeringPages(9);
    expect((await openClient({ attempts: 6 }).request({ ...get(server.url), isContent: true })).status).toBe(200);
    expect(server.requests()).toBe(1);
  });
});
