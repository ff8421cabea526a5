import { lstat, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isMacOsMetadata } from "../../archive/mac-os.ts";
import { refused, unwritable } from "../../archive/refusal.ts";
import { errorCode, isFileSystemError, TransferError } from "../../errors/transfer-error.ts";
import { type Lock, type LockOptions, lock, OWN_FILES } from "../../files/lock.ts";
import { BLOBS } from "../../oci/blob-name.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
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
import { type BlobsByRepository, isOmittable } from "./delta.ts";
import { prune } from "./prune.ts";
import { type BlobPool, poolOf, sniffedType } from "./repository.ts";
import { createStaging, type Staging } from "./staging.ts";
import { type Ctf, type CtfContent, type CtfOptions, readCtf } from "./store.ts";
import { createWritableRepository } from "./writable-repository.ts";

/** A CTF that is written. It is visible from `commit` on, which `publish` ends with; closing it without a commit leaves nothing. */
export interface CtfTarget extends Ctf, Store {
  repository(name: string): Repository;
  listRepositories(): Promise<readonly string[]>;
  commit(signal?: AbortSignal): Promise<void>;
  /** Closes it, and leaves the blobs that are complete to the next run with this target. */
  suspend(): Promise<void>;
}

export interface CtfTargetOptions extends CtfOptions {
  /** Whether nothing is going to be written: no lock is needed then, and none is waited for. */
  readonly isDryRun?: boolean;
  /** What the receiver of a delta has; of these, a repository omits its own. */
  readonly base?: BlobsByRepository;
  /** How another run that writes the same CTF is waited for. */
  readonly lock?: Omit<LockOptions, "signal">;
}

/** File names of archives, as in both OCM CLIs; every other path is a folder. */
const ARCHIVE = /\.(?:tar|tgz|tar\.gz)$/;

/**
 * The CTF at `path`, new or with what it holds already. A compressed archive is unpacked below `spool`. Fails with TARGET_LOCKED while
 * another run writes it.
 */
export async function openCtfTarget(
  path: string,
  { isDryRun = false, base = new Map(), lock: waiting, ...options }: CtfTargetOptions = {},
  signal?: AbortSignal,
): Promise<CtfTarget> {
  const isArchive = ARCHIVE.test(path);
  // A folder of another kind must not get a lock file.
  await ctfExists(path, isArchive);
  const names = workNames(path, isArchive);
  const held = isDryRun ? undefined : await lockTarget(names.lock, path, { ...waiting, signal });
  try {
    // Another run may have written it while this one waited.
    const isThere = await ctfExists(path, isArchive);
    const before = isThere ? await readCtf(path, options, signal) : undefined;
    const staging = createStaging(names.staging, { path, isDurable: !isArchive, isOwned: held !== undefined });
    return await createTarget({ path, isArchive, before, base, staging, held });
  } catch (error) {
    await held?.release();
    throw error;
  }
}

interface TargetParts {
  readonly path: string;
  readonly isArchive: boolean;
  readonly before: CtfContent | undefined;
  readonly base: BlobsByRepository;
  readonly staging: Staging;
  readonly held: Lock | undefined;
}

async function createTarget({ path, isArchive, before, base, staging, held }: TargetParts): Promise<CtfTarget> {
  const index: ArtifactIndex = before?.index ?? new Map();
  await addMediaTypes(index, before);
  const indexBefore = before === undefined ? undefined : formatArtifactIndex(index);
  const pool = createPool(before, staging);
  const lost = new Map<string, Set<Digest>>();
  const omitted = new Map(before?.omitted);
  const parts = { path, index, pool, staging, lost, omitted };

  function omit(blob: Descriptor, repository: string): boolean {
    const isInBase = isOmittable(blob) && base.get(repository)?.get(blob.digest) === blob.size;
    if (isInBase) omitted.set(blob.digest, blob.size);
    return isInBase;
  }

  /** Of a lock that was lost, the staging folder is another run's by now. */
  async function end(finish: () => Promise<void>): Promise<void> {
    try {
      if (await held?.isHeld()) await finish();
    } finally {
      await before?.archive.close();
      await held?.release();
    }
  }

  const target: CtfTarget = {
    kind: "ctf",
    name: path,
    repository: (repository) => createWritableRepository({ ...parts, name: repository, omit }),
    listRepositories: async () => [...index].filter(([, { manifests }]) => manifests.size > 0).map(([name]) => name),
    async publish(tags, signal) {
      for (const change of tags.flat())
        await target.repository(change.repository).tag(change.target, change.tag, signal);
      await target.commit(signal);
    },
    omitted: () => omitted,
    rollback: async () => ({ kind: "committed" }),
    async commit(signal) {
      for (const [repository, digests] of lost) await prune(artifactsOf(index, repository), digests, pool);
      for (const digest of omitted.keys()) if ((await pool.size(digest)) !== undefined) omitted.delete(digest);
      const document = formatArtifactIndex(index);
      try {
        if (document !== indexBefore || staging.sizes.size > 0) {
          const options = { path, index: document, omitted, check: async () => held?.check() };
          await (isArchive ? commitArchive(options, staging, before?.archive, signal) : commitFolder(options, staging));
        }
      } catch (error) {
        throw isFileSystemError(error) ? unwritable(path, error) : error;
      }
      await target.close();
    },
    close: () => end(staging.remove),
    suspend: () => end(staging.suspend),
  };
  return target;
}

/** Next to an archive, and in a folder, whose parent may belong to others. */
function workNames(path: string, isArchive: boolean): { readonly lock: string; readonly staging: string } {
  const start = isArchive ? join(dirname(path), `.${basename(path)}`) : join(path, OWN_FILES);
  return { lock: `${start}.lock`, staging: `${start}.partial` };
}

async function lockTarget(file: string, path: string, options: LockOptions): Promise<Lock> {
  try {
    return await lock(file, options);
  } catch (error) {
    throw isFileSystemError(error) ? unwritable(path, error) : error;
  }
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
  const foreign = names.find((name) => name !== BLOBS && !name.startsWith(OWN_FILES) && !isMacOsMetadata(name));
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
    size: async (digest) => (await staging.size(digest)) ?? (await old?.size(digest)),
    read: (digest) => (old === undefined || staging.sizes.has(digest) ? staging.read(digest) : old.read(digest)),
  };
}
