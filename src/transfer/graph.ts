import { readContent } from "../registry/content.ts";
import { type Descriptor, isManifest } from "../registry/descriptor.ts";
import type { Digest } from "../registry/digest.ts";
import { parseManifest } from "../registry/manifest.ts";
import type { ReadableRepository } from "../registry/registry.ts";

/** One manifest or blob of an artifact, and what has to be at a target before it. */
export interface Node {
  readonly descriptor: Descriptor;
  readonly needs: readonly Digest[];
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

/** Reads every manifest below `root`; what can be asked for at once is asked for at once. */
export async function readGraph(from: ReadableRepository, root: Descriptor, signal?: AbortSignal): Promise<Graph> {
  const nodes = new Map<Digest, Node>();
  const reading = new Map<Digest, Promise<void>>();

  function visit(descriptor: Descriptor): Promise<void> {
    const known = reading.get(descriptor.digest);
    if (known !== undefined) return known;
    const visiting = isManifest(descriptor.mediaType) ? visitManifest(descriptor) : visitBlob(descriptor);
    reading.set(descriptor.digest, visiting);
    return visiting;
  }

  async function visitBlob(descriptor: Descriptor): Promise<void> {
    nodes.set(descriptor.digest, { descriptor, needs: [] });
  }

  async function visitManifest(descriptor: Descriptor): Promise<void> {
    const content = await readContent(from, descriptor, signal);
    const manifest = parseManifest(content, descriptor.mediaType, `${from.name}@${descriptor.digest}`);
    const config = manifest.config === undefined ? [] : [manifest.config];
    const children = [...manifest.manifests, ...config, ...manifest.layers].filter((child) => !isForeign(child));
    await Promise.all(children.map(visit));
    nodes.set(descriptor.digest, { descriptor, needs: children.map(({ digest }) => digest) });
  }

  await visit(root);
  return { root, from, nodes: [...nodes.values()] };
}
