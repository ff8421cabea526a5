import { parseAccess } from "../ocm/access.ts";
import type { Element } from "../ocm/component-descriptor.ts";
import { buildComponentManifest, type ComponentManifest, type LocalContent } from "../ocm/component-manifest.ts";
import { type ComponentVersion, componentRepositoryName, tagOf } from "../ocm/component-version.ts";
import type { JsonObject } from "../ocm/json.ts";
import { type Descriptor, ociEquivalent } from "../registry/descriptor.ts";
import { encoded } from "../registry/digest.ts";
import { formatArtifactReference, isTag } from "../registry/reference.ts";
import type { ReadableRepository } from "../registry/registry.ts";
import type { Graph, Node } from "./graph.ts";
import { rewriteDescriptor } from "./rewrite.ts";
import type { ArtifactName, Item, SurveyedVersion } from "./survey.ts";

/** The forms in which access to a copied OCI artifact can be written. */
export type AccessForm = "localBlob" | "relativeOciReference" | "ociArtifact";

/** Where component versions go to: a registry, and a path below its host. */
export interface TargetLocation {
  /** `host[:port]`, and `http://` before it where the registry speaks plain HTTP. */
  readonly origin: string;
  readonly path: string;
}

/** A piece of content, where it comes from, and the target repository it goes to. */
export interface Placement extends Node {
  readonly from: ReadableRepository | Buffer;
  readonly to: string;
}

export interface TagPlacement {
  readonly target: Descriptor;
  readonly repository: string;
  readonly tag: string;
}

export interface Change {
  readonly element: Element;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly reason: string;
  /** What the element consists of at the target, in this repository of it. */
  readonly repository: string;
  readonly contents: readonly Descriptor[];
}

/** A component version as it is to be at the target: all of it is known before anything is written. */
export interface Arrangement {
  readonly version: ComponentVersion;
  readonly repository: string;
  /** Children before parents. */
  readonly placements: readonly Placement[];
  readonly artifactTags: readonly TagPlacement[];
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

export interface ArrangeOptions {
  readonly form: AccessForm;
  readonly target: TargetLocation;
  /** Signatures that only the target's copy has; they hold for the same component digest and are not thrown away. */
  readonly furtherSignatures: readonly JsonObject[];
}

export function arrange(
  { version, items }: SurveyedVersion,
  { form, target, furtherSignatures }: ArrangeOptions,
): Arrangement {
  const { name, version: number } = version.descriptor;
  const repository = componentRepositoryName(target.path, name);
  const contents: LocalContents = { layers: new Map(), natives: new Map() };
  const placements: Placement[] = [];
  const artifactTags: TagPlacement[] = [];
  const changes: Change[] = [];

  for (const item of items) {
    if (item.kind === "kept") {
      changes.push(unchanged(item.element, item.reason, repository, []));
    } else if (item.kind === "layer") {
      for (const blob of item.blobs) {
        addTo(contents.layers, blob, item.element);
        placements.push({ descriptor: blob, needs: [], from: version.repository, to: repository });
      }
      changes.push(keptLocal(item.element, repository, item.blobs));
    } else {
      const root = item.graph.root;
      const named = form === "localBlob" ? undefined : taggedName(item);
      const to = named === undefined ? repository : below(target.path, named.repository);
      placements.push(...placed(item.graph, to));
      if (named === undefined) addTo(contents.natives, root, item.element);
      else artifactTags.push({ target: root, repository: to, tag: named.tag });
      const after = accessOf(form, { root, name: named ?? item.name, repository: to, target });
      const before = item.element.access;
      const isSame = sameAccess(before, after);
      changes.push({
        element: item.element,
        before,
        after: isSame ? before : after,
        reason: isSame ? `has the form ${form} already` : `takes the form ${form}`,
        repository: to,
        contents: item.graph.nodes.map(({ descriptor }) => descriptor),
      });
    }
  }

  const tree = rewriteDescriptor(version.descriptor.tree, changes, furtherSignatures);
  const manifest = buildComponentManifest({
    name,
    version: number,
    tree,
    layers: [...contents.layers.values()],
    natives: [...contents.natives.values()],
  });
  placements.push(...componentPlacements(manifest, contents, repository));
  return {
    version,
    repository,
    placements,
    artifactTags,
    componentTag: { target: manifest.root, repository, tag: tagOf(number) },
    manifest,
    tree,
    contents: { layers: descriptorsOf(contents.layers), natives: descriptorsOf(contents.natives) },
    changes,
  };
}

/** What describes the component version: config and descriptor, the component manifest, and the index around it. */
function componentPlacements(manifest: ComponentManifest, contents: LocalContents, to: string): Placement[] {
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
      : [own(index.bytes, index.descriptor, [inner.descriptor, ...descriptorsOf(contents.natives)])]),
  ];
}

