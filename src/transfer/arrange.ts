import { parseAccess } from "../ocm/access.ts";
import type { Element } from "../ocm/component-descriptor.ts";
import { buildComponentManifest, type ComponentManifest, type LocalContent } from "../ocm/component-manifest.ts";
import { type ComponentVersion, componentRepositoryName, tagOf } from "../ocm/component-version.ts";
import type { JsonObject } from "../ocm/json.ts";
import { type Descriptor, ociEquivalent } from "../registry/descriptor.ts";
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
  /** Nobody named it so: where the name is taken, the artifact goes without. */
  readonly isInvented: boolean;
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
  readonly changes: readonly Change[];
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
  const layers = new Map<string, LocalContent>();
  const natives = new Map<string, LocalContent>();
  const placements: Placement[] = [];
  const artifactTags: TagPlacement[] = [];
  const changes: Change[] = [];

  for (const item of items) {
    if (item.kind === "kept") {
      changes.push(unchanged(item.element, item.reason, repository, []));
    } else if (item.kind === "layer") {
      for (const blob of item.blobs) {
        addTo(layers, blob, item.element);
        placements.push({ descriptor: blob, needs: [], from: version.repository, to: repository });
      }
      changes.push(unchanged(item.element, "a local blob stays one", repository, item.blobs));
    } else {
      const artifactName = taggedName(item);
      const to = form === "localBlob" ? repository : below(target.path, artifactName.repository);
      const root = item.graph.root;
      placements.push(...placed(item.graph, to));
      if (form === "localBlob") addTo(natives, root, item.element);
      else if (artifactName.tag !== undefined) {
        artifactTags.push({
          target: root,
          repository: to,
          tag: artifactName.tag,
          isInvented: item.name.tag === undefined,
        });
      }
      const after = accessOf(form, { root, name: artifactName, repository: to, target });
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
    layers: [...layers.values()],
    natives: [...natives.values()],
  });
  placements.push(...componentPlacements(manifest, [...layers.keys()], [...natives.keys()], repository));
  return {
    version,
    repository,
    placements,
    artifactTags,
    componentTag: { target: manifest.root, repository, tag: tagOf(number), isInvented: false },
    manifest,
    changes,
  };
}

function componentPlacements(
  manifest: ComponentManifest,
  layers: readonly string[],
  natives: readonly string[],
  to: string,
): Placement[] {
  const blobs = manifest.blobs.map(({ descriptor, bytes }) => ({ descriptor, needs: [], from: bytes, to }));
  const blobDigests = [...blobs.map(({ descriptor }) => descriptor.digest), ...layers];
  const [inner, index] = manifest.manifests;
  const manifests = manifest.manifests.map(({ descriptor, bytes }) => ({
    descriptor,
    needs: (index !== undefined && descriptor === index.descriptor
      ? [String(inner?.descriptor.digest), ...natives]
      : blobDigests) as Placement["needs"],
    from: bytes,
    to,
  }));
  return [...blobs, ...manifests];
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
  const [one, other] = [parseAccess(before), parseAccess(after)];
  if (one.kind === "localBlob" && other.kind === "localBlob") {
    return one.localReference === other.localReference && one.mediaType === other.mediaType;
  }
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Registries' cleaners delete what has no tag: an artifact that came without one is tagged with the version of its element. */
function taggedName({ name, element }: Extract<Item, { kind: "artifact" }>): ArtifactName {
  const version = tagOf(element.version);
  return { ...name, tag: name.tag ?? (isTag(version) ? version : undefined) };
}

function addTo(contents: Map<string, LocalContent>, descriptor: Descriptor, element: Element): void {
  const known = contents.get(descriptor.digest);
  contents.set(descriptor.digest, {
    descriptor: known?.descriptor ?? descriptor,
    elements: [...(known?.elements ?? []), element],
  });
}

function unchanged(element: Element, reason: string, repository: string, contents: readonly Descriptor[]): Change {
  return { element, before: element.access, after: element.access, reason, repository, contents };
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
