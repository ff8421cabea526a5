import { refused } from "../../archive/refusal.ts";
import { tarEntries } from "../../archive/tar-entries.ts";
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
import { CONFIG_TYPES, DESCRIPTOR_TYPES, isTarType } from "./media-types.ts";

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
  /** Original bytes of the component descriptor. */
  readonly descriptorSize: number;
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
  const [componentManifest, ...nativeManifests] = isIndex(root.mediaType) ? outer.manifests : [root];
  if (componentManifest === undefined || isIndex(componentManifest.mediaType)) throw notAComponentVersion(where);
  const manifest = isIndex(root.mediaType) ? await read(componentManifest) : outer;
  const { descriptor, size } = await readDescriptor(repository, manifest, where, signal);
  const contents = { nativeManifests: byDigest(nativeManifests), layers: byDigest(manifest.layers) };
  return {
    from,
    repository,
    descriptor,
    descriptorSize: size,
    root,
    isPinned: false,
    ...contents,
    annotations: manifest.annotations,
  };
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
  const text = isTarType(named.mediaType) ? await firstFile(content, where) : content;
  return { descriptor: parseComponentDescriptor(text.toString("utf8"), where), size: text.length };
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

/** The content of the only file in the archive of a v1 descriptor; its name may start with a slash. */
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
    if (found.length > 1) throw refused(where, "component-descriptor.yaml", "exists twice");
  } catch (error) {
    throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: the archive of the component descriptor is damaged`, {
      where,
      remedy: "The stored component version is damaged; add it again with the OCM CLI.",
      cause: error,
    });
  }
  const [content] = found;
  if (content === undefined) throw notAComponentVersion(where);
  return content;
}

function notAComponentVersion(where: string): TransferError {
  return new TransferError("NOT_A_COMPONENT_VERSION", `${where} is an OCI artifact, but not a component version`, {
    where,
    remedy: "Check the reference; another artifact was pushed under this tag.",
  });
}
