import { TransferError } from "../errors.ts";
import { parseAccess } from "../ocm/access.ts";
import { describeElement, type Element } from "../ocm/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/component-version.ts";
import { isJsonObject } from "../ocm/json.ts";
import { type Descriptor, isManifest } from "../registry/descriptor.ts";
import { type Digest, isDigest, parseDigest } from "../registry/digest.ts";
import {
  type ArtifactReference,
  formatArtifactReference,
  type ImageReference,
  manifestReference,
  parseArtifactReference,
  parseImageReference,
} from "../registry/reference.ts";
import type { ReadableRegistry, ReadableRepository } from "../registry/registry.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { type Graph, readGraph } from "./graph.ts";

/** What a transfer has to do with one resource or source, as far as the source tells. */
export type Item =
  /** A local blob that is a layer of the component manifest (or several, where v1 split it). */
  | { readonly kind: "layer"; readonly element: Element; readonly blobs: readonly Descriptor[] }
  /** An OCI artifact, wherever it lies. */
  | { readonly kind: "artifact"; readonly element: Element; readonly graph: Graph; readonly name: ArtifactName }
  /** Left where it is, by reference. */
  | { readonly kind: "kept"; readonly element: Element; readonly reason: string };

/** What an artifact is called below a path of a registry. */
export interface ArtifactName {
  readonly repository: string;
  readonly tag: string | undefined;
}

export interface SurveyedVersion {
  readonly version: ComponentVersion;
  readonly items: readonly Item[];
}

export interface SurveyOptions {
  readonly copyResources: boolean;
  readonly copySources: boolean;
  /** The registry that an absolute reference names. */
  readonly registryAt: (reference: ImageReference) => ReadableRegistry;
}

/** Finds the content of every resource and source. Nothing is written, and no blob is read. */
export async function surveyVersion(
  version: ComponentVersion,
  options: SurveyOptions,
  signal?: AbortSignal,
): Promise<SurveyedVersion> {
  const items = version.descriptor.elements.map((element) => surveyElement(version, element, options, signal));
  return { version, items: await Promise.all(items) };
}

async function surveyElement(
  version: ComponentVersion,
  element: Element,
  options: SurveyOptions,
  signal?: AbortSignal,
): Promise<Item> {
  const access = parseAccess(element.access);
  const where = `${describeElement(element)} of ${version.descriptor.name}:${version.descriptor.version}`;
  const artifact = async (location: Location): Promise<Item> => {
    checkDigest(element, location.root, where);
    return {
      kind: "artifact",
      element,
      graph: await readGraph(location.from, location.root, signal),
      name: location.name,
    };
  };

  if (access.kind === "other") return { kind: "kept", element, reason: `access type ${access.type} stays a reference` };
  if (access.kind === "localBlob") {
    const digests = access.localReference.split(",").map((digest) => parseDigest(digest.trim(), where));
    const [first] = digests;
    const native = version.natives.find(({ digest }) => digest === first);
    if (native === undefined && !isManifest(access.mediaType)) {
      const blobs = digests.map((digest) => layerOf(version, digest, where));
      const [blob] = blobs;
      if (blobs.length === 1 && element.digest?.normalisationAlgorithm.startsWith("genericBlob")) {
        checkDigest(element, blob, where);
      }
      return { kind: "layer", element, blobs };
    }
    const root = native ?? (await version.repository.resolve(String(first), signal));
    return artifact({ from: version.repository, root, name: nameOf(access.referenceName, version, element) });
  }
  // A relative reference points into the source's own registry: left as it is, it would point nowhere at the target.
  const isCopied = element.kind === "resource" ? options.copyResources : options.copySources;
  if (access.kind === "ociArtifact") {
    if (!isCopied) return { kind: "kept", element, reason: `${element.kind}s are left by reference` };
    const reference = parseImageReference(access.imageReference, where);
    return artifact(await locateAbsolute(version, element, reference, options, signal));
  }
  const reference = parseArtifactReference(access.reference, where);
  return artifact(await locateRelative(version, element, reference, where, signal));
}

interface Location {
  readonly from: ReadableRepository;
  readonly root: Descriptor;
  readonly name: ArtifactName;
}

/**
 * An absolute reference is followed only after the registry where the component lies was asked for the same path and digest: who
 * pushed it there may have done so through a host name that nobody knows any more.
 */
async function locateAbsolute(
  version: ComponentVersion,
  element: Element,
  reference: ImageReference,
  options: SurveyOptions,
  signal?: AbortSignal,
): Promise<Location> {
  const pinned = reference.digest ?? pinnedDigest(element);
  const there = options.registryAt(reference);
  const name = strippedName(reference, version);
  if (pinned !== undefined && there !== version.from.registry) {
    const near = await locateNear(version, reference, pinned, isRefusal, signal);
    if (near !== undefined) return { ...near, name };
  }
  const from = there.repository(reference.repository);
  return { from, root: await resolvePinned(from, reference, pinned, signal), name };
}

