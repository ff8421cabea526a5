import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import type { FakeRegistry } from "../testing/fakes/registry.ts";

/** Puts into a registry what a storage folder (`.tgz`) of a real one holds: content that OCM CLIs pushed. */
export async function loadStorage(registry: FakeRegistry, archive: string): Promise<void> {
  const files = await readArchive(archive);
  const contentOf = (digest: string): Buffer =>
    files.get(`docker/registry/v2/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`) ?? Buffer.alloc(0);

  for (const path of files.keys()) {
    const [, name = "", kind, digest = ""] =
      path.match(/\/repositories\/(.+)\/(_layers|_manifests\/revisions)\/sha256\/(\w+)\/link$/) ?? [];
    if (kind === "_layers") registry.addBlob(name, contentOf(digest));
    if (kind === "_manifests/revisions") addManifest(name, contentOf(digest));
  }
  for (const [path, link] of files) {
    const [, name, tag] = path.match(/\/repositories\/(.+)\/_manifests\/tags\/(.+)\/current\/link$/) ?? [];
    if (name !== undefined && tag !== undefined) addManifest(name, contentOf(link.toString().slice(7)), tag);
  }

  function addManifest(name: string, content: Buffer, tag?: string): void {
    const { mediaType } = JSON.parse(content.toString()) as { readonly mediaType?: string };
    registry.addManifest(name, content, {
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(tag === undefined ? {} : { tag }),
    });
  }
}

async function readArchive(archive: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = Readable.from([readFileSync(archive)])
    .pipe(createGunzip())
    .pipe(extract());
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    files.set(entry.header.name, Buffer.concat(chunks));
  }
  return files;
}
