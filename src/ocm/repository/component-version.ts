import { TransferError } from "../../errors/transfer-error.ts";
import { readContent } from "../../oci/content.ts";
import { type Descriptor, isIndex, isRecord, parseDescriptor } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import { memberNames, misspelledMember, parseStrictJson } from "../../text/strict-json.ts";
import { type ComponentDescriptor, parseComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { COMPONENT_DESCRIPTORS } from "../descriptor/component-reference.ts";
import { isAlias } from "../version/version.ts";
import { descriptorText } from "./descriptor-layer.ts";
import { type Content, contentOf } from "./generated-content.ts";
import { COMPONENT_DESCRIPTOR_TAR, CONFIG_TYPES, DESCRIPTOR_ANNOTATION, DESCRIPTOR_TYPES } from "./media-types.ts";

/** Where component versions lie: a registry and the path below its host (empty for archives). */
export interface ComponentRepository<R extends ReadableStore = ReadableStore> {
  readonly registry: R;
  readonly path: string;
  /** The spelling of the user. */
  readonly display: string;
}

/** A component version that was read from a repository. */
export interface ComponentVersion {
  readonly from: ComponentRepository;
  /** The repository of the component version and its local blobs. */
  readonly repository: ReadableRepository;
  readonly descriptor: ComponentDescriptor;
  /** Of the layer with the component descriptor, in bytes. */
  readonly descriptorSize: number;
  /** That layer, where it has the form that copies are written in: a copy with the same descriptor has the same layer. */
  readonly descriptorLayer: Content | undefined;
  /** The tagged manifest: the component manifest, or its index. */
  readonly root: Descriptor;
  /** Whether it was read by digest: its tag may lead to another manifest, or be missing. */
  readonly isPinned: boolean;
  /** Local blobs that are manifests: the entries of the index after the component manifest. */
  readonly nativeManifests: ReadonlyMap<Digest, Descriptor>;
  /** Layers of the component manifest: the descriptor and the other local blobs. */
  readonly layers: ReadonlyMap<Digest, Descriptor>;
  /** Of the component manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** For a component descriptor with its archive: ten thousand resources take half of it, and parsing takes a second. */
const MAX_DESCRIPTOR_BYTES = 4 * 1024 * 1024;

const CONFIG_MEMBERS = memberNames("componentDescriptorLayer");

/** Name of the repository of a component (OCM spec, OCI mapping). */
export function componentRepositoryName(path: string, component: string): string {
  return `${path === "" ? "" : `${path}/`}${COMPONENT_DESCRIPTORS}/${component}`;
}

/** The tag of a version. Tags cannot contain `+`; both CLIs replace it in this way. */
export function tagOf(version: string): string {
  return version.replaceAll("+", ".build-");
}

/** The versions that have this tag: not all of them need to be valid versions. */
export function versionsOf(tag: string): readonly string[] {
  const separator = ".build-";
  const parts = tag.split(separator);
  const withMetadata = parts
    .slice(1)
    .map((_, at) => `${parts.slice(0, at + 1).join(separator)}+${parts.slice(at + 1).join(separator)}`);
  return [tag, ...withMetadata];
}

/**
 * Reads a component version by the tag of `component:version`. Fails with COMPONENT_VERSION_UNKNOWN, VERSION_ALIASED where the tag leads
 * to another version of the component, DESCRIPTOR_MISPLACED where it leads to another component, and NOT_A_COMPONENT_VERSION.
 */
export async function readComponentVersion(
  from: ComponentRepository,
  component: string,
  version: string,
  signal?: AbortSignal,
): Promise<ComponentVersion> {
  const where = `${from.display}//${component}:${version}`;
  const found = await readFrom(from, { component, reference: tagOf(version), where }, signal);
  if (found.descriptor.name === component && found.descriptor.version === version) return found;
  throw otherThanTagged(found, { component, version, where });
}

/** A component version by the digest of its manifest; the version is optional. */
export interface PinnedVersion {
  readonly component: string;
  readonly version: string | undefined;
  readonly digest: Digest;
}

/** Reads exactly this manifest, independent of tags. Fails with DESCRIPTOR_MISPLACED where it has another name or version. */
export async function readPinnedVersion(
  from: ComponentRepository,
  { component, version, digest }: PinnedVersion,
  signal?: AbortSignal,
): Promise<ComponentVersion> {
  const where = `${from.display}//${component}${version === undefined ? "" : `:${version}`}@${digest}`;
  const found = await readFrom(from, { component, reference: digest, where }, signal);
  const { name, version: number } = found.descriptor;
  if (name === component && number === (version ?? number)) return { ...found, isPinned: true };
  throw new TransferError("DESCRIPTOR_MISPLACED", `${where} has the descriptor of ${name}:${number}`, {
    where,
    remedy: "Write the component and version that belong to this digest, or the digest that belongs to this version.",
  });
}

/** In both mappings to OCI: a manifest (v1), or an index with it (v2). */
async function readFrom(
  from: ComponentRepository,
  { component, reference, where }: { readonly component: string; readonly reference: string; readonly where: string },
  signal?: AbortSignal,
): Promise<ComponentVersion> {
  const repository = from.registry.repository(componentRepositoryName(from.path, component));
  const root = await resolveVersion(repository, reference, where, signal);
  const read = async (target: Descriptor) =>
    parseManifest(await readContent(repository, target, signal), target.mediaType, where);
  const outer = await read(root);
  const listed = isIndex(root.mediaType) ? outer.manifests : [root];
  const componentManifest = componentManifestIn(listed);
  if (componentManifest === undefined || isIndex(componentManifest.mediaType)) throw notAComponentVersion(where);
  const manifest = isIndex(root.mediaType) ? await read(componentManifest) : outer;
  const nativeManifests = byDigest(listed.filter((entry) => entry !== componentManifest));
  const contents = { nativeManifests, layers: byDigest(manifest.layers) };
  const descriptor = await readDescriptor(repository, manifest, where, signal);
  return { from, repository, ...descriptor, root, isPinned: false, ...contents, annotations: manifest.annotations };
}

/** The annotated one, else the first (OCM spec, OCI mapping, 7). Undefined where several are annotated. */
function componentManifestIn(manifests: readonly Descriptor[]): Descriptor | undefined {
  const annotated = manifests.filter(({ annotations }) => annotations?.[DESCRIPTOR_ANNOTATION] === "true");
  return annotated.length > 1 ? undefined : (annotated[0] ?? manifests[0]);
}

/** A tag of a component that leads to another version than the requested one. */
export class VersionAliased extends TransferError {
  /** The version that the tag leads to. */
  readonly version: string;

  constructor(version: string, message: string, place: { readonly where: string; readonly reference: string }) {
    super("VERSION_ALIASED", message, { where: place.where, remedy: `Write ${place.reference}.` });
    this.version = version;
  }
}

/** Only the component descriptor has the actual version: a tag may be an alias, or the version may contain `.build-` itself. */
function otherThanTagged(
  { from, descriptor }: ComponentVersion,
  asked: { readonly component: string; readonly version: string; readonly where: string },
): TransferError {
  const { component, version, where } = asked;
  const { name, version: found } = descriptor;
  const place = { where, reference: `${from.display}//${component}:${found}` };
  if (name === component && tagOf(version) === tagOf(found))
    return new VersionAliased(found, `${where} has the tag of version ${found}`, place);
  if (name === component && isAlias(version, found))
    return new VersionAliased(found, `${where} is an alias of ${found}`, place);
  return new TransferError("DESCRIPTOR_MISPLACED", `${where} has the descriptor of ${name}:${found}`, {
    where,
    remedy: "It was copied or tagged by hand: transfer the component version again from its origin.",
  });
}

/** v2 of the CLI lists a blob once for each of its elements. */
function byDigest(descriptors: readonly Descriptor[]): ReadonlyMap<Digest, Descriptor> {
  return new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
}

async function resolveVersion(repository: ReadableRepository, reference: string, where: string, signal?: AbortSignal) {
  try {
    return await repository.resolve(reference, signal);
  } catch (error) {
    if (!(error instanceof TransferError) || error.code !== "MANIFEST_UNKNOWN") throw error;
    throw new TransferError("COMPONENT_VERSION_UNKNOWN", `there is no component version ${where}`, {
      where,
      remedy: isDigest(reference)
        ? "Write the digest of the tagged manifest, not the component digest, which signatures sign; registries may delete untagged manifests."
        : "Check path, component and version, and that the credentials may read the repository.",
      cause: error,
    });
  }
}

/** The config identifies the descriptor, not its position among the layers (OCM spec, OCI mapping). */
async function readDescriptor(repository: ReadableRepository, manifest: Manifest, where: string, signal?: AbortSignal) {
  if (manifest.config === undefined || !CONFIG_TYPES.has(manifest.config.mediaType)) throw notAComponentVersion(where);
  // Nearly always it is the first layer: reading both in parallel saves a round trip.
  const [first] = manifest.layers.filter(({ mediaType }) => DESCRIPTOR_TYPES.has(mediaType));
  const eager = first === undefined ? undefined : readContent(repository, first, signal, MAX_DESCRIPTOR_BYTES);
  eager?.catch(() => {});
  const named = descriptorLayer(await readContent(repository, manifest.config, signal), where);
  const content =
    eager !== undefined && named.digest === first?.digest
      ? await eager
      : await readContent(repository, named, signal, MAX_DESCRIPTOR_BYTES);
  const text = await descriptorText(content, named.mediaType, where);
  if (text === undefined) throw notAComponentVersion(where);
  return {
    descriptor: parseComponentDescriptor(text.toString("utf8"), where),
    descriptorSize: content.length,
    descriptorLayer:
      named.mediaType === COMPONENT_DESCRIPTOR_TAR ? contentOf(COMPONENT_DESCRIPTOR_TAR, content) : undefined,
  };
}

function descriptorLayer(config: Buffer, where: string): Descriptor {
  let document: unknown;
  try {
    document = parseStrictJson(config.toString("utf8"));
  } catch {
    document = undefined;
  }
  if (!isRecord(document) || misspelledMember(document, CONFIG_MEMBERS) !== undefined)
    throw notAComponentVersion(where);
  const layer = parseDescriptor(document.componentDescriptorLayer, where);
  if (!DESCRIPTOR_TYPES.has(layer.mediaType)) throw notAComponentVersion(where);
  return layer;
}

function notAComponentVersion(where: string): TransferError {
  return new TransferError("NOT_A_COMPONENT_VERSION", `${where} is an OCI artifact, but not a component version`, {
    where,
    remedy: "Check the reference; another artifact was pushed under this tag.",
  });
}
