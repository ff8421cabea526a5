import { expect, test } from "@jest/globals";
import { describeOther, otherAccess } from "../../../src/ocm/access/other-access.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";

test.each<[JsonObject, string]>([
  [{ type: "npm", registry: "https://registry.acme.org:8443/npm" }, "npm package at registry.acme.org:8443"],
  [{ type: "maven/v1", repoUrl: "https://repo.acme.org/maven2" }, "Maven artifact at repo.acme.org"],
  [{ type: "gitHub", repoUrl: "github.com/acme/shop", commit: "c0ffee" }, "commit on GitHub at github.com"],
  [{ type: "github/v1", repoUrl: "https://user:secret@github.com/acme/shop" }, "commit on GitHub at github.com"],
  [{ type: "git/v1alpha1", repository: "git@gitlab.acme.org:shop.git" }, "Git repository at gitlab.acme.org"],
  [{ type: "s3", bucket: "shop", key: "x" }, "object in S3 at shop"],
  [{ type: "S3Bucket/v1", bucketName: "shop" }, "object in S3 at shop"],
  [
    { type: "ocm", ocmRepository: { type: "OCIRegistry", baseUrl: "ghcr.io" } },
    "resource of another component version at ghcr.io",
  ],
  [
    { type: "ocm", ocmRepository: { type: "CTF", filePath: "./ctf" } },
    "resource of another component version at ./ctf",
  ],
  [{ type: "localFilesystemBlob", fileName: "blob1" }, "file of a component archive at blob1"],
  [{ type: "None" }, "access to nothing"],
  [{ type: "npm", registry: 5 }, "npm package"],
  [{ type: "wget", url: "" }, "file"],
  [{ type: "own::type/v2" }, "access type own: :type/v2"],
  [{ type: "" }, "access type"],
])("the access %j is described as %s", (access, expected) => {
  const type = String(access.type);
  const other = otherAccess(type, access);
  expect(other).toMatchObject({ kind: "other", type });
  expect(describeOther(other).trim()).toBe(expected);
});