/** What the descriptor pins is looked for by its digest; the tag beside it may have moved on. */
async function resolvePinned(
  from: ReadableRepository,
  reference: ArtifactReference,
  pinned: Digest | undefined,
  signal?: AbortSignal,
): Promise<Descriptor> {
  if (reference.digest !== undefined || pinned === undefined) return from.resolve(manifestReference(reference), signal);
  try {
    return await from.resolve(pinned, signal);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return from.resolve(manifestReference(reference), signal);
  }
}

async function locateRelative(
  version: ComponentVersion,
  element: Element,
  reference: ArtifactReference,
  where: string,
  signal?: AbortSignal,
): Promise<Location> {
  const name = strippedName(reference, version);
  const pinned = reference.digest ?? pinnedDigest(element);
  const near = await locateNear(version, reference, pinned ?? manifestReference(reference), isAbsence, signal);
  if (near !== undefined) return { ...near, name };
  const text = formatArtifactReference(reference);
  throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${version.from.registry.name} has no ${text}`, {
    where: version.from.display,
    remedy:
      "The copy is incomplete, or was moved to another path by hand; transfer the component version anew from its origin.",
  });
}

/** The artifact in the component's own registry: under the path it is said to have, or where that path has moved to since. */
async function locateNear(
  version: ComponentVersion,
  { repository }: ArtifactReference,
  wanted: string,
  isNotThere: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<Pick<Location, "from" | "root"> | undefined> {
  const moved = recordedPaths(version)
    .filter((path) => repository.startsWith(`${path}/`))
    .map((path) => below(version.from.path, repository.slice(path.length + 1)));
  for (const name of new Set([repository, ...moved])) {
    const from = version.from.registry.repository(name);
    try {
      return { from, root: await from.resolve(wanted, signal) };
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
  }
  return undefined;
}

/** Registries that want a login answer 401 or 403 for a repository that does not exist. */
export function isAbsence(error: unknown): boolean {
  return error instanceof TransferError && ["MANIFEST_UNKNOWN", "UNAUTHORIZED", "DENIED"].includes(error.code);
}

/** Paths that the component version once lay at, as v1 of the CLI notes them. */
function recordedPaths({ descriptor, from }: ComponentVersion): string[] {
  const component = isJsonObject(descriptor.tree.component) ? descriptor.tree.component : {};
  const contexts = Array.isArray(component.repositoryContexts) ? component.repositoryContexts : [];
  const paths = contexts.filter(isJsonObject).map(({ subPath }) => (typeof subPath === "string" ? subPath : ""));
  return paths.filter((path) => path !== "" && path !== from.path);
}

/** Whatever a registry says to a path that was meant for another one, the other one has the last word. */
function isRefusal(error: unknown): boolean {
  return error instanceof RegistryError || isAbsence(error);
}

/** The name of an artifact without the path that the component version lies, or lay, below: paths do not pile up from copy to copy. */
function strippedName({ repository, tag }: ArtifactReference, version: ComponentVersion): ArtifactName {
  const prefix = [version.from.path, ...recordedPaths(version)].find(
    (path) => path !== "" && repository.startsWith(`${path}/`),
  );
  return { repository: prefix === undefined ? repository : repository.slice(prefix.length + 1), tag };
}

/** A local artifact's name is a hint that may be missing, or be written in any way; the component's own name always works. */
function nameOf(referenceName: string | undefined, version: ComponentVersion, element: Element): ArtifactName {
  if (referenceName !== undefined) {
    try {
      return strippedName(parseArtifactReference(referenceName, referenceName), version);
    } catch {
      // Named after the element below.
    }
  }
  const name = element.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return { repository: below(version.descriptor.name, name), tag: undefined };
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function layerOf(version: ComponentVersion, digest: Digest, where: string): Descriptor {
  const layer = version.layers.find((candidate) => candidate.digest === digest);
  if (layer !== undefined) return layer;
  throw new TransferError("BLOB_UNKNOWN", `${where}: the component manifest does not list its blob ${digest}`, {
    where: version.from.display,
    remedy: "The component version is broken where it lies; add it there anew with the OCM CLI.",
  });
}

/**
 * The digest that the descriptor pins the element to, if it does. `ociArtefactDigest` is an old spelling, and v2 of the CLI writes
 * `genericBlobDigest` for manifests too.
 */
function pinnedDigest({ digest }: Element): Digest | undefined {
  if (digest === undefined || !/^(?:ociArt[ei]fact|genericBlob)Digest\/v1$/.test(digest.normalisationAlgorithm))
    return undefined;
  const pinned = `${digest.hashAlgorithm.toLowerCase().replace("-", "")}:${digest.value.toLowerCase()}`;
  return isDigest(pinned) ? pinned : undefined;
}

/** Digests of two algorithms cannot be compared; the content is verified by the one that it was found by. */
function checkDigest(element: Element, found: Descriptor | undefined, where: string): void {
  const pinned = pinnedDigest(element);
  if (pinned === undefined || found === undefined || pinned === found.digest) return;
  if (pinned.split(":")[0] !== found.digest.split(":")[0]) return;
  throw new TransferError(
    "ARTIFACT_DIGEST_DIFFERS",
    `${where} is ${found.digest}, but the component descriptor says ${pinned}`,
    {
      where,
      remedy:
        "Its content was exchanged, or its tag moved, after the component version was made. Make a new version, or restore it.",
    },
  );
}
