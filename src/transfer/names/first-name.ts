import { isManifest, ociEquivalent } from "../../oci/descriptor.ts";
import { isDigest } from "../../oci/digest.ts";
import { type ImageReference, parseImageReference } from "../../oci/reference.ts";
import { type Access, parseAccess } from "../../ocm/access/access.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { type OriginNames, recordedOrigin } from "../../ocm/repository/origin-names.ts";

/** A reference as deployments write it: its text has no scheme. */
export interface WrittenReference extends ImageReference {
  readonly text: string;
}

/** The reference that an artifact had before its first copy, as far as it is known; a hint is a name without a host. */
export type FirstName =
  | { readonly kind: "reference"; readonly reference: WrittenReference }
  | { readonly kind: "hint"; readonly text: string };

const MAX_ORIGIN = 512;

/** The recorded reference, else that of the access, else the hint of the access: archives of other tools have no more. */
export function firstName(element: Element, version: ComponentVersion): FirstName | undefined {
  const access = parseAccess(element.access);
  const reference = recordedName(element, version) ?? writtenReference(referenceOf(access, version));
  if (reference !== undefined) return { kind: "reference", reference };
  const text = hintIn(access);
  return text === undefined ? undefined : { kind: "hint", text };
}

/** The reference that an earlier transfer recorded. Invalid records are ignored: any registry may have changed them. */
export function recordedName(element: Element, version: ComponentVersion): WrittenReference | undefined {
  const access = parseAccess(element.access);
  const digest = access.kind === "localBlob" && isDigest(access.localReference) ? access.localReference : undefined;
  const content =
    digest === undefined ? undefined : (version.nativeManifests.get(digest) ?? version.layers.get(digest));
  const text = recordedOrigin(element, content?.annotations) ?? recordedOrigin(element, version.annotations);
  return text === undefined || text.length > MAX_ORIGIN ? undefined : writtenReference(text);
}

/** The references to record in a copy. Content that is no artifact has one only if it was an artifact before. */
export function originsIn(
  version: ComponentVersion,
  items: readonly { readonly kind: string; readonly element: Element }[],
): OriginNames {
  return new Map(
    items.flatMap(({ kind, element }): [Element, string][] => {
      const first = kind === "artifact" ? firstName(element, version) : undefined;
      const reference = first?.kind === "reference" ? first.reference : recordedName(element, version);
      return reference === undefined ? [] : [[element, formatOrigin(reference)]];
    }),
  );
}

/** For the record: `oci://` is written only where the host would not be recognised as one. */
export function formatOrigin({ text, host }: WrittenReference): string {
  return writtenReference(text)?.host === host ? text : `oci://${text}`;
}

/** A reference that can be pulled; otherwise undefined. With `oci://`, the first part is the host even without a dot. */
function referenceOf(access: Access, { from: { registry }, repository }: ComponentVersion): string | undefined {
  if (access.kind === "ociArtifact") return access.imageReference;
  if (registry.kind !== "registry") return undefined;
  if (access.kind === "relativeOciReference") return `oci://${registry.name}/${access.reference}`;
  // A layer with an artifact set cannot be pulled.
  if (access.kind !== "localBlob" || !isManifest(ociEquivalent(access.mediaType))) return undefined;
  return `oci://${registry.name}/${repository.name}@${access.localReference}`;
}

function hintIn(access: Access): string | undefined {
  if (access.kind === "relativeOciReference") return access.reference;
  return access.kind === "localBlob" ? access.referenceName : undefined;
}

/** Undefined for an invalid reference, which names nothing; it was reported when it was to be followed. */
export function writtenReference(reference: string | undefined): WrittenReference | undefined {
  if (reference === undefined) return undefined;
  try {
    return { ...parseImageReference(reference, ""), text: reference.replace(/^(?:https?|oci):\/\//, "") };
  } catch {
    return undefined;
  }
}
