import { errorMessage, inContext, TransferError } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import { type Digest, parseDigest } from "../../oci/digest.ts";
import { type ImageReference, parseArtifactReference, parseImageReference } from "../../oci/reference.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import { describeOther } from "../../ocm/access/other-access.ts";
import { type ComponentDescriptor, describeElement, type Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../ocm/descriptor/json.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { isArtifactSet } from "../../ocm/repository/media-types.ts";
import type { DigestSpec } from "../../ocm/signing/hash-algorithm.ts";
import { asDigest, type Pin, parsePin } from "../../ocm/signing/pin.ts";
import type { AccessMethods } from "../../stores/elsewhere/access-methods.ts";
import { printable } from "../../text/redact.ts";
import { isPinnedArtifact, judgeArtifact, judgeBlob, type Verdict } from "../pins/pinned-content.ts";
import { pinsIn } from "../pins/pins.ts";
import { type ArtifactName, hintedName, strippedName } from "./artifact-name.ts";
import { type Budget, UNLIMITED } from "./budget.ts";
import { createReadGraph, type Graph } from "./graph.ts";
import { type Location, locateAbsolute, locateRelative, type MovedTag } from "./locate.ts";
import { createReadReferrers, NO_REFERRERS, type ReferrerGraph } from "./referrers.ts";

/** One resource or source with its content, as the source has it. */
export type ResolvedElement =
  /** A blob that is a layer of the component manifest (or several, where v1 split it), or is to become one. */
  | {
      readonly kind: "blob";
      readonly element: Element;
      readonly blobs: readonly Descriptor[];
      readonly from: ReadableRepository;
      readonly verdict: Verdict;
      /** The access to write, where it does not follow from the blobs. */
      readonly access?: JsonObject;
    }
  /** An OCI artifact, wherever it is stored; `form` where it differs from that of the others. */
  | {
      readonly kind: "artifact";
      readonly element: Element;
      readonly graph: Graph;
      readonly name: ArtifactName;
      readonly form?: AccessForm;
      /** Empty unless `withReferrers` is set. */
      readonly referrers: ReferrerGraph;
      readonly verdict: Verdict;
      /** The tag of its access, where that leads elsewhere than its pin. */
      readonly movedTag?: MovedTag | undefined;
    }
  /** Left where it is, by reference; `isOnRequest` where it could be copied. */
  | { readonly kind: "byReference"; readonly element: Element; readonly reason: string; readonly isOnRequest: boolean };

export interface ResolvedVersion {
  readonly version: ComponentVersion;
  readonly items: readonly ResolvedElement[];
  /** Why other elements are not among the items: what could not be found. */
  readonly errors: readonly unknown[];
  /** Alias tags in its repository; empty unless they are to be copied. */
  readonly aliases?: readonly string[];
}

export interface ResolveOptions {
  readonly copyResources: boolean;
  readonly copySources: boolean;
  /** Whether content in other places is to be copied; by default all of it. */
  readonly isSelected?: (element: Element, component: string) => boolean;
  /** The registry that an absolute reference names. */
  readonly registryAt: (reference: ImageReference, where: string) => ReadableStore;
  /** Locates content outside of registries; without it, such content stays by reference. */
  readonly accessMethods?: Pick<AccessMethods, "locate"> | undefined;
  /** Whether to find the referrers of artifacts. */
  readonly withReferrers?: boolean;
  /** Unpacks an artifact set; without it, one stays the layer that it is. */
  readonly unpack?: ((from: ReadableRepository, blob: Descriptor) => Promise<UnpackedArtifact>) | undefined;
  /** Bounds the manifests and blobs of all artifacts of the run. */
  readonly budget?: Budget;
  /** Component versions signed in mode `top`, which may hold digests for this one. */
  readonly roots?: readonly ComponentDescriptor[];
}

/** An artifact out of an artifact set. */
export interface UnpackedArtifact {
  readonly root: Descriptor;
  readonly repository: ReadableRepository;
}

/** Finds the content of every resource and source. Nothing is written, and of blobs only those are read that no digest names yet. */
export async function resolveElements(
  version: ComponentVersion,
  options: ResolveOptions,
  signal?: AbortSignal,
): Promise<ResolvedVersion> {
  const { budget = UNLIMITED } = options;
  const readGraph = createReadGraph(budget, signal);
  const readReferrers = options.withReferrers === true ? createReadReferrers(signal, budget) : async () => NO_REFERRERS;
  const read: ReadArtifact = ({ from, root }, judge) =>
    budget.read(async () => {
      const verdict = await judge();
      const graph = await readGraph(from, root);
      return { verdict, graph, referrers: await readReferrers(graph) };
    });
  const digestsOf = pinsIn(version.descriptor, options.roots ?? []);
  const surveys = version.descriptor.elements.map((element) =>
    surveyElement(version, { element, digests: digestsOf(element) }, options, read, signal).catch((error) => {
      throw withElement(error, element, version);
    }),
  );
  const results = await Promise.allSettled(surveys);
  return {
    version,
    items: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}

type ReadArtifact = (
  location: Pick<Location, "from" | "root">,
  judge: () => Promise<Verdict>,
) => Promise<Pick<Extract<ResolvedElement, { kind: "artifact" }>, "verdict" | "graph" | "referrers">>;

/** Names the element and the reference of its access, which errors of a registry do not have. */
function withElement(error: unknown, element: Element, { descriptor }: ComponentVersion): unknown {
  const name = `${describeElement(element)} of ${descriptor.name}:${descriptor.version}`;
  if (errorMessage(error).startsWith(name)) return error;
  const { imageReference, reference, localReference } = element.access;
  const text = [imageReference, reference, localReference].find((each) => typeof each === "string");
  return inContext(error, typeof text === "string" ? `${name} (${printable(text, 300)})` : name);
}

async function surveyElement(
  version: ComponentVersion,
  { element, digests }: { readonly element: Element; readonly digests: readonly DigestSpec[] },
  options: ResolveOptions,
  read: ReadArtifact,
  signal?: AbortSignal,
): Promise<ResolvedElement> {
  const access = parseAccess(element.access);
  const where = `${describeElement(element)} of ${version.descriptor.name}:${version.descriptor.version}`;
  const pins = digests.map((digest) => parsePin(digest, where));
  const artifact = async ({ from, root, name, movedTag }: Location): Promise<ResolvedElement> => {
    const found = await read({ from, root }, () => judgeArtifact(pins, { from, root }, where, signal));
    return { kind: "artifact", element, name, movedTag, ...found };
  };
  const layer = (from: ReadableRepository, blobs: readonly Descriptor[], isPacked: boolean): ResolvedElement => {
    return { kind: "blob", element, blobs, from, verdict: judgeBlob(pins, { blobs, isPacked }, where) };
  };

  const byReference = (reason: string, isOnRequest = false): ResolvedElement => ({
    kind: "byReference",
    element,
    reason,
    isOnRequest,
  });
  if (access.kind === "other") return byReference(`${describeOther(access)} stays a reference`);
  if (access.kind === "localBlob") {
    const references = access.localReference.split(",").map((digest) => parseDigest(digest.trim(), where));
    const [first] = references;
    const isWhole = references.length === 1;
    const native = first === undefined || !isWhole ? undefined : version.nativeManifests.get(first);
    const name = hintedName(access.referenceName, version, element);
    if (native === undefined && !(isWhole && isManifest(access.mediaType))) {
      const blobs = references.map((digest) => layerOf(version, digest, where));
      const isPacked = isArtifactSet(access.mediaType || (blobs[0]?.mediaType ?? ""));
      const unpacked = isPacked ? await unpackedArtifact(version.repository, blobs, pins, options, signal) : undefined;
      if (unpacked === undefined) return layer(version.repository, blobs, isPacked);
      return artifact({ from: unpacked.repository, root: unpacked.root, name });
    }
    const root = native ?? (await version.repository.resolve(String(first), signal));
    return artifact({ from: version.repository, root, name });
  }
  // A relative reference points into the source's own registry: left as it is, it would point nowhere at the target.
  const isCopied = element.kind === "resource" ? options.copyResources : options.copySources;
  const isSelected = options.isSelected?.(element, version.descriptor.name) ?? true;
  if (access.kind === "ociArtifact") {
    if (!isSelected) return byReference("is not selected", true);
    if (!isCopied) return byReference(`${element.kind}s are left by reference`, true);
    const reference = parseImageReference(access.imageReference, where);
    const registryAt = (named: ImageReference) => options.registryAt(named, where);
    return artifact(await locateAbsolute(version, pins, reference, registryAt, signal));
  }
  if (access.kind === "helm" || access.kind === "wget" || access.kind === "ociBlob") {
    if (!isSelected) return byReference("is not selected", true);
    if (!isCopied) return byReference(`${element.kind}s are left by reference`, true);
    const pinned = { ...element, digest: digests[0] };
    const found = await options.accessMethods?.locate(access, { element: pinned, where }, signal);
    if (found === undefined) return byReference(`access type ${access.kind} stays a reference`);
    if (found.kind === "left") return byReference(found.reason);
    if (found.kind === "blob") return layer(found.from, [found.descriptor], false);
    return artifact({ ...found, name: strippedName(found.reference, version) });
  }
  const reference = parseArtifactReference(access.reference, where);
  return artifact(await locateRelative(version, pins, reference, where, signal));
}

/**
 * An artifact that v1 packed when it copied by value. A blob that is pinned by the packed bytes
 * stays packed, and so does one that only claims to be an artifact set.
 */
async function unpackedArtifact(
  from: ReadableRepository,
  [blob, ...others]: readonly Descriptor[],
  pins: readonly Pin[],
  { unpack }: ResolveOptions,
  signal?: AbortSignal,
): Promise<UnpackedArtifact | undefined> {
  if (unpack === undefined || blob === undefined || others.length > 0) return undefined;
  if (pins.some((pin) => pin.of === "unknown" || (pin.of === "blob" && asDigest(pin) === blob.digest)))
    return undefined;
  // The name for digests of blobs may stand for that of the manifest.
  const isPinnedAsBlob = pins.some(({ of }) => of === "blob");
  try {
    const unpacked = await unpack(from, blob);
    const { repository, root } = unpacked;
    const isIt = !isPinnedAsBlob || (await isPinnedArtifact(pins, { from: repository, root }, signal));
    return isIt ? unpacked : undefined;
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    if (error.code === "ARTIFACT_SET_MALFORMED") return undefined;
    if (isPinnedAsBlob && error.code.startsWith("ARCHIVE_")) return undefined;
    throw error;
  }
}

function layerOf(version: ComponentVersion, digest: Digest, where: string): Descriptor {
  const layer = version.layers.get(digest);
  if (layer !== undefined) return layer;
  throw new TransferError("BLOB_UNKNOWN", `${where}: the component manifest does not list its blob ${digest}`, {
    where: version.from.display,
    remedy: "The component version is damaged in its source; add it there again with the OCM CLI.",
  });
}
