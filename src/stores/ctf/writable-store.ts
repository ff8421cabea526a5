import { randomUUID } from "node:crypto";
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { refused, unwritable } from "../../archive/refusal.ts";
import { errorCode, isFileSystemError, TransferError } from "../../errors/transfer-error.ts";
import { BLOBS } from "../../oci/blob-name.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Repository, Store } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import {
  ARTIFACT_INDEX,
  type ArtifactIndex,
  artifactsOf,
  formatArtifactIndex,
  malformedCtf,
} from "./artifact-index.ts";
import { commitArchive, commitFolder } from "./commit.ts";
import { prune } from "./prune.ts";
import { type BlobPool, poolOf, sniffedType } from "./repository.ts";
import { createStaging, type Staging } from "./staging.ts";
import { type Ctf, type CtfContent, type CtfOptions, readCtf } from "./store.ts";
import { createWritableRepository } from "./writable-repository.ts";

/** A CTF that is written. It is visible from `commit` on, which `publish` ends with; closing it without a commit leaves nothing. */
export interface CtfTarget extends Ctf, Store {
  repository(name: string): Repository;
  commit(signal?: AbortSignal): Promise<void>;
}

/** File names of archives, as in both OCM CLIs; every other path is a folder. */
const ARCHIVE = /\.(?:tar|tgz|tar\.gz)$/;
const PARTIAL = ".partial-";

/**
 * The CTF at `path`, new or with what it holds already. A compressed archive is unpacked below `spool`, and blobs for an archive are
 * kept there; without it, next to the archive.
 */
export async function openCtfTarget(path: string, options: CtfOptions = {}, signal?: AbortSignal): Promise<CtfTarget> {
  const isArchive = ARCHIVE.test(path);
  const spool = options.spool ?? dirname(path);
  const before = (await ctfExists(path, isArchive)) ? await readCtf(path, { spool }, signal) : undefined;
  const name = `${PARTIAL}${randomUUID()}`;
  const folder = isArchive ? join(spool, `.${basename(path)}${name}`) : join(path, name);
  const staging = createStaging(folder, { path, isDurable: !isArchive });
  const index: ArtifactIndex = before?.index ?? new Map();
  await addMediaTypes(index, before);
  const indexBefore = before === undefined ? undefined : formatArtifactIndex(index);
  const pool = createPool(before, staging);
  const lost = new Map<string, Set<Digest>>();
  const remove = async () => {
    await staging.remove();
    await before?.archive.close();
  };
  const target: CtfTarget = {
    kind: "ctf",
    name: path,
    repository: (repository) => createWritableRepository({ path, name: repository, index, pool, staging, lost }),
    listRepositories: async () => [...index].filter(([, { manifests }]) => manifests.size > 0).map(([name]) => name),
    async publish(tags, signal) {
      for (const change of tags.flat())
        await target.repository(change.repository).tag(change.target, change.tag, signal);
      await target.commit(signal);
    },
    rollback: async () => ({ kind: "committed" }),
    async commit(signal) {
      for (const [repository, digests] of lost) await prune(artifactsOf(index, repository), digests, pool);
      const document = formatArtifactIndex(index);
      try {
        if (document !== indexBefore || staging.sizes.size > 0) {
          await (isArchive
            ? commitArchive(path, document, staging, before?.archive, signal)
            : commitFolder(path, document, staging));
        }
      } catch (error) {
        throw isFileSystemError(error) ? unwritable(path, error) : error;
      }
      await remove();
    },
    close: remove,
  };
  return target;
}

/** Whether a CTF exists that is to be extended. Fails where the path is of another kind than its name, or a folder without a CTF. */
async function ctfExists(path: string, isArchive: boolean): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory() === isArchive) {
      throw new TransferError(
        "CTF_FORMAT_UNSUPPORTED",
        `${path} exists, and is not a ${isArchive ? "file" : "folder"}`,
        {
          where: path,
          remedy: "Paths that end in .tar, .tgz or .tar.gz are archives, all others folders; name another target.",
        },
      );
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw isFileSystemError(error) ? unwritable(path, error) : error;
  }
  if (isArchive) return true;
  const names = await readdir(path);
  if (names.includes(BLOBS) && !(await lstat(join(path, BLOBS))).isDirectory()) {
    throw refused(path, BLOBS, "is not a directory");
  }
  if (names.includes(ARTIFACT_INDEX)) return true;
  const foreign = names.find((name) => name !== BLOBS && !name.startsWith(PARTIAL));
  if (foreign === undefined) return false;
  throw malformedCtf(`${path} holds ${printable(JSON.stringify(foreign), 100)}, and no ${ARTIFACT_INDEX}`, path);
}

/** Readers disagree about entries without a media type. */
async function addMediaTypes(index: ArtifactIndex, before: CtfContent | undefined): Promise<void> {
  if (before === undefined) return;
  const pool = poolOf(before.archive);
  for (const { manifests } of index.values()) {
    for (const [digest, mediaType] of manifests) {
      if (mediaType === undefined) manifests.set(digest, await sniffedType(pool, digest));
    }
  }
}

function createPool(before: CtfContent | undefined, staging: Staging): BlobPool {
  const old = before === undefined ? undefined : poolOf(before.archive);
  return {
    size: async (digest) => staging.sizes.get(digest) ?? (await old?.size(digest)),
    read: (digest) => (old === undefined || staging.sizes.has(digest) ? staging.read(digest) : old.read(digest)),
  };
}
