import { expect, test } from "@jest/globals";
import { parseAccess } from "../../src/ocm/access.ts";
import type { JsonObject } from "../../src/ocm/json.ts";

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
  // Types that are carried as they are, and known ones that lack what they need.
  ...["none", "gitHub/v1", "wget", "s3", "ociArtifact/v2", "localblob", "RelativeOciReference", ""].map(
    (type): [JsonObject, object] => [
      { type, imageReference: "x", reference: "x", localReference: "x" },
      { kind: "other", type },
    ],
  ),
  [{ type: "localBlob" }, { kind: "other", type: "localBlob" }],
  [
    { type: "ociArtifact", imageReference: null },
    { kind: "other", type: "ociArtifact" },
  ],
  [{ type: "localOciBlob" }, { kind: "other", type: "localOciBlob" }],
  [{}, { kind: "other", type: "" }],
])("%j", (access, expected) => {
  expect(parseAccess(access)).toEqual(expected);
});
