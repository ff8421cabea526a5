import { request as httpRequest } from "node:http";
import { afterEach, expect, test } from "@jest/globals";
import type { Fault } from "../../testing/chaos/faults/fault.ts";
import { FAULTS } from "../../testing/chaos/faults/registry-faults.ts";
import { startRelay } from "../../testing/chaos/relay.ts";
import { type Answer, type FileServer, startFileServer } from "../../testing/fakes/file-server.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const BODY = "a body of some length";
const PATH = `/v2/a/blobs/sha256:${"a".repeat(64)}`;

interface Received {
  /** Of the response; or the code of the error before it. */
  readonly status: number | string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly isComplete: boolean;
}

function ask(port: number, { method = "GET", path = PATH, body = "" } = {}): Promise<Received> {
  return new Promise((resolve) => {
    const headers = { authorization: "Bearer x", "content-length": Buffer.byteLength(body) };
    const fail = ({ code = "" }: NodeJS.ErrnoException) =>
      resolve({ status: code, headers: {}, body: "", isComplete: false });
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", () => {});
      response.once("close", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          isComplete: response.complete,
        }),
      );
    });
    request.once("error", fail).end(body);
  });
}

/** What a client gets for one request, and what the server behind the relay got. */
async function meet(
  fault: Fault | string | undefined,
  asked: Parameters<typeof ask>[1] = {},
  answer: Answer = { body: BODY, headers: { "docker-content-digest": "sha256:true" } },
): Promise<{ readonly received: Received; readonly requests: FileServer["requests"] }> {
  const server = await startFileServer();
  server.put(asked?.path ?? PATH, answer);
  const found = typeof fault === "string" ? FAULTS.find(({ name }) => name === fault) : fault;
  if (typeof fault === "string" && found === undefined) throw new Error(`there is no fault "${fault}"`);
  const relay = await startRelay({
    upstreamOf: () => ({ registry: server.host }),
    schedule: { forRequest: () => found },
    onFault: () => {},
  });
  return { received: await ask(relay.port, asked), requests: server.requests };
}

test("a request without a fault is answered as the registry answers", async () => {
  const { received, requests } = await meet(undefined);
  expect(received).toMatchObject({ status: 200, body: BODY, isComplete: true });
  expect(received.headers["docker-content-digest"]).toBe("sha256:true");
  expect(requests).toMatchObject([{ method: "GET", path: PATH, headers: { authorization: "Bearer x" } }]);
});

test.each([
  ["resets the connection before the request", 0],
  ["resets the connection after the request", 1],
])("%s: the client gets nothing", async (name, count) => {
  const { received, requests } = await meet(name);
  expect({ status: received.status, requests: requests.length }).toEqual({ status: "ECONNRESET", requests: count });
});

test("a truncated body ends before its length", async () => {
  const { received } = await meet("truncates the body");
  expect(received).toMatchObject({ status: 200, body: BODY.slice(0, BODY.length >> 1), isComplete: false });
  expect(received.headers["content-length"]).toBe(String(BODY.length));
});

test("a body with a short length looks complete", async () => {
  const { received } = await meet("sends half of the body with a short Content-Length");
  expect(received).toMatchObject({ status: 200, body: BODY.slice(0, BODY.length >> 1), isComplete: true });
});

test("a slow body is complete", async () => {
  expect((await meet("sends the body slowly")).received).toMatchObject({ body: BODY, isComplete: true });
});

test("a flipped bit changes one character of the body, and no more", async () => {
  const { received } = await meet("flips a bit of the content");
  const different = [...received.body].filter((character, at) => character !== BODY[at]);
  expect({ length: received.body.length, different: different.length }).toEqual({ length: BODY.length, different: 1 });
});

test("a flipped bit in an upload reaches the registry", async () => {
  const path = "/v2/a/manifests/1.0.0";
  const { received, requests } = await meet("flips a bit of the upload", { method: "PUT", path, body: "{}" });
  expect({ status: received.status, requests: requests.length }).toEqual({ status: 200, requests: 1 });
});

test("bytes that are not HTTP are an error of the parser", async () => {
  expect((await meet("responds with bytes that are not HTTP")).received.status).toMatch(/^HPE_/);
});

test.each([
  ["responds with 503", 503, 0],
  ["responds with 200 and a page", 200, 0],
  ["responds with 502 after the request was carried out", 502, 1],
])("%s", async (name, status, count) => {
  const { received, requests } = await meet(name);
  expect(received).toMatchObject({ status, isComplete: true });
  expect(received.body).not.toBe(BODY);
  expect(requests).toHaveLength(count);
});

test("a phantom is claimed where the registry has nothing, and only there", async () => {
  const name = "claims by HEAD that content exists";
  const absent = await meet(name, { method: "HEAD" }, { status: 404 });
  expect(absent.received).toMatchObject({ status: 200, headers: { "docker-content-digest": PATH.slice(12) } });
  const present = await meet(name, { method: "HEAD" });
  expect(present.received.headers["docker-content-digest"]).toBe("sha256:true");
});

test("a token that expires does not reach the registry", async () => {
  const { requests } = await meet("lets the token expire");
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test("a mount that is claimed or ignored has not happened at the registry", async () => {
  const path = `/v2/a/blobs/uploads/?mount=sha256:1&from=b`;
  const claimed = await meet("claims a mount that did not happen", { method: "POST", path });
  expect(claimed.received.status).toBe(201);
  expect(claimed.requests).toEqual([]);
  const ignored = await meet("ignores a mount", { method: "POST", path });
  expect(ignored.requests.map((request) => request.path)).toEqual(["/v2/a/blobs/uploads/"]);
});

test("a token server is named as one behind the relay", async () => {
  const headers = { "www-authenticate": 'Bearer realm="http://127.0.0.1:1/token",service="registry"' };
  const { received } = await meet(undefined, {}, { status: 401, headers });
  expect(received.headers["www-authenticate"]).toMatch(/^Bearer realm="http:\/\/127\.0\.0\.1:\d\d+\/token",service=/);
});
