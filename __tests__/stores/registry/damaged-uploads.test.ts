import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { streamOf } from "../../../src/oci/content.ts";
import { retryStream } from "../../../src/stores/retry-stream.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const ATTEMPTS = 4;
const layer = Buffer.from("a layer");
const image = manifestOf(blobOf("{}"), blobOf(layer));
const { digest } = image.descriptor;

let fake: FakeRegistry;
beforeEach(async () => {
  fake = await startFakeRegistry();
});

const repository = () => openRegistry(fake.host, { attempts: ATTEMPTS }).repository("a");
const count = (method: string, kind: string) =>
  fake.requests.filter((request) => request.method === method && request.kind === kind).length;

/** Inverts the lowest bit of the byte at this place. */
const flippedAt = (at: number) => (body: Buffer) => {
  const changed = Buffer.from(body);
  changed.writeUInt8(body.readUInt8(at) ^ 1, at);
  return changed;
};

/** Each upload is damaged at the next of these places, and the first ones alone. */
function damaging(kind: "upload" | "manifest", ...places: readonly number[]): Fault[] {
  return places.map((at) => ({
    when: asked({ method: "PUT", kind }),
    times: 1,
    act: { kind: "rewrite", body: flippedAt(at) },
  }));
}

describe("a blob that is damaged on its way", () => {
  const push = () => retryStream(ATTEMPTS, () => repository().push(blobOf(layer), streamOf(layer)));

  test.each([1, 2])("%i times, each time in the same words of the registry, is sent once more", async (times) => {
    fake.inject(...damaging("upload", ...Array<number>(times).fill(3)));
    if (times === 1) await push();
    else await expect(push()).rejects.toMatchObject({ code: "REGISTRY_REFUSED", registryCodes: ["DIGEST_INVALID"] });
    expect(count("PUT", "upload")).toBe(2);
    expect(fake.blob("a", blobOf(layer).digest)?.equals(layer)).toBe(times === 1 ? true : undefined);
  });

  test("is sent again where only HEAD reports it after a lost answer", async () => {
    fake.inject({ when: asked({ method: "PUT" }), times: 1, act: { kind: "respond", status: 502 } });
    fake.inject({ when: asked({ method: "HEAD" }), act: { kind: "respond", status: 200 } });
    await push();
    expect(fake.blob("a", blobOf(layer).digest)?.equals(layer)).toBe(true);
  });
});

describe("a manifest that is damaged on its way", () => {
  const inDigest = image.content.indexOf(blobOf(layer).digest) + 20;
  const inName = image.content.indexOf("schemaVersion");
  beforeEach(() => {
    fake.addBlob("a", "{}");
    fake.addBlob("a", layer);
  });

  test("is sent once more under its digest, whether the registry compares it or not", async () => {
    const body = '{"errors":[{"code":"DIGEST_INVALID"}]}';
    fake.inject({ when: asked({ method: "PUT" }), times: 1, act: { kind: "respond", status: 400, body } });
    fake.inject(...damaging("manifest", inName));
    await repository().push(image.descriptor, image.content);
    expect(fake.manifest("a", digest)?.content.equals(image.content)).toBe(true);
  });

  test("is sent once more where its form is refused, and not a third time", async () => {
    const body = '{"errors":[{"code":"MANIFEST_INVALID"}]}';
    fake.inject({ when: asked({ method: "PUT" }), act: { kind: "respond", status: 400, body } });
    const pushed = repository().push(image.descriptor, image.content);
    await expect(pushed).rejects.toMatchObject({ registryCodes: ["MANIFEST_INVALID"] });
    expect(count("PUT", "manifest")).toBe(2);
  });

  describe("under a tag", () => {
    beforeEach(() => {
      fake.addManifest("a", image.content);
    });

    test.each([
      ["stored under another digest", inName],
      ["refused for a blob that nothing refers to", inDigest],
    ])("is sent once more where it was %s", async (_, place) => {
      fake.inject(...damaging("manifest", place));
      await repository().tag(image.descriptor, "1");
      expect(fake.tags("a")).toEqual({ 1: digest });
    });

    test("is damaged each time in another way, and sent as often as the attempts allow", async () => {
      fake.inject(...damaging("manifest", inName, inName + 1, inName + 2));
      await repository().tag(image.descriptor, "1");
      expect([fake.tags("a"), count("PUT", "manifest")]).toEqual([{ 1: digest }, 4]);
    });

    test("is a fault of the registry where it was stored twice under the same other digest", async () => {
      fake.inject(...damaging("manifest", inName, inName, inName));
      await expect(repository().tag(image.descriptor, "1")).rejects.toMatchObject({ code: "READ_BACK_DIFFERS" });
      expect(count("PUT", "manifest")).toBe(2);
    });

    test.each<[string, Fault["act"]]>([
      ["other bytes", { kind: "lie" }],
      ["half of it", { kind: "lie", body: image.content.subarray(0, 100) }],
      [
        "a page",
        { kind: "headers", headers: { "content-type": "text/html", "docker-distribution-api-version": undefined } },
      ],
    ])("is read again where the registry sends %s", async (_, act) => {
      fake.inject({ when: asked({ method: "GET", kind: "manifest", reference: "1" }), times: 1, act });
      await repository().tag(image.descriptor, "1");
      expect([count("PUT", "manifest"), count("GET", "manifest")]).toEqual([1, 3]);
    });
  });
});
