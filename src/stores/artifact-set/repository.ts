import type { Archive } from "../../archive/archive.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { blobName, layoutBlobName } from "../../oci/blob-name.ts";
import { streamOf } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import { REF_NAME_ANNOTATION, TAGS_ANNOTATION } from "../../ocm/repository/media-types.ts";

/** The artifacts that the index of an artifact set lists, as one repository. */
export function createArtifactSetRepository(
  descriptors: readonly Descriptor[],
  archive: Archive,
  where: string,
): ReadableRepository {
  return {
    name: where,

    async resolve(reference) {
      const found = descriptors.find((each) => each.digest === reference || tagsOf(each).includes(reference));
      if (found !== undefined) return found;
      throw new TransferError("MANIFEST_UNKNOWN", `${where} has no artifact ${reference}`, { where });
    },

    exists: async ({ digest }) => (await sizeOf(archive, digest)) !== undefined,
    listTags: async () => descriptors.flatMap(tagsOf).filter((tag) => tag !== ""),

    async fetch(target) {
      if (target.data !== undefined) return streamOf(target.data);
      if ((await sizeOf(archive, target.digest)) === undefined) {
        throw new TransferError("BLOB_UNKNOWN", `${where} lacks the blob ${target.digest}`, {
          where,
          remedy: "The archive layer is incomplete; add the resource again at its origin.",
        });
      }
      return verifying(archive.read(await nameOf(archive, target.digest)), target, where);
    },
  };
}

function tagsOf({ annotations }: Descriptor): string[] {
  const tags = annotations?.[TAGS_ANNOTATION];
  return [annotations?.[REF_NAME_ANNOTATION] ?? "", ...(typeof tags === "string" ? tags.split(",") : [])];
}

/** The file of a blob, in either layout. */
export async function nameOf(archive: Archive, digest: Digest): Promise<string> {
  const flat = blobName(digest);
  return (await archive.size(flat)) === undefined ? layoutBlobName(digest) : flat;
}

/** In bytes; undefined for a missing blob. */
export async function sizeOf(archive: Archive, digest: Digest): Promise<number | undefined> {
  return archive.size(await nameOf(archive, digest));
}