function descriptorsOf(contents: ReadonlyMap<string, LocalContent>): Descriptor[] {
  return [...contents.values()].map(({ descriptor }) => descriptor);
}

function placed(graph: Graph, to: string): Placement[] {
  return graph.nodes.map((node) => ({ ...node, from: graph.from, to }));
}

/**
 * The access that is written. Docker manifests get the media type of their OCI equivalent: v1 of the CLI takes a local blob for an
 * artifact by exactly those two types. The bytes stay, and with them the digest.
 */
function accessOf(
  form: AccessForm,
  artifact: { root: Descriptor; name: ArtifactName; repository: string; target: TargetLocation },
): JsonObject {
  const { root, name, repository, target } = artifact;
  if (form === "localBlob") {
    return {
      type: "localBlob",
      localReference: root.digest,
      mediaType: ociEquivalent(root.mediaType),
      referenceName: formatArtifactReference({ ...name, digest: undefined }),
    };
  }
  const reference = formatArtifactReference({ repository, tag: name.tag, digest: root.digest });
  if (form === "relativeOciReference") return { type: "relativeOciReference", reference };
  return { type: "ociArtifact", imageReference: `${target.origin}/${reference}` };
}

/** Whether two accesses say the same: a hint or a spelling of the type is no reason to write a component version anew. */
function sameAccess(before: JsonObject, after: JsonObject): boolean {
  if (before.globalAccess !== undefined) return false;
  const [one, other] = [parseAccess(before), parseAccess(after)];
  if (one.kind === "localBlob" && other.kind === "localBlob") {
    return one.localReference === other.localReference && one.mediaType === other.mediaType;
  }
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Registries' cleaners delete what has no tag: an artifact that came without one gets a tag that no other can have. */
function taggedName({
  name,
  element,
  graph,
}: Extract<Item, { kind: "artifact" }>): ArtifactName & { readonly tag: string } {
  const unique = encoded(graph.root.digest).slice(0, 12);
  const invented = `${tagOf(element.version)}-${unique}`;
  return { ...name, tag: name.tag ?? (isTag(invented) ? invented : unique) };
}

function addTo(contents: Map<string, OwnContent>, descriptor: Descriptor, element: Element): void {
  const known = contents.get(descriptor.digest);
  if (known === undefined) contents.set(descriptor.digest, { descriptor, elements: [element] });
  else known.elements.push(element);
}

/** Its global access, if it has one, names the place that it came from: a copy is found by its local reference alone. */
function keptLocal(element: Element, repository: string, contents: readonly Descriptor[]): Change {
  const { globalAccess, ...after } = element.access;
  if (globalAccess === undefined) return unchanged(element, "a local blob stays one", repository, contents);
  return { element, before: element.access, after, reason: "loses its global access", repository, contents };
}

function unchanged(element: Element, reason: string, repository: string, contents: readonly Descriptor[]): Change {
  return { element, before: element.access, after: element.access, reason, repository, contents };
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
