import { parseDigest } from "../../oci/digest.ts";
import { type ImageReference, parseImageReference } from "../../oci/reference.ts";
import type { ReadableStore } from "../../oci/store.ts";
import type { OciBlobAccess } from "../../ocm/access/access.ts";
import type { AccessRequest, Found } from "./found.ts";
import { blobMediaType } from "./media-type.ts";

/** Locates the layer of an `ociBlob` access, without a request. */
export function locateOciBlob(
  access: OciBlobAccess,
  { where }: Pick<AccessRequest, "where">,
  registryAt: (reference: ImageReference, where: string) => ReadableStore,
): Found {
  if (access.size === undefined) return { kind: "left", reason: "it has no size" };
  const reference = parseImageReference(access.reference, where);
  const digest = parseDigest(access.digest, where);
  const descriptor = { mediaType: blobMediaType(access.mediaType), digest, size: access.size };
  return { kind: "blob", from: registryAt(reference, where).repository(reference.repository), descriptor };
}
