import { refused } from "../archive/refusal.ts";
import { tarEntries } from "../archive/tar-entries.ts";
import { TransferError } from "../errors.ts";
import { readContent } from "../registry/content.ts";
import { type Descriptor, isIndex, parseDescriptor } from "../registry/descriptor.ts";
import type { Digest } from "../registry/digest.ts";
import { type Manifest, parseManifest } from "../registry/manifest.ts";
import type { ReadableRegistry, ReadableRepository } from "../registry/registry.ts";
import { type ComponentDescriptor, parseComponentDescriptor } from "./component-descriptor.ts";
import { COMPONENT_DESCRIPTORS } from "./component-reference.ts";
import { CONFIG_TYPES, DESCRIPTOR_TYPES, isTarType } from "./media-types.ts";

/** Where component versions lie: a registry and the path below its host (empty for archives). */
export interface ComponentRepository<R extends ReadableRegistry = ReadableRegistry> {
  readonly registry: R;
  readonly path: string;
  /** As the user wrote it. */
  readonly display: string;
}

/** A component version as it was read. */
export interface ComponentVersion {
  readonly from: ComponentRepository;
  /** The repository that holds it, and its local blobs. */
  readonly repository: ReadableRepository;
  readonly descriptor: ComponentDescriptor;
  /** What the tag points to: the component manifest, or the index around it. */
  readonly root: Descriptor;
  /** Local blobs that are manifests of their own: the entries of the index behind the component manifest. */
  readonly natives: ReadonlyMap<Digest, Descriptor>;
  /** Layers of the component manifest: the descriptor and the other local blobs. */
  readonly layers: ReadonlyMap<Digest, Descriptor>;
}

/** Larger than any component descriptor seen, and small enough to be held in memory. */
const LARGEST_DESCRIPTOR = 64 * 1024 * 1024;

/** Name of the repository that a component's versions are kept in (OCM spec, OCI mapping). */
export function componentRepositoryName(path: string, component: string): string {
  return `${path === "" ? "" : `${path}/`}${COMPONENT_DESCRIPTORS}/${component}`;
}

/** Tags know no `+`; both CLIs write this in its place. */
export function tagOf(version: string): string {
  return version.replaceAll("+", ".build-");
}

/** The version that a tag stands for, where it stands for one. */
export function versionOf(tag: string): string {
  return tag.replaceAll(".build-", "+");
}

/** Reads `component:version`, in either mapping to OCI: a manifest (v1), or an index around it (v2). */
export async function readComponentVersion(
  from: ComponentRepository,
  component: string,
  version: string,
  signal?: AbortSignal,
): Promise<ComponentVersion> {
  const repository = from.registry.repository(componentRepositoryName(from.path, component));
  const where = `${from.display}//${component}:${version}`;
  const root = await resolveVersion(repository, tagOf(version), where, signal);
  const read = async (target: Descriptor) =>
    parseManifest(await readContent(repository, target, signal), target.mediaType, where);
  const outer = await read(root);
  const [component_, ...natives] = isIndex(root.mediaType) ? outer.manifests : [root];
  if (component_ === undefined || isIndex(component_.mediaType)) throw notAComponentVersion(where);
  const manifest = isIndex(root.mediaType) ? await read(component_) : outer;
  const descriptor = await readDescriptor(repository, manifest, where, signal);
  if (descriptor.name !== component || descriptor.version !== version) {
    throw new TransferError(
      "DESCRIPTOR_MISPLACED",
      `${where} holds the descriptor of ${descriptor.name}:${descriptor.version}`,
      {
        where,
        remedy: "Somebody copied or retagged it by hand; transfer the component version anew.",
      },
    );
  }
  return { from, repository, descriptor, root, natives: byDigest(natives), layers: byDigest(manifest.layers) };
}

/** v2 of the CLI lists a blob once for every element that it is the content of. */
function byDigest(descriptors: readonly Descriptor[]): ReadonlyMap<Digest, Descriptor> {
  return new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
}

async function resolveVersion(repository: ReadableRepository, tag: string, where: string, signal?: AbortSignal) {
  try {
    return await repository.resolve(tag, signal);
  } catch (error) {
    if (!(error instanceof TransferError) || error.code !== "MANIFEST_UNKNOWN") throw error;
    throw new TransferError("COMPONENT_VERSION_UNKNOWN", `there is no component version ${where}`, {
      where,
      remedy:
        "See that the path, the component and the version are right, and that the credentials may read the repository.",
      cause: error,
    });
  }
}

/** The descriptor is found by the config, not by its place among the layers (OCM spec, OCI mapping). */
async function readDescriptor(repository: ReadableRepository, manifest: Manifest, where: string, signal?: AbortSignal) {
  if (manifest.config === undefined || !CONFIG_TYPES.has(manifest.config.mediaType)) throw notAComponentVersion(where);
  // Nearly always it is the first layer: asking for both at once saves a round trip.
  const [first] = manifest.layers.filter(({ mediaType }) => DESCRIPTOR_TYPES.has(mediaType));
  const eager = first === undefined ? undefined : readContent(repository, first, signal, LARGEST_DESCRIPTOR);
  eager?.catch(() => {});
  const named = descriptorLayer(await readContent(repository, manifest.config, signal), where);
  const content =
    eager !== undefined && named.digest === first?.digest
      ? await eager
      : await readContent(repository, named, signal, LARGEST_DESCRIPTOR);
  const text = isTarType(named.mediaType) ? await firstFile(content, where) : content;
  return parseComponentDescriptor(text.toString("utf8"), where);
}

function descriptorLayer(config: Buffer, where: string): Descriptor {
  let document: { componentDescriptorLayer?: unknown } | null;
  try {
    document = JSON.parse(config.toString("utf8"));
  } catch {
    document = null;
  }
  const layer = parseDescriptor(document?.componentDescriptorLayer, where);
  if (!DESCRIPTOR_TYPES.has(layer.mediaType)) throw notAComponentVersion(where);
  return layer;
}

/** The content of the one file of the archive that v1 wraps descriptors in; its name may begin with a slash. */
async function firstFile(archive: Buffer, where: string): Promise<Buffer> {
  const bytes = {
    size: archive.length,
    read: async (start: number, length: number) => archive.subarray(start, start + length),
  };
  const found: Buffer[] = [];
  try {
    for await (const { kind, name, offset, size } of tarEntries(bytes, where)) {
      if (kind === "file" && /^[./]*component-descriptor\.yaml$/.test(name))
        found.push(archive.subarray(offset, offset + size));
    }
    if (found.length > 1) throw refused(where, "component-descriptor.yaml", "is there twice");
  } catch (error) {
    throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: the archive around the component descriptor is broken`, {
      where,
      remedy: "The component version is broken where it lies; add it there anew with the OCM CLI.",
      cause: error,
    });
  }
  const [content] = found;
  if (content === undefined) throw notAComponentVersion(where);
  return content;
}

function notAComponentVersion(where: string): TransferError {
  return new TransferError("NOT_A_COMPONENT_VERSION", `${where} is an OCI artifact, but no component version`, {
    where,
    remedy: "See that the reference points to a component version; something else was pushed under its tag.",
  });
}
