import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ArtifactReference } from "../../oci/reference.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { asDigest, type ContentPin, parsePin } from "../../ocm/signing/pin.ts";

/** The content of an access, with everything that a copy by value needs. */
export type Found =
  /** Bytes that become a layer of the component manifest. */
  | { readonly kind: "blob"; readonly from: ReadableRepository; readonly descriptor: Descriptor }
  /** An artifact of a registry. */
  | {
      readonly kind: "artifact";
      readonly from: ReadableRepository;
      readonly root: Descriptor;
      readonly reference: ArtifactReference;
    }
  /** What cannot be copied so that its digest holds, or so that its readers get the same. */
  | { readonly kind: "left"; readonly reason: string };

/** The element that content is asked for. */
export interface AccessRequest {
  readonly element: Element;
  /** As messages name it. */
  readonly where: string;
}

/**
 * Whether the element is pinned to a manifest. v1 of the CLI says so of artifacts only, and charts and files that a server hands out are
 * none to it: no copy of such bytes would be what was pinned.
 */
export function isPinnedToManifest(wanted: AccessRequest): boolean {
  return pinOf(wanted)?.of === "artifact";
}

/** The pin of the content; undefined without a digest, or with one that is not supported. */
export function pinOf({ element: { digest }, where }: AccessRequest): ContentPin | undefined {
  const pin = digest === undefined ? undefined : parsePin(digest, where);
  return pin?.of === "artifact" || pin?.of === "blob" ? pin : undefined;
}

/** The same as a digest that content may be stored under. */
export function pinnedDigest(wanted: AccessRequest): Digest | undefined {
  const pin = pinOf(wanted);
  return pin === undefined ? undefined : asDigest(pin);
}
