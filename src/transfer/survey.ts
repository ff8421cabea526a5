import type { AccessMethods } from "../access-methods/access-methods.ts";
import { TransferError } from "../errors.ts";
import { parseAccess } from "../ocm/access.ts";
import { describeElement, type Element } from "../ocm/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/component-version.ts";
import type { JsonObject } from "../ocm/json.ts";
import { isArtifactSet } from "../ocm/media-types.ts";
import { describeOther } from "../ocm/other-access.ts";
import { checkDigest } from "../ocm/pinned-digest.ts";
import { type Descriptor, isManifest } from "../registry/descriptor.ts";
import { type Digest, parseDigest } from "../registry/digest.ts";
import { type ImageReference, parseArtifactReference, parseImageReference } from "../registry/reference.ts";
import type { ReadableRegistry, ReadableRepository } from "../registry/registry.ts";
import type { AccessForm } from "./access-form.ts";
import { type ArtifactName, hintedName, strippedName } from "./artifact-name.ts";
import { type Graph, readGraph } from "./graph.ts";
import { type Location, locateAbsolute, locateRelative } from "./locate.ts";
import { createReadReferrers, NO_REFERRERS, type ReadReferrers, type Referrers } from "./referrers.ts";

/** What a transfer has to do with one resource or source, as far as the source tells. */
export type Item =
  /** A blob that is a layer of the component manifest (or several, where v1 split it), or is to become one. */
  | {
      readonly kind: "layer";
      readonly element: Element;
      readonly blobs: readonly Descriptor[];
      readonly from: ReadableRepository;
      /** What is to be written for it, where that does not follow from the blobs. */
      readonly access?: JsonObject;
    }
  /** An OCI artifact, wherever it lies; `form` where it is not to take the one of the others. */
  | {
      readonly kind: "artifact";
      readonly element: Element;
      readonly graph: Graph;
      readonly name: ArtifactName;
      readonly form?: AccessForm;
      /** What hangs on it, where that was asked for. */
      readonly referrers: Referrers;
    }
  /** Left where it is, by reference; `isAsked` where it could be copied. */
  | { readonly kind: "kept"; readonly element: Element; readonly reason: string; readonly isAsked: boolean };

export interface SurveyedVersion {
  readonly version: ComponentVersion;
  readonly items: readonly Item[];
  /** Why other elements are not among the items: what could not be found. */
  readonly errors: readonly unknown[];
}

export interface SurveyOptions {
  readonly copyResources: boolean;
  readonly copySources: boolean;
  /** Whether what lies elsewhere is to be copied; by default all of it. */
  readonly isSelected?: (element: Element, component: string) => boolean;
  /** The registry that an absolute reference names. */
  readonly registryAt: (reference: ImageReference, where: string) => ReadableRegistry;
  /** Finds what lies elsewhere than in registries; without it, that stays there. */
  readonly accessMethods?: Pick<AccessMethods, "locate"> | undefined;
  /** Whether to look for what hangs on artifacts. */
  readonly withReferrers?: boolean;
  /** Unpacks an artifact set; without it, one stays the layer that it is. */
  readonly unpack?: ((from: ReadableRepository, blob: Descriptor) => Promise<UnpackedArtifact>) | undefined;
}

/** An artifact out of an artifact set. */
export interface UnpackedArtifact {
  readonly root: Descriptor;
  readonly repository: ReadableRepository;
}

