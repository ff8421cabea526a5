import type { Element } from "../ocm/component-descriptor.ts";
import type { Descriptor } from "../registry/descriptor.ts";
import type { ArtifactReference } from "../registry/reference.ts";
import type { ReadableRepository } from "../registry/registry.ts";

/** What an access leads to, with everything known that a copy by value needs. */
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
export interface Wanted {
  readonly element: Element;
  /** As messages name it. */
  readonly where: string;
}

/**
 * Whether the element is pinned to a manifest. v1 of the CLI says so of artifacts only, and charts and files that a server hands out are
 * none to it: no copy of such bytes would be what was pinned.
 */
export function isPinnedToManifest({ digest }: Element): boolean {
  return digest !== undefined && /^ociArt[ei]factDigest\//.test(digest.normalisationAlgorithm);
}
