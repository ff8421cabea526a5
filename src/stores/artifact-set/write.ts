import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pack } from "../../archive/pack.ts";
import { unwritable } from "../../archive/refusal.ts";
import { directory, file } from "../../archive/tar-blocks.ts";
import { isFileSystemError } from "../../errors/transfer-error.ts";
import { BLOBS, blobName } from "../../oci/blob-name.ts";
import { readContent } from "../../oci/content.ts";
import { type Descriptor, isIndex, isManifest, OCI_INDEX } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import {
  artifactSetType,
  MAIN_ARTIFACT_ANNOTATION,
  REF_NAME_ANNOTATION,
  TAGS_ANNOTATION,
} from "../../ocm/repository/media-types.ts";

/** An artifact set in a file of its own. */
export interface WrittenArtifactSet {
  readonly descriptor: Descriptor;
  read(): Readable;
  remove(): Promise<void>;
}

export interface WriteArtifactSetOptions {
  /** Folder that the file is put into. */
  readonly folder: string;
  /** Tag of the main artifact. */
  readonly tag?: string;
}

/**
 * Packs an artifact as v1 does by default: `index.json`, `oci-layout`, `blobs/<algorithm>.<hex>`. `artifact` is its main manifest, and
 * everything below it.
 */
export async function writeArtifactSet(
  from: ReadableRepository,
  artifact: readonly [Descriptor, ...Descriptor[]],
  { folder, tag }: WriteArtifactSetOptions,
  signal?: AbortSignal,
): Promise<WrittenArtifactSet> {
  const [root] = artifact;
  const blobs = new Map(artifact.map((each) => [blobName(each.digest), each]));
  const inputs = [
    file("index.json", Buffer.from(JSON.stringify(indexOf(await manifestsOf(from, artifact, signal), root, tag)))),
    file("oci-layout", Buffer.from(OCI_LAYOUT)),
    directory(BLOBS),
    ...[...blobs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => ({ name, size: each.size, content: () => contentOf(from, each, signal) })),
  ];
  const path = join(folder, `${randomUUID()}.tgz`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw isFileSystemError(error) ? unwritable(folder, error) : error;
  }
  const hash = createHash("sha256");
  const size = await pack(path, inputs, { isCompressed: true, hash }, signal);
  return {
    descriptor: { mediaType: artifactSetType(root.mediaType), digest: `sha256:${hash.digest("hex")}`, size },
    read: () => createReadStream(path),
    remove: () => rm(path, { force: true }),
  };
}

const OCI_LAYOUT = `${JSON.stringify({ imageLayoutVersion: "1.0.0" }, undefined, 4)}\n`;

function indexOf(manifests: readonly Descriptor[], root: Descriptor, tag: string | undefined): object {
  const annotations = tag === undefined ? undefined : { [REF_NAME_ANNOTATION]: tag, [TAGS_ANNOTATION]: tag };
  return {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: manifests.map(({ mediaType, digest, size }) =>
      digest === root.digest ? { mediaType, digest, size, annotations } : { mediaType, digest, size },
    ),
    annotations: { [MAIN_ARTIFACT_ANNOTATION]: root.digest },
  };
}

/** Every manifest once, children before parents and the main one last, as v1 adds them; first what no index leads to. */
async function manifestsOf(
  from: ReadableRepository,
  [root, ...below]: readonly [Descriptor, ...Descriptor[]],
  signal?: AbortSignal,
): Promise<Descriptor[]> {
  const left = new Map(
    [root, ...below].filter(({ mediaType }) => isManifest(mediaType)).map((each) => [each.digest, each]),
  );
  const visited: Descriptor[] = [];
  async function visit(digest: Digest): Promise<void> {
    const found = left.get(digest);
    if (found === undefined) return;
    left.delete(digest);
    if (isIndex(found.mediaType)) {
      const content = await readContent(from, found, signal);
      for (const child of parseManifest(content, found.mediaType, from.name).manifests) await visit(child.digest);
    }
    visited.push(found);
  }
  await visit(root.digest);
  return [...[...left.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)), ...visited];
}

async function* contentOf(from: ReadableRepository, blob: Descriptor, signal?: AbortSignal): AsyncGenerator<Buffer> {
  yield* await from.fetch(blob, signal);
}
