import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OCI_INDEX } from "../../../src/oci/descriptor.ts";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, faults } from "../../../testing/fakes/registry-faults.ts";
import { ada, blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const layer = blobOf("a layer");

let fake: FakeRegistry;
let repository: RemoteRepository;
beforeEach(async () => {
  fake = await startFakeRegistry();
  repository = openRegistry(fake.host).repository("a");
});

const steps = ({ requests }: FakeRegistry) => requests.map(({ method, kind, status }) => `${method} ${kind} ${status}`);

describe("manifests and tags", () => {
  const config = blobOf("{}");
  const image = manifestOf(config, layer);
  beforeEach(() => {
    fake.addBlob("a", "{}");
    fake.addBlob("a", "a layer");
  });

  test("a manifest is pushed by digest, known from then on, and read again under its tag", async () => {
    await repository.push(image.descriptor, Readable.from([image.content]));
    expect(fake.tags("a")).toEqual({});
    expect(await repository.resolve(image.descriptor.digest)).toEqual(image.descriptor);
    await repository.tag(image.descriptor, "1");
    expect(fake.tags("a")).toEqual({ "1": image.descriptor.digest });
    expect(steps(fake)).toEqual(["PUT manifest 201", "PUT manifest 201", "GET manifest 200"]);
    expect(fake.requests[1]?.headers["content-type"]).toBe(image.descriptor.mediaType);
  });

  test("a manifest that only the registry knows can be tagged too", async () => {
    fake.addManifest("a", image.content);
    await repository.tag(image.descriptor, "1");
    expect(fake.tags("a")).toEqual({ "1": image.descriptor.digest });
  });

  test("an index that is refused is told in the registry's words, and not taken for known", async () => {
    fake.inject(faults.indexRefused("no Docker manifests in here"));
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }));
    const index = { ...blobOf(content), mediaType: OCI_INDEX };
    await expect(repository.push(index, content)).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
      status: 400,
      registryCodes: ["MANIFEST_INVALID"],
      message: expect.stringMatching(/400: MANIFEST_INVALID no Docker manifests in here$/),
    });
    await expect(repository.resolve(index.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });

  test("a manifest is sent again where its answer was lost", async () => {
    fake.inject({ when: asked({ method: "PUT" }), times: 1, act: { kind: "lose-answer" } });
    await openRegistry(fake.host, { attempts: 2 }).repository("a").push(image.descriptor, image.content);
    expect(fake.manifest("a", image.descriptor.digest)).toBeDefined();
  });

  test.each([
    [202, true],
    [400, false],
    [405, false],
    [404, false],
  ])("a tag that is deleted with %i is gone: %s", async (status, expected) => {
    fake.addManifest("a", image.content, { tag: "1" });
    if (status !== 202) fake.inject(faults.tagDeletionRefused(status));
    expect(await repository.untag("1")).toBe(expected);
    expect(fake.tags("a")).toEqual(expected ? {} : { "1": image.descriptor.digest });
  });

  test("deleting is asked for as an action of its own", async () => {
    const users = { ada: ada.password };
    const guarded = await startFakeRegistry({ auth: { kind: "bearer", users, anonymous: "nothing" } });
    guarded.addManifest("a", image.content, { tag: "1" });
    expect(await openRegistry(guarded.host, { credential: ada }).repository("a").untag("1")).toBe(true);
    expect(guarded.tokenRequests.map(({ scopes }) => scopes)).toEqual([["repository:a:delete"]]);
  });
});
