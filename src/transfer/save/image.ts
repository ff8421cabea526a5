import { constants, createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Archive } from "../../archive/archive.ts";
import { indexTar } from "../../archive/tar-archive.ts";
import { file, type TarInput, tarBlocks } from "../../archive/tar-blocks.ts";
import { layoutBlobName } from "../../oci/blob-name.ts";
import { bytesOf } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { encoded } from "../../oci/digest.ts";
import { fileSize, hasContent } from "../../oci/file-content.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import { inPlace, limited, type SavedBytes, type SaveOptions, sizeOf } from "./files.ts";
import type { ImageFiles } from "./image-files.ts";

/** Saves the files of an artifact as a folder. Blobs that are in it already, or that an earlier run left, are not fetched again. */
export async function saveFolder(
  from: ReadableRepository,
  { blobs, generated }: ImageFiles,
  folder: string,
  options: SaveOptions,
): Promise<SavedBytes> {
  let skipped = 0;
  await inPlace(folder, options, async (partial) => {
    const inFolder = async ({ digest, size }: Descriptor, path: string) =>
      copyFound({ digest, size }, join(folder, layoutBlobName(digest)), path);
    skipped = await saveContents(from, blobs, { folder: partial, fromOutput: inFolder }, options);
    for (const [name, content] of generated) await writeFile(join(partial, name), content);
  });
  return { copied: sizeOf(blobs) - skipped, skipped };
}

/** Saves them as a tar archive. One that is complete is left as it is; blobs of another one are not fetched again. */
export async function saveArchive(
  from: ReadableRepository,
  { blobs, generated }: ImageFiles,
  path: string,
  options: SaveOptions,
): Promise<SavedBytes> {
  const existing = await openExisting(path);
  const names = [...generated.keys(), ...blobs.map(({ digest }) => layoutBlobName(digest))];
  if (existing !== undefined && (await isComplete(existing, { blobs, generated }, names)))
    return { copied: 0, skipped: sizeOf(blobs) };
  let skipped = 0;
  await inPlace(path, options, async (partial) => {
    const folder = `${partial}.content`;
    const inArchive = async (blob: Descriptor, to: string) =>
      existing !== undefined && (await extract(existing, blob, to));
    skipped = await saveContents(from, blobs, { folder, fromOutput: inArchive }, options);
    const files = [...generated].map(([name, bytes]) => file(name, bytes));
    const inputs = [...files, ...blobs.map((blob) => tarInput(blob, folder)).sort(byName)];
    await pipeline(tarBlocks(inputs), createWriteStream(partial, { flags: "wx" }), { signal: options.signal });
    await rm(folder, { recursive: true });
  });
  return { copied: sizeOf(blobs) - skipped, skipped };
}

interface Contents {
  /** Where they are saved, by their names in a layout. */
  readonly folder: string;
  /** Takes a blob from the output of an earlier run, if it is there. */
  readonly fromOutput: (blob: Descriptor, path: string) => Promise<boolean>;
}

/** Resolves to the bytes that were not fetched. */
async function saveContents(
  from: ReadableRepository,
  blobs: readonly Descriptor[],
  { folder, fromOutput }: Contents,
  options: SaveOptions,
): Promise<number> {
  const found = await Promise.all(
    blobs.map(async (blob) => {
      const path = join(folder, layoutBlobName(blob.digest));
      await mkdir(dirname(path), { recursive: true });
      return limited(options, async () => {
        const left = options.left.get(encoded(blob.digest));
        if (left !== undefined && (await copyFound(blob, left, path))) return blob.size;
        if (await fromOutput(blob, path)) return blob.size;
        await saveBlob(from, blob, path, options);
        return 0;
      });
    }),
  );
  return found.reduce((total, size) => total + size, 0);
}

/** Copies a blob from a file that has its content. */
async function copyFound(
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  path: string,
  to: string,
): Promise<boolean> {
  if ((await fileSize(path)) !== size || !(await hasContent({ path, size }, digest))) return false;
  await copyFile(path, to, constants.COPYFILE_FICLONE);
  return true;
}

async function saveBlob(from: ReadableRepository, blob: Descriptor, path: string, options: SaveOptions): Promise<void> {
  const save = async () => pipeline(await from.fetch(blob, options.signal), createWriteStream(path));
  await retryStream(options.attempts, save, options.signal);
}

/** An archive of an earlier run; undefined for a missing or another kind of file. */
async function openExisting(path: string): Promise<Archive | undefined> {
  if ((await fileSize(path)) === undefined) return undefined;
  return indexTar(path, () => true, path).catch(() => undefined);
}

async function isComplete(archive: Archive, { blobs, generated }: ImageFiles, names: readonly string[]) {
  const found = await archive.list();
  if (found.length !== names.length || !names.every((name) => found.includes(name))) return false;
  for (const [name, content] of generated) {
    if ((await archive.size(name)) !== content.length) return false;
    if (!(await bytesOf(archive.read(name))).equals(content)) return false;
  }
  for (const blob of blobs) if (!(await passes(archive, blob, discard))) return false;
  return true;
}

async function extract(archive: Archive, blob: Descriptor, to: string): Promise<boolean> {
  return passes(archive, blob, (content) => pipeline(content, createWriteStream(to)));
}

async function passes(
  archive: Archive,
  blob: Descriptor,
  use: (content: NodeJS.ReadableStream) => Promise<void>,
): Promise<boolean> {
  const name = layoutBlobName(blob.digest);
  if ((await archive.size(name)) !== blob.size) return false;
  try {
    await use(verifying(archive.read(name), blob, name));
    return true;
  } catch {
    return false;
  }
}

async function discard(content: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of content);
}

function tarInput({ digest, size }: Descriptor, folder: string): TarInput {
  const name = layoutBlobName(digest);
  return { name, size, content: () => createReadStream(join(folder, name)) };
}

function byName(one: TarInput, other: TarInput): number {
  return one.name < other.name ? -1 : 1;
}
