import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pack } from "../archive/pack.ts";
import { unwritable } from "../archive/refusal.ts";
import { directory, file } from "../archive/tar-blocks.ts";
import { isFileSystemError } from "../errors.ts";
import { type Descriptor, isManifest, OCI_INDEX } from "../registry/descriptor.ts";
import type { ReadableRepository } from "../registry/registry.ts";
import { BLOBS, blobName } from "./blob-name.ts";
import { artifactSetType, MAIN_ARTIFACT_ANNOTATION, REF_NAME_ANNOTATION, TAGS_ANNOTATION } from "./media-types.ts";

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
 * all that lies below it.
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
    file("index.json", Buffer.from(JSON.stringify(indexOf(artifact, tag)))),
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
  const { size, sha256 } = await pack(path, inputs, { isCompressed: true }, signal);
  return {
    descriptor: { mediaType: artifactSetType(root.mediaType), digest: `sha256:${sha256}`, size },
    read: () => createReadStream(path),
    remove: () => rm(path, { force: true }),
  };
}

const OCI_LAYOUT = `${JSON.stringify({ imageLayoutVersion: "1.0.0" }, undefined, 4)}\n`;

/** Every manifest is listed, the main one last, as v1 adds them. */
function indexOf([root, ...below]: readonly [Descriptor, ...Descriptor[]], tag: string | undefined): object {
  const annotations = tag === undefined ? undefined : { [REF_NAME_ANNOTATION]: tag, [TAGS_ANNOTATION]: tag };
  const children = below.filter(({ mediaType, digest }) => isManifest(mediaType) && digest !== root.digest);
  const listed = [...new Map(children.map((each) => [each.digest, each])).values()].sort((a, b) =>
    a.digest < b.digest ? -1 : 1,
  );
  return {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      ...listed.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
      { mediaType: root.mediaType, digest: root.digest, size: root.size, annotations },
    ],
    annotations: { [MAIN_ARTIFACT_ANNOTATION]: root.digest },
  };
}

async function* contentOf(from: ReadableRepository, blob: Descriptor, signal?: AbortSignal): AsyncGenerator<Buffer> {
  yield* await from.fetch(blob, signal);
}
