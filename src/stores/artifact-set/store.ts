import type { Archive } from "../../archive/archive.ts";
import { spoolTar } from "../../archive/spool.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { BLOBS, digestOfName } from "../../oci/blob-name.ts";
import { bytesOf } from "../../oci/content.ts";
import { type Descriptor, isManifest, isRecord, MAX_MANIFEST_BYTES, parseDescriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { MANIFEST_MEMBERS, parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import { MAIN_ARTIFACT_ANNOTATION } from "../../ocm/repository/media-types.ts";
import { misspelledMember, parseStrictJson } from "../../text/strict-json.ts";

import { createArtifactSetRepository, nameOf, sizeOf } from "./repository.ts";

/** The artifact in an artifact set, or in v2's OCI layout archive. Closing it removes what was unpacked. */
export interface ArtifactSet {
  readonly root: Descriptor;
  readonly repository: ReadableRepository;
  close(): Promise<void>;
}

export interface ArtifactSetOptions {
  /** Folder that the archive is unpacked below. */
  readonly spool: string;
}

/** Index files of the known layouts: of OCI and v1, and of early v1. */
const INDEXES = ["index.json", "artifact-descriptor.json"];
const FILES: ReadonlySet<string> = new Set([...INDEXES, "oci-layout", BLOBS, `${BLOBS}/sha256`, `${BLOBS}/sha512`]);

/** Unpacks the blob of an artifact set out of a repository. */
export async function openArtifactSet(
  from: ReadableRepository,
  blob: Descriptor,
  { spool }: ArtifactSetOptions,
  signal?: AbortSignal,
): Promise<ArtifactSet> {
  const where = `${from.name}@${blob.digest}`;
  const expects = (name: string) => FILES.has(name) || digestOfName(name) !== undefined;
  const archive = await spoolTar(await from.fetch(blob, signal), where, { spool, expects }, signal);
  try {
    const manifests = await readIndex(archive, where);
    const root = await mainArtifact(manifests, archive, where);
    return {
      root,
      repository: createArtifactSetRepository(manifests.descriptors, archive, where),
      close: () => archive.close(),
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

interface Listed {
  readonly descriptors: readonly Descriptor[];
  /** Digest of the main artifact, as the index names it. */
  readonly main: unknown;
}

async function readIndex(archive: Archive, where: string): Promise<Listed> {
  for (const name of INDEXES) {
    const size = await archive.size(name);
    if (size === undefined) continue;
    if (size > MAX_MANIFEST_BYTES) throw malformed(where, `its ${name} has ${size} bytes`);
    let document: unknown;
    try {
      document = parseStrictJson((await bytesOf(archive.read(name))).toString("utf8"));
    } catch (error) {
      throw malformed(where, `its ${name} is not unambiguous JSON`, error);
    }
    if (!isRecord(document) || !Array.isArray(document.manifests))
      throw malformed(where, `its ${name} is not an index`);
    if (misspelledMember(document, MANIFEST_MEMBERS) !== undefined)
      throw malformed(where, `its ${name} is not an index`);
    const descriptors = document.manifests.map((each) => parseDescriptor(each, `${where} ${name}`));
    const main = isRecord(document.annotations) ? document.annotations[MAIN_ARTIFACT_ANNOTATION] : undefined;
    return { descriptors, main };
  }
  throw malformed(where, "it has no index.json");
}

/** The artifact that the index names, else the only one that no other in the list refers to. */
async function mainArtifact({ descriptors, main }: Listed, archive: Archive, where: string): Promise<Descriptor> {
  const named = descriptors.find(({ digest }) => digest === main);
  if (main !== undefined && named === undefined) throw malformed(where, "its index does not list its main artifact");
  const found = named ?? (await onlyRoot(descriptors, archive, where));
  if (found === undefined) throw malformed(where, "its index does not say which artifact is the main one");
  if (!isManifest(found.mediaType)) throw malformed(where, "its main artifact is not a manifest");
  const size = await sizeOf(archive, found.digest);
  if (size !== found.size) throw malformed(where, `it lacks its main artifact ${found.digest}`);
  return found;
}

async function onlyRoot(
  descriptors: readonly Descriptor[],
  archive: Archive,
  where: string,
): Promise<Descriptor | undefined> {
  const distinct = new Map(descriptors.map((each) => [each.digest, each]));
  const inner = new Set<Digest>();
  for (const each of distinct.size > 1 ? distinct.values() : []) {
    const size = await sizeOf(archive, each.digest);
    if (!isManifest(each.mediaType) || size === undefined || size > MAX_MANIFEST_BYTES) continue;
    const content = await bytesOf(verifying(archive.read(await nameOf(archive, each.digest)), each, where));
    for (const child of parseManifest(content, each.mediaType, where).manifests) inner.add(child.digest);
  }
  const roots = [...distinct.values()].filter(({ digest }) => !inner.has(digest));
  return roots.length === 1 ? roots[0] : undefined;
}

function malformed(where: string, why: string, cause?: unknown): TransferError {
  return new TransferError("ARTIFACT_SET_MALFORMED", `${where} is not a readable artifact set: ${why}`, {
    where,
    remedy: "The archive layer is damaged in its source; add the resource again with the OCM CLI.",
    cause,
  });
}
