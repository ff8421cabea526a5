import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { UNPACK_LIMITS } from "../../../src/archive/gunzip.ts";
import { OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";
import { bomb } from "../../../testing/content/tar-bytes.ts";
import { type FileServer, startFileServer } from "../../../testing/fakes/file-server.ts";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import { contentOf, openAccessMethods, pinTo } from "../../../testing/product/open-access-methods.ts";
import { through } from "../../../testing/product/open-client.ts";
import { freePort } from "../../../testing/real/address.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

let server: FileServer;
let notes: JsonObject;
beforeEach(async () => {
  server = await startFileServer();
  server.put("/notes.txt", { headers: { "content-type": "text/plain; charset=utf-8" }, body: "some notes" });
  notes = { type: "wget", url: `${server.origin}/notes.txt` };
});
const open = (options = {}) => openAccessMethods({ named: [server.host], ...options });

describe("a file", () => {
  test.each([
    ["wget", "url"],
    ["wget/v1", "URL"],
    ["Wget", "Url"],
    ["Wget/v1", "url"],
  ])("%s with %s becomes a blob under the server's media type", async (type, url) => {
    const found = await open().find({ type, [url]: `${server.origin}/notes.txt` });
    const descriptor = { mediaType: "text/plain", digest: sha256("some notes"), size: 10 };
    expect(found).toMatchObject({ kind: "blob", descriptor });
    expect((await contentOf(found)).toString()).toBe("some notes");
    expect((await contentOf(found)).toString()).toBe("some notes");
    expect(server.requests).toHaveLength(1);
  });

  test("is asked for without credentials, and listed by what needs it", async () => {
    const methods = open();
    await methods.find({ ...notes, header: { Accept: ["text/a", "text/b"] } });
    expect(server.requests[0]).toMatchObject({ method: "GET", headers: { accept: "text/a, text/b" } });
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(methods.client.hops).toMatchObject([
      { purpose: { kind: "content", access: "wget", element: "resource it" } },
    ]);
  });

  test.each([
    ["text/x-own", "text/plain", "text/x-own"],
    ["", undefined, "application/octet-stream"],
    ["", "no media type", "application/octet-stream"],
    ["", "Text/HTML;charset=x", "text/html"],
    // v1 of the CLI would look for an artifact under the digest of such a blob.
    ["", OCI_MANIFEST, "application/json"],
    [OCI_MANIFEST, "text/plain", "application/json"],
  ])("media type %s of the access, %s of the server: %s", async (mediaType, said, expected) => {
    server.put("/file", { headers: said === undefined ? {} : { "content-type": said }, body: "x" });
    const found = await open().find({ type: "wget", url: `${server.origin}/file`, mediaType });
    expect(found).toMatchObject({ descriptor: { mediaType: expected } });
  });

  test("that is packed for the way is unpacked", async () => {
    server.put("/file", { headers: { "content-encoding": "gzip" }, body: gzipSync("unpacked") });
    const found = await open().find({ type: "wget", url: `${server.origin}/file` }, pinTo("unpacked"));
    expect((await contentOf(found)).toString()).toBe("unpacked");
  });

  test("that is packed wrongly is an error of the server", async () => {
    server.put("/file", { headers: { "content-encoding": "gzip" }, body: "not packed" });
    await expect(open().find({ type: "wget", url: `${server.origin}/file` })).rejects.toMatchObject({
      code: "ARTIFACT_UNAVAILABLE",
    });
  });

  test("other than it is pinned to is refused, and what is pinned to another hash is checked by that", async () => {
    await expect(open().find(notes, pinTo("other notes"))).rejects.toMatchObject({
      code: "ARTIFACT_DIGEST_DIFFERS",
      message: expect.stringContaining(sha256("other notes").slice(7)),
    });
    const digest = { hashAlgorithm: "SHA-512", normalisationAlgorithm: "genericBlobDigest/v1", value: "0".repeat(128) };
    await expect(open().find(notes, digest)).rejects.toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
  });

  test("that does not come whole is asked for again", async () => {
    const headers = { "content-length": "10" };
    server.put("/notes.txt", { headers, body: "some", cut: true }, "some notes");
    const found = await open({ attempts: 2 }).find(notes, pinTo("some notes"));
    expect((await contentOf(found)).toString()).toBe("some notes");
    server.put("/notes.txt", { headers, body: "some", cut: true });
    await expect(open().find(notes)).rejects.toMatchObject({ name: "HopError", phase: "body" });
  });

  test("is not asked for again by more than the client does where nobody answers", async () => {
    const port = await freePort("127.0.0.1");
    const methods = open({ named: [`127.0.0.1:${port}`], attempts: 3 });
    const finding = methods.find({ type: "wget", url: `http://127.0.0.1:${port}/x` });
    await expect(finding).rejects.toMatchObject({ name: "HopError", phase: "dial" });
    expect(methods.client.hops).toHaveLength(1);
  });

  test("is gone from the disk when the run is over", async () => {
    const methods = open();
    await methods.find(notes);
    expect(methods.kept()).toHaveLength(2);
    await methods.close();
    expect(methods.kept()).toEqual([]);
  });
});

describe("behind a proxy", () => {
  const file = { type: "wget", url: "http://files.acme.test/notes.txt" };

  test("it is the proxy that resolves names", async () => {
    const proxy = await startProxy({ hosts: { "files.acme.test": server.host } });
    const found = await open({ routeFor: () => through(proxy.url) }).find(file);
    expect((await contentOf(found)).toString()).toBe("some notes");
    expect(proxy.log.map(({ target }) => target)).toEqual(["files.acme.test:80"]);
  });

  test("S6: addresses that are not public are not asked for either", async () => {
    const proxy = await startProxy({ hosts: { "files.acme.test": server.host } });
    server.put("/notes.txt", { status: 302, headers: { location: "http://169.254.169.254/" } });
    const finding = open({ routeFor: () => through(proxy.url) }).find(file);
    await expect(finding).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(proxy.log).toHaveLength(1);
  });

  test("what it refuses is told with the hop", async () => {
    const proxy = await startProxy({ deny: { "*": { status: 403 } } });
    await expect(open({ routeFor: () => through(proxy.url) }).find(file)).rejects.toMatchObject({
      name: "HopError",
      phase: "tunnel",
      hop: { host: "files.acme.test:80", purpose: { kind: "content", access: "wget", element: "resource it" } },
    });
  });
});

describe("a large file", () => {
  const large = randomBytes(9 * 1024 * 1024);

  test("that is pinned is read when it is copied, and checked then", async () => {
    server.put("/large", large);
    const methods = open();
    const found = await methods.find({ type: "wget", url: `${server.origin}/large` }, pinTo(large));
    expect(found).toMatchObject({ kind: "blob", descriptor: { digest: sha256(large), size: large.length } });
    expect(methods.kept()).toEqual([]);
    expect((await contentOf(found)).equals(large)).toBe(true);
    server.put("/large", randomBytes(large.length));
    await expect(contentOf(found)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    server.put("/large", { status: 503 });
    await expect(contentOf(found)).rejects.toMatchObject({ code: "ARTIFACT_UNAVAILABLE" });
  });

  test("that breaks continues at its byte", async () => {
    const half = large.subarray(0, 4 * 1024 * 1024);
    const range = `bytes ${half.length}-${large.length - 1}/${large.length}`;
    const cut = { body: half, cut: true, headers: { "content-length": String(large.length) } };
    server.put("/large", large, cut, {
      status: 206,
      body: large.subarray(half.length),
      headers: { "content-range": range },
    });
    const found = await open({ attempts: 3 }).find({ type: "wget", url: `${server.origin}/large` }, pinTo(large));
    expect((await contentOf(found)).equals(large)).toBe(true);
    expect(server.requests.slice(-2).map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${half.length}-`]);
  });

  test.each([
    ["announced", { "content-length": "11" }],
    ["not announced", { "transfer-encoding": "chunked" }],
  ])("of more bytes than allowed is refused: %s", async (_, headers) => {
    server.put("/file", { headers, body: "01234567890" });
    await expect(open({ largest: 10 }).find({ type: "wget", url: `${server.origin}/file` })).rejects.toMatchObject({
      code: "RESPONSE_TOO_LARGE",
      message: "resource it of acme.org/shop:1.0.0 has more than 10 bytes",
    });
    server.put("/file", "0123456789");
    expect(await open({ largest: 10 }).find({ type: "wget", url: `${server.origin}/file` })).toMatchObject({
      kind: "blob",
    });
  });
});

test("S10, V11: packed content that unpacks to far more is refused, as an archive is", async () => {
  server.put("/bomb", { headers: { "content-encoding": "gzip" }, body: bomb(16) });
  const wget = { type: "wget", url: `${server.origin}/bomb` };
  const unpackLimits = { ...UNPACK_LIMITS, ratioFreeBytes: 4 * 1024 * 1024 };
  await expect(open({ unpackLimits }).find(wget)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  expect(await open().find(wget)).toMatchObject({ kind: "blob", descriptor: { size: 16 * 1024 * 1024 } });
});

describe("what is left by reference", () => {
  test.each<[JsonObject, string]>([
    [{ verb: "POST" }, "it is asked for with POST"],
    [{ Verb: "HEAD" }, "it is asked for with HEAD"],
    [{ body: "eA==" }, "it is asked for with a body"],
    [{ header: { authorization: ["Bearer x"] } }, "it is asked for with the header authorization"],
    [{ header: { Host: ["other"] } }, "it is asked for with the header Host"],
    [{ header: { "Metadata-Flavor": ["Google"] } }, "it is asked for with the header Metadata-Flavor"],
    [{ header: { accept: ["a\r\nx: y"] } }, "a header of it holds characters that none may have"],
    [{ url: "ftp://127.0.0.1/x" }, "the scheme of its URL is not http or https"],
    [{ url: "https://ada:secret@acme.org/x" }, "its URL holds credentials"],
  ])("%j: %s", async (more, reason) => {
    expect(await open().find({ ...notes, ...more })).toEqual({ kind: "left", reason });
    expect(server.requests).toEqual([]);
  });

  test("what is pinned to a manifest", async () => {
    const found = await open().find(notes, pinTo("some notes", "ociArtifactDigest/v1"));
    expect(found).toEqual({ kind: "left", reason: "its digest is that of an OCI manifest" });
  });

  test("what redirects where no redirect is to be followed", async () => {
    server.put("/moved", { status: 302, headers: { location: "/notes.txt" } });
    const moved = { type: "wget", url: `${server.origin}/moved` };
    expect(await open().find({ ...moved, noRedirect: true })).toMatchObject({ kind: "left" });
    expect((await contentOf(await open().find(moved))).toString()).toBe("some notes");
  });
});

describe("what is refused", () => {
  test.each([
    [404, "ARTIFACT_UNKNOWN"],
    [410, "ARTIFACT_UNKNOWN"],
    [401, "ARTIFACT_UNAVAILABLE"],
    [204, "ARTIFACT_UNAVAILABLE"],
    [500, "ARTIFACT_UNAVAILABLE"],
  ])("an answer of %d: %s", async (status, code) => {
    server.put("/notes.txt", { status });
    await expect(open().find(notes)).rejects.toMatchObject({ code, where: server.host });
  });

  test("an address that nobody named, before anything is asked", async () => {
    await expect(open({ named: [] }).find(notes)).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data", "169.254.169.254:80 is link-local"],
    ["http://127.0.0.1:1/", "127.0.0.1:1 is not a public address"],
    ["http://[::1]/", "1]:80 is not a public address"],
    ["http://intranet/", "intranet:80 is not a public address"],
  ])("a redirect to %s", async (location, message) => {
    server.put("/moved", { status: 302, headers: { location } });
    const methods = open();
    await expect(methods.find({ type: "wget", url: `${server.origin}/moved` })).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
      message: expect.stringContaining(message),
    });
    expect(methods.client.hops).toHaveLength(1);
  });
});
