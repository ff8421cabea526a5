import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../ocm/descriptor/json.ts";
import {
  buildComponentManifest,
  type ComponentManifest,
  type LocalContent,
} from "../../ocm/repository/component-manifest.ts";
import { type ComponentVersion, componentRepositoryName, tagOf } from "../../ocm/repository/component-version.ts";
import { buildDescriptorLayer, type DescriptorFormat } from "../../ocm/repository/descriptor-layer.ts";
import type { Content } from "../../ocm/repository/generated-content.ts";
import { originsIn } from "../names/first-name.ts";
import { below } from "../source/artifact-name.ts";
import type { Graph, Node } from "../source/graph.ts";
import type { ResolvedElement, ResolvedVersion } from "../source/resolve-elements.ts";
import { contextOf, type TargetLocation } from "./access-form.ts";
import { artifactChange, type Change, localBlobChange, unchanged } from "./change.ts";
import { type DesiredReferrer, desiredReferrers } from "./desired-referrers.ts";
import { type NameTemplate, publishedName } from "./published-name.ts";
import { rewriteDescriptor } from "./rewrite.ts";
import { type Naming, targetName } from "./signed-name.ts";

/** A piece of content, where it comes from, and the target repository it goes to. */
export interface Placement extends Node {
  readonly from: ReadableRepository | Buffer;
  readonly to: string;
  /** Of a referrer: without a tag, it is copied only if the target has the referrers API. */
  readonly about?: { readonly subject: Descriptor; readonly isTaggable: boolean };
}

export interface TagPlacement {
  readonly target: Descriptor;
  readonly repository: string;
  readonly tag: string;
  /** A tag of a referrer: the target's own stays where it differs. */
  readonly isReferrerTag?: boolean;
}

/** A component version as it is to be at the target: all of it is known before anything is written. */
export interface DesiredVersion {
  readonly version: ComponentVersion;
  readonly repository: string;
  /** Children before parents. */
  readonly placements: readonly Placement[];
  readonly artifactTags: readonly TagPlacement[];
  readonly referrers: readonly DesiredReferrer[];
  readonly componentTag: TagPlacement;
  readonly manifest: ComponentManifest;
  /** The component descriptor as it is to be. */
  readonly tree: JsonObject;
  /** Local blobs that it refers to. */
  readonly contents: { readonly layers: readonly Descriptor[]; readonly natives: readonly Descriptor[] };
  readonly changes: readonly Change[];
}

/** Local blobs of the component version by digest, each once however many elements it is the content of. */
interface LocalContents {
  readonly layers: Map<string, OwnContent>;
  readonly natives: Map<string, OwnContent>;
}

interface OwnContent extends LocalContent {
  readonly elements: Element[];
}

export interface DesiredOptions extends Naming {
  readonly form: AccessForm;
  /** Additional names of artifacts, for clients that pull by name. */
  readonly published?: NameTemplate | undefined;
  /** Whether to record the references that artifacts had before their first copy; default true. */
  readonly originNames?: boolean | undefined;
  readonly target: TargetLocation;
  /** Whether local blobs also get an absolute access; default false. */
  readonly globalAccess?: boolean | undefined;
  /** Default `yaml`. */
  readonly descriptorFormat?: DescriptorFormat | undefined;
  /** Signatures that only the target's copy has; they hold for the same component digest and are not thrown away. */
  readonly furtherSignatures: readonly JsonObject[];
}

export function buildDesired({ version, items }: ResolvedVersion, options: DesiredOptions): DesiredVersion {
  const { name, version: number, tree: before } = version.descriptor;
  const repository = componentRepositoryName(options.target.path, name);
  const desiredItems = items.map((item) => desiredItem(item, version, repository, options));
  const contents: LocalContents = { layers: new Map(), natives: new Map() };
  for (const { change, layers, natives } of desiredItems) {
    for (const layer of layers) addTo(contents.layers, layer, change.element);
    for (const native of natives) addTo(contents.natives, native, change.element);
  }
  const nested = nestedManifests(desiredItems, contents);
  const changes = desiredItems.map(({ change }) => change);
  const tree = rewriteDescriptor(before, changes, {
    furtherSignatures: options.furtherSignatures,
    context: contextOf(changes, options),
  });
  const manifest = buildComponentManifest({
    name,
    version: number,
    descriptor: descriptorLayer(version, tree, options.descriptorFormat ?? "yaml"),
    layers: [...contents.layers.values()],
    natives: [...contents.natives.values()],
    nested,
    origins: options.originNames === false ? new Map() : originsIn(version, items),
  });
  return {
    version,
    repository,
    placements: [
      ...desiredItems.flatMap(({ placements }) => placements),
      ...componentPlacements(manifest, contents, nested, repository),
    ],
    artifactTags: desiredItems.flatMap(({ tags }) => tags),
    referrers: desiredItems.flatMap(({ referrers }) => referrers),
    componentTag: { target: manifest.root, repository, tag: tagOf(number) },
    manifest,
    tree,
    contents: { layers: descriptorsOf(contents.layers), natives: descriptorsOf(contents.natives) },
    changes,
  };
}

