import { afterEach, expect, test } from "@jest/globals";
import type { HttpResponse } from "../../../src/net/http.ts";
import { registryError } from "../../../src/stores/registry/error.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { ociError } from "../../../testing/fakes/registry-faults.ts";
import { get, openClient } from "../../../testing/product/open-client.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

async function answer(status: number, body = ""): Promise<HttpResponse> {
  const fake = await startFakeRegistry();
  fake.inject({ when: () => true, act: { kind: "respond", status, body } });
  return openClient().request({ ...get(`${fake.origin}/v2/`), redirects: false });
}

test.each([
  [401, "", "UNAUTHORIZED"],
  [403, "", "DENIED"],
  [403, "<title>Your session has expired</title>", "DENIED"],
  [
    403,
    ociError("DENIED", "Your authorization token has expired. Reauthenticate and try again."),
    "CREDENTIALS_REFUSED",
  ],
  [400, ociError("DENIED", ""), "DENIED"],
  [404, "", "MANIFEST_UNKNOWN"],
  [429, "", "RATE_LIMITED"],
  [400, ociError("TOOMANYREQUESTS", ""), "RATE_LIMITED"],
  [500, "", "REGISTRY_UNAVAILABLE"],
  [503, ociError("UNAVAILABLE", ""), "REGISTRY_UNAVAILABLE"],
  [400, ociError("MANIFEST_INVALID", ""), "REGISTRY_REFUSED"],
  [413, "", "REGISTRY_REFUSED"],
  [307, "", "REGISTRY_REFUSED"],
  [511, "", "CAPTIVE_PORTAL"],
])("%i %s is %s", async (status, body, code) => {
  const error = await registryError(await answer(status, body), "reading manifest 1 of a", { of: "manifest" });
  expect(error).toMatchObject({ code, status, remedy: expect.stringMatching(/\w{3}/) });
});

test.each([
  [403, "", "PUSH_DENIED"],
  [403, ociError("DENIED", "Your Authorization Token has expired."), "CREDENTIALS_REFUSED"],
  [401, "", "UNAUTHORIZED"],
  [404, ociError("NAME_UNKNOWN", ""), "REPOSITORY_UNKNOWN"],
  [400, ociError("NAME_UNKNOWN", ""), "REPOSITORY_UNKNOWN"],
  [404, "", "REPOSITORY_UNKNOWN"],
  [404, ociError("BLOB_UPLOAD_UNKNOWN", ""), "UPLOAD_LOST"],
  [405, "", "REGISTRY_REFUSED"],
])("%i %s at a push is %s", async (status, body, code) => {
  const error = await registryError(await answer(status, body), "pushing a", { of: "push" });
  expect(error).toMatchObject({ code, status, remedy: expect.stringMatching(/\w{3}/) });
});

test.each([
  [
    "the text of GitLab",
    "unknown media type: application/vnd.example.config.v1+json",
    "MANIFEST_INVALID manifest invalid (unknown media type: application/vnd.example.config.v1+json)",
  ],
  [
    "the object of zot",
    { mediaType: "application/x" },
    'MANIFEST_INVALID manifest invalid ({"mediaType":"application/x"})',
  ],
  ["a list", [{ Type: "repository" }], 'MANIFEST_INVALID manifest invalid ([{"Type":"repository"}])'],
  ["nothing new", "manifest invalid", "MANIFEST_INVALID manifest invalid"],
  ["an empty object", {}, "MANIFEST_INVALID manifest invalid"],
  ["null", null, "MANIFEST_INVALID manifest invalid"],
  ["a number", 5, "MANIFEST_INVALID manifest invalid"],
])("the detail of an error is quoted: %s", async (_, detail, words) => {
  const body = JSON.stringify({ errors: [{ code: "MANIFEST_INVALID", message: "manifest invalid", detail }] });
  const error = await registryError(await answer(400, body), "pushing a");
  expect(error.message.split(" answered 400: ")[1]).toBe(words);
});

