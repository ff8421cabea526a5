import { describe, expect, test } from "@jest/globals";
import { parseAccess } from "../../../src/ocm/access/access.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";

const local = { localReference: "sha256:0", mediaType: "text/plain" };
const localBlob = { kind: "localBlob", ...local, referenceName: undefined };
const ociArtifact = { kind: "ociArtifact", imageReference: "ghcr.io/acme/x:1" };

test.each<[JsonObject, object]>([
  ...["localBlob", "localBlob/v1", "LocalBlob", "LocalBlob/v1"].map((type): [JsonObject, object] => [
    { type, ...local },
    localBlob,
  ]),
  [
    { type: "localBlob", ...local, referenceName: "a/b:1" },
    { ...localBlob, referenceName: "a/b:1" },
  ],
  [{ type: "localBlob", ...local, referenceName: "" }, localBlob],
  [
    { type: "localBlob", localReference: "sha256:0" },
    { ...localBlob, mediaType: "" },
  ],
  [
    { type: "localOciBlob/v1", digest: "sha256:0" },
    { ...localBlob, mediaType: "" },
  ],
  [
    { type: "localFilesystemBlob/v1", fileName: `sha256.${"a".repeat(64)}`, mediaType: "text/plain" },
    { ...localBlob, localReference: `sha256:${"a".repeat(64)}`, mediaType: "text/plain" },
  ],
  ...[
    "ociArtifact",
    "ociArtifact/v1",
    "ociRegistry",
    "ociRegistry/v1",
    "ociImage",
    "ociImage/v1",
    "OCIImage",
    "OCIImage/v1",
  ].map((type): [JsonObject, object] => [{ type, imageReference: "ghcr.io/acme/x:1" }, ociArtifact]),
  [
    { type: "relativeOciReference", reference: "a/b:1" },
    { kind: "relativeOciReference", reference: "a/b:1" },
  ],
  [
    { type: "relativeOciReference/v1", reference: "a/b:1" },
    { kind: "relativeOciReference", reference: "a/b:1" },
  ],
  // Unknown types, and known ones without a required field.
  ...["ociArtifact/v2", "localblob", "RelativeOciReference", "somethingElse", ""].map((type): [JsonObject, object] => [
    { type, imageReference: "x", reference: "x", localReference: "x" },
    { kind: "other", type },
  ]),
  [{ type: "localBlob" }, { kind: "other", type: "localBlob" }],
  [
    { type: "ociArtifact", imageReference: null },
    { kind: "other", type: "ociArtifact" },
  ],
  [{ type: "localOciBlob" }, { kind: "other", type: "localOciBlob" }],
  [{}, { kind: "other", type: "" }],
])("the access %j is parsed by both type names of the CLIs", (access, expected) => {
  expect(parseAccess(access)).toEqual(expected);
});

describe("an access to a chart", () => {
  const helm = { kind: "helm", helmRepository: "https://charts.acme.org", chart: "shop", version: "1.4.0" };
  const access = { type: "helm", helmRepository: "https://charts.acme.org", helmChart: "shop:1.4.0" };

  test.each<JsonObject>([
    {},
    { type: "helm/v1" },
    { type: "Helm/v1", helmChart: "shop", version: "1.4.0" },
    { type: "Helm", version: "1.4.0", caCert: "x" },
  ])("is parsed with %j", (more) => {
    expect(parseAccess({ ...access, ...more })).toEqual(helm);
  });

  test("is parsed with member names in another case, as in Go", () => {
    const spelled = { type: "helm", HelmRepository: "https://charts.acme.org", HELMCHART: "shop:1.4.0" };
    expect(parseAccess(spelled)).toEqual(helm);
  });

  test.each<JsonObject>([
    { helmChart: "shop" },
    { helmChart: "shop:1:2" },
    { helmChart: ":1" },
    { version: "1.5.0" },
    { helmRepository: "" },
    { helmChart: 1 },
  ])("stays by reference if it is ambiguous or incomplete: %j", (more) => {
    expect(parseAccess({ ...access, ...more })).toMatchObject({ kind: "other", type: "helm", what: "Helm chart" });
  });
});

describe("an access to a file", () => {
  const wget = {
    kind: "wget",
    url: "https://acme.org/x",
    mediaType: "",
    header: {},
    verb: "",
    hasBody: false,
    noRedirect: false,
  };

  test.each<[JsonObject, object]>([
    [{ type: "wget", url: "https://acme.org/x" }, wget],
    [{ type: "wget/v1", URL: "https://acme.org/x", header: null, body: null, verb: "", noRedirect: false }, wget],
    [{ type: "Wget/v1", url: "https://acme.org/x", URL: "https://acme.org/y" }, wget],
    [
      { type: "Wget", Url: "https://acme.org/x", MediaType: "a/b", Verb: "POST", Body: "eA==", NoRedirect: true },
      { ...wget, mediaType: "a/b", verb: "POST", hasBody: true, noRedirect: true },
    ],
    [
      { type: "wget", url: "https://acme.org/x", header: { Accept: ["a", 1], X: "y" }, body: {} },
      { ...wget, header: { Accept: ["a"], X: ["y"] }, hasBody: true },
    ],
  ])("the access %j is parsed by both type names of the CLIs", (access, expected) => {
    expect(parseAccess(access)).toEqual(expected);
  });

  test("stays by reference without a URL", () => {
    expect(parseAccess({ type: "wget", url: "" })).toEqual({ kind: "other", type: "wget", what: "file" });
  });
});

test("an access to a single blob is parsed, and stays by reference if it is incomplete", () => {
  const blob = { ref: "ghcr.io/acme/x", digest: "sha256:0", size: 3, mediaType: "a/b" };
  const expected = { kind: "ociBlob", reference: "ghcr.io/acme/x", digest: "sha256:0", size: 3, mediaType: "a/b" };
  for (const type of ["ociBlob", "ociBlob/v1", "OCIImageLayer/v1"])
    expect(parseAccess({ type, ...blob })).toEqual(expected);
  expect(parseAccess({ type: "ociBlob", ...blob, size: -1 })).toEqual({ ...expected, size: undefined });
  expect(parseAccess({ type: "ociBlob", ref: "ghcr.io/acme/x" })).toMatchObject({ kind: "other", at: "ghcr.io" });
});
