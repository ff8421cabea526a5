import { readContent } from "../../oci/content.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { type Budget, UNLIMITED } from "./budget.ts";

/** One manifest or blob of an artifact, and what has to be at a target before it. */
export interface Node {
  readonly descriptor: Descriptor;
  readonly needs: readonly Descriptor[];
}

/** An artifact with everything below it, children before parents, each once. */
export interface Graph {
  readonly root: Descriptor;
  readonly from: ReadableRepository;
  readonly nodes: readonly Node[];
}

/** Layers that a registry need not have, since licences forbid to pass them on (image-spec, layer.md, non-distributable layers). */
export function isForeign({ mediaType, urls }: Descriptor): boolean {
  return (urls?.length ?? 0) > 0 && /(?:nondistributable|foreign)/.test(mediaType);
}

/** Identifies a piece of content in a repository, where manifests and blobs are kept apart. */
export function nodeKey({ mediaType, digest }: Descriptor): string {
  return `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;
}

/** Reads every manifest below `root`; what can be asked for at once is asked for at once. */
export function readGraph(
  from: ReadableRepository,
  root: Descriptor,
  signal?: AbortSignal,
  budget: Budget = UNLIMITED,
): Promise<Graph> {
  return readFurther(from, root, { known: new Set(), budget }, signal);
}

/** Reads each artifact once, however many elements of a component descriptor name it. */
export function createReadGraph(
  budget: Budget,
  signal?: AbortSignal,
): (from: ReadableRepository, root: Descriptor) => Promise<Graph> {
  const repositories = new Map<ReadableRepository, Map<string, Promise<Graph>>>();
  return async (from, root) => {
    const graphs = repositories.get(from) ?? new Map<string, Promise<Graph>>();
    repositories.set(from, graphs);
    const known = graphs.get(nodeKey(root));
    const reading = known ?? readGraph(from, root, signal, budget);
    graphs.set(nodeKey(root), reading);
    if (known !== undefined) budget.take((await known).nodes.length);
    return reading;
  };
}

export interface FurtherOptions {
  /** Node keys of what is no node of this graph, and needed all the same. */
  readonly known: ReadonlySet<string>;
  readonly budget?: Budget;
}

/** Reads what is below `root` and not `known` yet. */
export async function readFurther(
  from: ReadableRepository,
  root: Descriptor,
  { known, budget = UNLIMITED }: FurtherOptions,
  signal?: AbortSignal,
): Promise<Graph> {
  const nodes: Node[] = [];
  // The same bytes may be listed as a manifest and as a blob: a registry keeps the two apart.
  const reading = { manifests: new Map<Digest, Promise<void>>(), blobs: new Map<Digest, Promise<void>>() };

  function visit(descriptor: Descriptor): Promise<void> {
    const known = isManifest(descriptor.mediaType) ? reading.manifests : reading.blobs;
    const visited = known.get(descriptor.digest);
    if (visited !== undefined) return visited;
    const visiting = isManifest(descriptor.mediaType) ? visitManifest(descriptor) : visitBlob(descriptor);
    known.set(descriptor.digest, visiting);
    return visiting;
  }

  async function visitBlob(descriptor: Descriptor): Promise<void> {
    nodes.push({ descriptor, needs: [] });
  }

  async function visitManifest(descriptor: Descriptor): Promise<void> {
    budget.take(1);
    const content = await readContent(from, descriptor, signal);
    const manifest = parseManifest(content, descriptor.mediaType, `${from.name}@${descriptor.digest}`);
    const config = manifest.config === undefined ? [] : [manifest.config];
    // Clients that copy an artifact follow its subject, and stumble where it is missing though the specification allows that.
    const { subject: about } = manifest;
    const hasSubject = about !== undefined && (known.has(nodeKey(about)) || (await from.exists(about, signal)));
    const subject = hasSubject ? [about] : [];
    const children = [...manifest.manifests, ...config, ...manifest.layers, ...subject].filter(
      (child) => !isForeign(child),
    );
    budget.take(children.length);
    await Promise.all(children.filter((child) => !known.has(nodeKey(child))).map(visit));
    nodes.push({ descriptor, needs: children });
  }

  await visit(root);
  return { root, from, nodes };
}