/** A descriptor that stays the same keeps its bytes, and so the digest by which caches and mirrors have it already. */
function descriptorLayer(version: ComponentVersion, tree: JsonObject, format: DescriptorFormat): Content {
  const { descriptorLayer: stored, descriptor } = version;
  const isSame = stored !== undefined && JSON.stringify(descriptor.tree) === JSON.stringify(tree);
  return format === "yaml" && isSame ? stored : buildDescriptorLayer(tree, format);
}

/** The part of one resource or source. */
interface DesiredItem {
  readonly change: Change;
  readonly placements: readonly Placement[];
  readonly tags: readonly TagPlacement[];
  readonly referrers: readonly DesiredReferrer[];
  /** Local blobs of the component version that are its content. */
  readonly layers: readonly Descriptor[];
  readonly natives: readonly Descriptor[];
}

function desiredItem(
  item: ResolvedElement,
  version: ComponentVersion,
  home: string,
  options: DesiredOptions,
): DesiredItem {
  const nothing = { placements: [], tags: [], referrers: [], layers: [], natives: [] };
  if (item.kind === "byReference") return { ...nothing, change: unchanged(item.element, item.reason, home, []) };
  if (item.kind === "blob") {
    const own = { needs: [], from: item.from, to: home };
    const placements = item.blobs.map((descriptor) => ({ descriptor, ...own }));
    return { ...nothing, placements, layers: item.blobs, change: localBlobChange(item, home) };
  }
  const { root } = item.graph;
  const name = targetName(item, version, options);
  if ((item.form ?? options.form) === "localBlob") {
    const native = { ...nothing, placements: placed(item.graph, home), natives: [root] };
    const change = artifactChange(item, item.name, home, options);
    if (options.published === undefined) {
      const referrers = desiredReferrers(item, home, { isTaggable: false });
      const placements = [...native.placements, ...referrers.placements];
      return { ...native, placements, referrers: referrers.items, change };
    }
    const called = publishedName(options.published, { element: item.element, name, version });
    const published = { repository: below(options.target.path, called.repository), tag: called.tag };
    // In a repository of its own, its referrers may have tags too.
    const referrers = desiredReferrers(item, published.repository, { isTaggable: true });
    return {
      ...native,
      placements: [...native.placements, ...placed(item.graph, published.repository), ...referrers.placements],
      referrers: referrers.items,
      tags: [{ target: root, ...published }, ...referrers.tags],
      change: { ...change, published },
    };
  }
  const to = below(options.target.path, name.repository);
  const referrers = desiredReferrers(item, to, { isTaggable: true });
  return {
    ...nothing,
    placements: [...placed(item.graph, to), ...referrers.placements],
    tags: [{ target: root, repository: to, tag: name.tag }, ...referrers.tags],
    referrers: referrers.items,
    change: artifactChange(item, name, to, options),
  };
}

/** What describes the component version: config and descriptor, the component manifest, and the index around it. */
function componentPlacements(
  manifest: ComponentManifest,
  contents: LocalContents,
  nested: readonly Descriptor[],
  to: string,
): Placement[] {
  const [inner, index] = manifest.manifests;
  const own = (bytes: Buffer, descriptor: Descriptor, needs: readonly Descriptor[]) => ({
    descriptor,
    needs,
    from: bytes,
    to,
  });
  const blobs = manifest.blobs.map(({ descriptor, bytes }) => own(bytes, descriptor, []));
  const layers = [...manifest.blobs.map(({ descriptor }) => descriptor), ...descriptorsOf(contents.layers)];
  return [
    ...blobs,
    own(inner.bytes, inner.descriptor, layers),
    ...(index === undefined
      ? []
      : [own(index.bytes, index.descriptor, [inner.descriptor, ...descriptorsOf(contents.natives), ...nested])]),
  ];
}

/** Manifests in the repository of the component version that are no native manifests themselves. */
function nestedManifests(items: readonly DesiredItem[], { natives }: LocalContents): readonly Descriptor[] {
  const below = items
    .filter((item) => item.natives.length > 0)
    .flatMap(({ change }) => change.contents)
    .filter(({ mediaType, digest }) => isManifest(mediaType) && !natives.has(digest));
  return [...new Map(below.map((descriptor) => [descriptor.digest, descriptor])).values()];
}

function descriptorsOf(contents: ReadonlyMap<string, LocalContent>): Descriptor[] {
  return [...contents.values()].map(({ descriptor }) => descriptor);
}

function placed(graph: Graph, to: string): Placement[] {
  return graph.nodes.map((node) => ({ ...node, from: graph.from, to }));
}

function addTo(contents: Map<string, OwnContent>, descriptor: Descriptor, element: Element): void {
  const known = contents.get(descriptor.digest);
  if (known === undefined) contents.set(descriptor.digest, { descriptor, elements: [element] });
  else known.elements.push(element);
}