test("the digests that an error names are known, wherever it names them", async () => {
  const [one, two] = [`sha256:${"1".repeat(64)}`, `sha512:${"2".repeat(128)}`];
  const errors = [
    { code: "MANIFEST_BLOB_UNKNOWN", message: "blob unknown to registry", detail: { Digest: one } },
    { code: "MANIFEST_INVALID", message: `cannot copy ${two}` },
  ];
  const error = await registryError(await answer(400, JSON.stringify({ errors })), "pushing a");
  expect(error.digests).toEqual([one, two]);
  expect(error.message).toContain(one);
});

test.each([
  [404, ociError("NAME_UNKNOWN", ""), "REPOSITORY_UNKNOWN"],
  [404, ociError("MANIFEST_UNKNOWN", ""), "REGISTRY_REFUSED"],
  [404, ociError("BLOB_UNKNOWN", ""), "REGISTRY_REFUSED"],
  [404, "", "REGISTRY_REFUSED"],
  [403, "", "PUSH_DENIED"],
  [400, ociError("NAME_INVALID", ""), "REPOSITORY_NAME_REFUSED"],
])("%i %s at the push of a manifest, whose repository has its blobs, is %s", async (status, body, code) => {
  const error = await registryError(await answer(status, body), "pushing a", { of: "manifest push" });
  expect(error).toMatchObject({ code, status });
});

test.each([
  ["its words", ociError("MANIFEST_INVALID", "no index here"), "MANIFEST_INVALID no index here"],
  [
    "all of them",
    '{"errors":[{"code":"A","message":"one"},{"code":5,"message":"two"},"three",{"code":"B"}]}',
    "A one; two; B",
  ],
  ["a page's title", "<!DOCTYPE html><html><head><TITLE>Blocked by policy</TITLE></head></html>", "Blocked by policy"],
  ["that it was a page", "<html><body><p>much text</p></body></html>", "an HTML page"],
  ["plain text", "manifest rejected\nby  scanner", "manifest rejected by  scanner"],
  ["JSON of another kind", '{"detail":"gone"}', '{"detail":"gone"}'],
  ["errors that are none", '{"errors":"all of them"}', '{"errors":"all of them"}'],
])("tells %s", async (_, body, words) => {
  const error = await registryError(await answer(400, body), "pushing a");
  expect(error.message).toMatch(/^pushing a: 127\.0\.0\.1:\d+ answered 400: /);
  expect(error.message.split(" answered 400: ")[1]).toBe(words);
});

test("says nothing where nothing was said", async () => {
  expect((await registryError(await answer(400), "pushing a")).message).toMatch(/answered 400$/);
});

const jwt = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;

test.each<[string, string, RegExp]>([
  ["a workflow command", "x\n::add-mask::secret\r\n##[error]y", /[\r\n]|::|##\[/],
  ["the same in the words of the specification", ociError("X\n::error::y", "a\n::stop-commands::b"), /[\r\n]|::/],
  ["the same in a title", "<title>a\n::warning::b</title>", /[\r\n]|::/],
  ["colours and marks", "\u001b[31mred\u001b[0m \u202egnp.exe \u0007\u0000", /\p{Cc}|\p{Cf}/u],
  ["the request's own token", `your header was Authorization: Bearer ${jwt}`, new RegExp(jwt)],
  ["a password", "Authorization: Basic YWRhOnNlY3JldA==", /YWRhOnNlY3JldA/],
  ["a signed URL", "https://cdn.test/x?X-Amz-Signature=abcdef0123&token=hunter2", /abcdef0123|hunter2/],
  ["a flood", "y".repeat(1_000_000), /y{1000}/],
  [
    "a detail with all of these",
    JSON.stringify({ errors: [{ code: "X", detail: { a: `::error::${jwt}`, b: `\u001b[31m${"y".repeat(5000)}` } }] }),
    new RegExp(`::|${jwt}|y{1000}|\\p{Cc}`, "u"),
  ],
])("S29: is harmless where it echoes %s", async (_, body, harm) => {
  const error = await registryError(await answer(400, body), "pushing a");
  expect(error.message).toMatch(/answered 400: ./);
  expect(error.message).not.toMatch(harm);
  expect(error.registryCodes.join()).not.toMatch(harm);
});
