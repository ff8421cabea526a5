import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import { OCI_INDEX } from "../../../src/oci/descriptor.ts";
import type { RemoteRegistry } from "../../../src/stores/registry/store.ts";
import { ada, blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

const config = blobOf("{}");
const content = Buffer.alloc(300_000, "0123456789");
const layer = blobOf(content);
const image = manifestOf(config, layer);
const indexContent = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [image.descriptor] }),
);
const index = { ...blobOf(indexContent), mediaType: OCI_INDEX };

async function publish(registry: RemoteRegistry): Promise<void> {
  const repository = registry.repository("acme/shop");
  await repository.push(config, Buffer.from("{}"));
  await repository.push(layer, Readable.from([content.subarray(0, 100_000), content.subarray(100_000)]));
  await repository.push(image.descriptor, image.content);
  await repository.push(index, indexContent);
  await repository.tag(index, "1.0.0");
}

/** Uploads that were begun and neither finished nor cancelled; of those that were, a folder without a beginning may be left. */
function sessions({ storage }: RealRegistry, repository: string): readonly string[] {
  const folder = join(storage, "docker/registry/v2/repositories", repository, "_uploads");
  const all = existsSync(folder) ? readdirSync(folder) : [];
  return all.filter((id) => existsSync(join(folder, id, "startedat")));
}

for (const kind of ["docker-registry", "distribution"] as const) {
  withParts([kind], `the real ${kind}`, () => {
    afterEach(stopEverything);

    test("takes a version and gives it back", async () => {
      const real = await startRegistry({ kind });
      await openRegistry(real.host).ping();
      await publish(openRegistry(real.host));
      const repository = openRegistry(real.host).repository("acme/shop");
      expect(await repository.resolve("1.0.0")).toEqual(index);
      expect(String(await bytesOf(await repository.fetch(image.descriptor)))).toBe(String(image.content));
      expect((await bytesOf(await repository.fetch(layer))).equals(content)).toBe(true);
      const found = [
        config,
        layer,
        image.descriptor,
        index,
        blobOf("other"),
        { ...blobOf("other"), mediaType: OCI_INDEX },
      ];
      expect(await Promise.all(found.map((target) => repository.exists(target)))).toEqual([
        true,
        true,
        true,
        true,
        false,
        false,
      ]);
      await expect(repository.resolve("2.0.0")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
      await expect(repository.fetch(blobOf("other"))).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
      // 2.8.2 deletes manifests by digest only.
      expect(await repository.untag("1.0.0")).toBe(kind === "distribution");
    });

    test("mounts, or leaves no session where it does not", async () => {
      const real = await startRegistry({ kind });
      const registry = openRegistry(real.host);
      await registry.repository("acme/shop").push(layer, content);
      const copy = registry.repository("acme/copy");
      expect(await copy.mount(layer, "acme/shop")).toBe(true);
      expect(await copy.exists(layer)).toBe(true);
      expect(await copy.mount(config, "acme/shop")).toBe(false);
      expect(sessions(real, "acme/copy")).toEqual([]);
    });

    test("refuses other bytes and unfinished images in its own words", async () => {
      const real = await startRegistry({ kind });
      const repository = openRegistry(real.host).repository("acme/shop");
      await expect(repository.push(blobOf("a liar!"), Buffer.from("a layer"))).rejects.toMatchObject({
        code: "REGISTRY_REFUSED",
        registryCodes: ["DIGEST_INVALID"],
      });
      // 2.8.2 lets nobody near an upload any more once it got bytes.
      expect(sessions(real, "acme/shop")).toHaveLength(kind === "distribution" ? 0 : 1);
      await expect(repository.push(image.descriptor, image.content)).rejects.toMatchObject({
        code: "REGISTRY_REFUSED",
        registryCodes: expect.arrayContaining(["MANIFEST_BLOB_UNKNOWN"]),
      });
    });

    test("lets in who has the password, and nobody else", async () => {
      const real = await startRegistry({ kind, htpasswd: { user: "ada", password: ada.password } });
      const known = openRegistry(real.host, { credential: ada });
      await publish(known);
      expect(await known.repository("acme/shop").resolve("1.0.0")).toEqual(index);
      const wrong = { credential: { ...ada, password: "wrong-secret" } };
      for (const [options, code] of [
        [{}, "UNAUTHORIZED"],
        [wrong, "CREDENTIALS_REFUSED"],
      ] as const) {
        const stranger = openRegistry(real.host, options).repository("acme/shop");
        await expect(stranger.resolve("1.0.0")).rejects.toMatchObject({
          code,
          message: expect.not.stringContaining("wrong-secret"),
        });
      }
    });

    test("sends nobody's password to its blob host", async () => {
      const storage = temporaryFolder();
      const cdn = await startBlobHost({ storage, address: "127.0.0.2" });
      const htpasswd = { user: "ada", password: ada.password };
      const real = await startRegistry({ kind, storage, redirect: cdn.base, htpasswd });
      const registry = openRegistry(real.host, { credential: ada });
      await publish(registry);
      const repository = registry.repository("acme/shop");
      expect((await bytesOf(await repository.fetch(layer))).equals(content)).toBe(true);
      expect((await repository.probe(layer)).host).toBe(cdn.host);
      expect(cdn.requests.map(({ headers }) => [headers.authorization, headers.range])).toEqual([
        [undefined, undefined],
        [undefined, "bytes=0-0"],
      ]);
      cdn.misbehave({ kind: "truncate", after: 1000 });
      await expect(repository.fetch(layer).then(bytesOf)).rejects.toMatchObject({
        phase: "body",
        hop: { host: cdn.host, purpose: { kind: "blobs", registry: real.host } },
      });
    });
  });
}