/** Finds the content of every resource and source. Nothing is written, and of blobs only those are read that no digest names yet. */
export async function surveyVersion(
  version: ComponentVersion,
  options: SurveyOptions,
  signal?: AbortSignal,
): Promise<SurveyedVersion> {
  const read = options.withReferrers === true ? createReadReferrers(signal) : async () => NO_REFERRERS;
  const surveys = version.descriptor.elements.map((element) => surveyElement(version, element, options, read, signal));
  const results = await Promise.allSettled(surveys);
  return {
    version,
    items: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}

async function surveyElement(
  version: ComponentVersion,
  element: Element,
  options: SurveyOptions,
  read: ReadReferrers,
  signal?: AbortSignal,
): Promise<Item> {
  const access = parseAccess(element.access);
  const where = `${describeElement(element)} of ${version.descriptor.name}:${version.descriptor.version}`;
  const artifact = async (location: Location): Promise<Item> => {
    checkDigest(element, location.root, where);
    const graph = await readGraph(location.from, location.root, signal);
    return { kind: "artifact", element, graph, name: location.name, referrers: await read(graph) };
  };

  const kept = (reason: string, isAsked = false): Item => ({ kind: "kept", element, reason, isAsked });
  if (access.kind === "other") return kept(`${describeOther(access)} stays a reference`);
  if (access.kind === "localBlob") {
    const digests = access.localReference.split(",").map((digest) => parseDigest(digest.trim(), where));
    const [first] = digests;
    const native = first === undefined ? undefined : version.natives.get(first);
    if (native === undefined && !isManifest(access.mediaType)) {
      const blobs = digests.map((digest) => layerOf(version, digest, where));
      const [blob] = blobs;
      const unpacked = await unpackedArtifact(version, element, blobs, options);
      if (unpacked !== undefined) {
        const name = hintedName(access.referenceName, version, element);
        return artifact({ from: unpacked.repository, root: unpacked.root, name });
      }
      if (blobs.length === 1 && element.digest?.normalisationAlgorithm.startsWith("genericBlob")) {
        checkDigest(element, blob, where);
      }
      return { kind: "layer", element, blobs, from: version.repository };
    }
    const root = native ?? (await version.repository.resolve(String(first), signal));
    return artifact({ from: version.repository, root, name: hintedName(access.referenceName, version, element) });
  }
  // A relative reference points into the source's own registry: left as it is, it would point nowhere at the target.
  const isCopied = element.kind === "resource" ? options.copyResources : options.copySources;
  const isSelected = options.isSelected?.(element, version.descriptor.name) ?? true;
  if (access.kind === "ociArtifact") {
    if (!isSelected) return kept("is not selected", true);
    if (!isCopied) return kept(`${element.kind}s are left by reference`, true);
    const reference = parseImageReference(access.imageReference, where);
    const registryAt = (named: ImageReference) => options.registryAt(named, where);
    return artifact(await locateAbsolute(version, element, reference, registryAt, signal));
  }
  if (access.kind === "helm" || access.kind === "wget" || access.kind === "ociBlob") {
    if (!isSelected) return kept("is not selected", true);
    if (!isCopied) return kept(`${element.kind}s are left by reference`, true);
    const found = await options.accessMethods?.locate(access, { element, where }, signal);
    if (found === undefined) return kept(`access type ${access.kind} stays a reference`);
    if (found.kind === "left") return kept(found.reason);
    if (found.kind === "blob") return { kind: "layer", element, blobs: [found.descriptor], from: found.from };
    return artifact({ ...found, name: strippedName(found.reference, version) });
  }
  const reference = parseArtifactReference(access.reference, where);
  return artifact(await locateRelative(version, element, reference, where, signal));
}

/**
 * What v1 packed when it copied by value, as the artifact that it was. A digest over the packed bytes would not hold any more, and what
 * only claims to be an artifact set is passed on as it is.
 */
async function unpackedArtifact(
  { repository }: ComponentVersion,
  { access, digest }: Element,
  [blob, ...others]: readonly Descriptor[],
  { unpack }: SurveyOptions,
): Promise<UnpackedArtifact | undefined> {
  const { mediaType } = access;
  if (unpack === undefined || blob === undefined || others.length > 0 || typeof mediaType !== "string")
    return undefined;
  const isPinnedAsBlob = digest !== undefined && !/^ociArt[ei]factDigest\//.test(digest.normalisationAlgorithm);
  if (!isArtifactSet(mediaType) || isPinnedAsBlob) return undefined;
  try {
    return await unpack(repository, blob);
  } catch (error) {
    if (error instanceof TransferError && error.code === "ARTIFACT_SET_MALFORMED") return undefined;
    throw error;
  }
}

function layerOf(version: ComponentVersion, digest: Digest, where: string): Descriptor {
  const layer = version.layers.get(digest);
  if (layer !== undefined) return layer;
  throw new TransferError("BLOB_UNKNOWN", `${where}: the component manifest does not list its blob ${digest}`, {
    where: version.from.display,
    remedy: "The component version is broken where it lies; add it there anew with the OCM CLI.",
  });
}
