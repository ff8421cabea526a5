import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorMessage, TransferError } from "../errors.ts";
import { isManifest, isRecord, LARGEST_MANIFEST, OCI_MANIFEST } from "../registry/descriptor.ts";
import { type Digest, encoded, isDigest, parseDigest } from "../registry/digest.ts";
import type { ReadableRegistry, ReadableRepository } from "../registry/registry.ts";
import { verifying } from "../registry/verify.ts";

/** An entry of `artifact-index.json` (OCM spec, common transport format). */
interface Artifact {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly mediaType: string | undefined;
}

/** A CTF in a folder, read as a registry: `artifact-index.json`, and every blob under `blobs/<algorithm>.<hex>`. */
export async function openCtf(folder: string): Promise<ReadableRegistry> {
  const artifacts = await readIndex(folder);
  return { name: folder, repository: (name) => createRepository(folder, name, artifacts) };
}

function createRepository(folder: string, name: string, artifacts: readonly Artifact[]): ReadableRepository {
  const own = artifacts.filter(({ repository }) => repository === name);
  return {
    name,

    async resolve(reference) {
      const artifact = own.find(({ tag, digest }) => (isDigest(reference) ? digest === reference : tag === reference));
      // The pool of blobs is shared: only the index says what a repository holds.
      const size = artifact === undefined ? undefined : await sizeOf(folder, artifact.digest);
      if (artifact === undefined || size === undefined) {
        throw new TransferError("MANIFEST_UNKNOWN", `${folder} has no artifact ${name}:${reference}`, {
          where: folder,
        });
      }
      const { digest, mediaType } = artifact;
      return { mediaType: mediaType ?? (await sniffedType(folder, digest)), digest, size };
    },

    async exists({ digest }) {
      return (await sizeOf(folder, digest)) !== undefined;
    },

    listTags: async () => own.flatMap(({ tag }) => tag ?? []),

    async fetch(target) {
      const size = await sizeOf(folder, target.digest);
      if (size === undefined) {
        throw new TransferError("BLOB_UNKNOWN", `${folder} lacks the blob ${target.digest}`, {
          where: folder,
          remedy: "The archive is incomplete; write it anew.",
        });
      }
      return verifying(createReadStream(blobPath(folder, target.digest)), target, folder);
    },
  };
}

async function readIndex(folder: string): Promise<Artifact[]> {
  const file = join(folder, "artifact-index.json");
  const malformed = (why: string, cause?: unknown) =>
    new TransferError("CTF_MALFORMED", `${file} ${why}`, {
      where: folder,
      remedy: "See that the path is that of a CTF folder: artifact-index.json, and blobs beside it.",
      cause,
    });
  let text: string;
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw new TransferError("CTF_FORMAT_UNSUPPORTED", `${folder} is a file; only CTF folders are read`, {
        where: folder,
        remedy: `Unpack the archive into a folder first (tar xf ${folder} -C FOLDER), and name that folder.`,
      });
    }
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof TransferError) throw error;
    throw malformed(errorCode(error) === "ENOENT" ? "does not exist" : `cannot be read: ${errorMessage(error)}`, error);
  }
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (error) {
    throw malformed("is no JSON", error);
  }
  if (!isRecord(index) || index.schemaVersion !== 1) throw malformed('is no artifact index with "schemaVersion": 1');
  if (!Array.isArray(index.artifacts)) throw malformed('has no list "artifacts"');
  return index.artifacts.filter(isRecord).map(({ repository, tag, digest, mediaType }) => {
    if (typeof repository !== "string") throw malformed("has an artifact without a repository");
    return {
      repository,
      tag: typeof tag === "string" && tag !== "" ? tag : undefined,
      digest: parseDigest(digest, file),
      mediaType: typeof mediaType === "string" && mediaType !== "" ? mediaType : undefined,
    };
  });
}

function blobPath(folder: string, digest: Digest): string {
  return join(folder, "blobs", `${digest.slice(0, digest.indexOf(":"))}.${encoded(digest)}`);
}

async function sizeOf(folder: string, digest: Digest): Promise<number | undefined> {
  try {
    const found = await stat(blobPath(folder, digest));
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Old archives say no media types in their index; the manifest itself mostly does. */
async function sniffedType(folder: string, digest: Digest): Promise<string> {
  if (((await sizeOf(folder, digest)) ?? 0) > LARGEST_MANIFEST) return OCI_MANIFEST;
  try {
    const document: unknown = JSON.parse(await readFile(blobPath(folder, digest), "utf8"));
    const mediaType = isRecord(document) ? document.mediaType : undefined;
    return typeof mediaType === "string" && isManifest(mediaType) ? mediaType : OCI_MANIFEST;
  } catch {
    return OCI_MANIFEST;
  }
}
