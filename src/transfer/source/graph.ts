import { inContext } from "../../errors/transfer-error.ts";
import { readContent, resolveOrNone } from "../../oci/content.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
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
  const manifests: Node[] = [];
  const blobs = new Map<Digest, Descriptor>();
  const reading = new Map<Digest, Promise<void>>();

  // The same bytes may be listed as a manifest and as a blob: a registry keeps the two apart.
  function visit(descriptor: Descriptor): Promise<void> | undefined {
    if (!isManifest(descriptor.mediaType)) return visitBlob(descriptor);
    const visiting = reading.get(descriptor.digest) ?? visitManifest(descriptor);
    reading.set(descriptor.digest, visiting);
    return visiting;
  }

  function visitBlob(descriptor: Descriptor): undefined {
    const hasData = blobs.get(descriptor.digest)?.data !== undefined;
    if (!hasData) blobs.set(descriptor.digest, descriptor);
  }

  async function visitManifest(descriptor: Descriptor): Promise<void> {
    budget.take(1);
    const content = await readContent(from, descriptor, signal);
    const manifest = parseManifest(content, descriptor.mediaType, `${from.name}@${descriptor.digest}`);
    const config = manifest.config === undefined ? [] : [manifest.config];
    const subject = await existingSubject(manifest);
    const children = [...manifest.manifests, ...config, ...manifest.layers, ...subject].filter(
      (child) => !isForeign(child),
    );
    budget.take(children.length);
    const unknown = children.filter((child) => !known.has(nodeKey(child)));
    await Promise.all(
      unknown.map((child) =>
        visit(child)?.catch((error) => {
          throw inContext(error, describeManifest(child), error.code === "MANIFEST_UNKNOWN" ? SPARSE : undefined);
        }),
      ),
    );
    manifests.push({ descriptor, needs: children });
  }

  /** Clients that copy an artifact follow its subject, and fail where it is missing though the specification allows that. */
  async function existingSubject({ subject }: Manifest): Promise<Descriptor[]> {
    if (subject === undefined || !isManifest(subject.mediaType)) return [];
    if (known.has(nodeKey(subject))) return [subject];
    // Proxy caches answer HEAD by 404 for what a GET finds.
    const found = await resolveOrNone(from, subject.digest, signal);
    return found === undefined ? [] : [subject];
  }

  await visit(root);
  const nodes = [...[...blobs.values()].map((descriptor) => ({ descriptor, needs: [] })), ...manifests];
  return { root, from, nodes };
}

const SPARSE =
  "The index lists a manifest that its registry does not have, as some mirrors do for platforms that they leave out: use the original registry, or leave the resource by reference.";

function describeManifest({ digest, platform }: Descriptor): string {
  const names = [platform?.os, platform?.architecture, platform?.variant].filter((name) => typeof name === "string");
  return names.length === 0 ? `manifest ${digest}` : `${printable(names.join("/"), 80)} (manifest ${digest})`;
}
