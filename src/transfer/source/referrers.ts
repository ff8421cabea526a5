import { errorMessage, isConclusive, TransferError } from "../../errors/transfer-error.ts";
import { readContent } from "../../oci/content.ts";
import { type Descriptor, isIndex, isManifest } from "../../oci/descriptor.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { referrersTag } from "../../stores/registry/referrers.ts";
import { printable } from "../../text/redact.ts";
import { type Budget, UNLIMITED } from "./budget.ts";
import { type Graph, nodeKey, readFurther } from "./graph.ts";

/** A signature, SBOM or attestation: something that is no part of an artifact, and says something about it. */
export interface Referrer {
  /** A manifest of the artifact, or of another referrer of it. */
  readonly subject: Descriptor;
  /** What it consists of, without what is at the target before it in any case. */
  readonly graph: Graph;
  /** The tag by which alone it belongs to its subject, as cosign names them; undefined where its manifest names the subject. */
  readonly tag: string | undefined;
  /** What its manifest says it is: an artifact type, or else the media type of its config. */
  readonly type: string | undefined;
}

export interface ReferrerGraph {
  /** Those of the artifact before those of its referrers. */
  readonly found: readonly Referrer[];
  /** What could not be asked for or read, as people read it. */
  readonly unread: readonly string[];
}

export const NO_REFERRERS: ReferrerGraph = { found: [], unread: [] };

/** What cosign adds to the referrers tag of an image to name its signatures, attestations and SBOM there. */
const COSIGN_SUFFIXES = [".sig", ".att", ".sbom"];

/** Signatures of SBOMs of images, and then some. */
const DEEPEST = 5;

export type ReadReferrers = (artifact: Graph) => Promise<ReferrerGraph>;

/**
 * Finds what hangs on the manifests of artifacts: by the registry's API or else the tag that stands in for it, and by cosign's tags.
 * Where a registry refuses to tell, the artifact is no worse; only what could not be reached at all is an error.
 */
export function createReadReferrers(signal?: AbortSignal, budget: Budget = UNLIMITED): ReadReferrers {
  const repositories = new WeakMap<ReadableRepository, Context>();
  return (artifact) => {
    const { from } = artifact;
    const context = repositories.get(from) ?? { from, resolveTag: createResolveTag(from, signal), signal, budget };
    repositories.set(from, context);
    return readReferrers(artifact, context);
  };
}

async function readReferrers(artifact: Graph, context: Context): Promise<ReferrerGraph> {
  const { from, signal, budget } = context;
  const descriptors = artifact.nodes.map(({ descriptor }) => descriptor);
  const known = new Set(descriptors.map(nodeKey));
  const seen = new Set(known);
  const found: Referrer[] = [];
  const unread = new Set<string>();

  async function told<T>(asking: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await asking;
    } catch (error) {
      if (!isConclusive(error)) throw error;
      unread.add(errorMessage(error));
      return otherwise;
    }
  }

  async function follow({ subject, root, tag }: Hanging): Promise<Descriptor[]> {
    const isNew = !seen.has(nodeKey(root));
    if (!isManifest(root.mediaType)) {
      unread.add(`${from.name}@${root.digest} is of the type ${printable(root.mediaType, 80)}, which nobody can copy`);
      return [];
    }
    // What the artifact has anyway needs nothing but its tag.
    if (!isNew && tag === undefined) return [];
    const graph = await told(readFurther(from, root, { known, budget }, signal), undefined);
    if (graph === undefined) return [];
    const manifest = await readManifest(graph, signal);
    // A list may say anything: what counts is the manifest.
    if (tag === undefined && manifest.subject?.digest !== subject.digest) return [];
    const type = manifest.artifactType ?? manifest.config?.mediaType;
    found.push({ subject, tag, type, graph: isNew ? graph : { ...graph, nodes: [] } });
    seen.add(nodeKey(root));
    // What hangs on a tag may stay behind: nothing else relies on its content.
    const isCertain = tag === undefined && known.has(nodeKey(subject));
    if (isCertain) for (const { descriptor } of graph.nodes) known.add(nodeKey(descriptor));
    return isNew ? [root] : [];
  }

  let subjects = descriptors.filter(({ mediaType }) => isManifest(mediaType));
  for (let depth = 0; subjects.length > 0 && depth < DEEPEST; depth++) {
    const asking = subjects.flatMap((subject) => [
      told(untagged(context, subject), []),
      told(tagged(context, subject), []),
    ]);
    const hanging = (await Promise.all(asking)).flat();
    subjects = [];
    // One after the other, so that each knows what the earlier ones have; their manifests are few and small.
    for (const each of hanging) subjects.push(...(await follow(each)));
  }
  return { found, unread: [...unread] };
}

interface Hanging {
  readonly subject: Descriptor;
  readonly root: Descriptor;
  readonly tag: string | undefined;
}

interface Context {
  readonly from: ReadableRepository;
  readonly resolveTag: (tag: string) => Promise<Descriptor | undefined>;
  readonly signal: AbortSignal | undefined;
  readonly budget: Budget;
}

async function untagged({ from, resolveTag, signal }: Context, subject: Descriptor): Promise<Hanging[]> {
  const listed =
    (await from.listReferrers?.(subject.digest, signal)) ??
    (await listedUnderTag(from, await resolveTag(referrersTag(subject.digest)), signal));
  return listed.map(({ mediaType, digest, size }) => ({
    subject,
    root: { mediaType, digest, size },
    tag: undefined,
  }));
}

/** What the index under a referrers tag lists; nothing where there is no such tag, or another thing under it. */
export async function listedUnderTag(
  from: ReadableRepository,
  tagged: Descriptor | undefined,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  if (tagged === undefined || !isIndex(tagged.mediaType)) return [];
  const content = await readContent(from, tagged, signal);
  return parseManifest(content, tagged.mediaType, `${from.name}@${tagged.digest}`).manifests;
}

async function tagged({ resolveTag }: Context, subject: Descriptor): Promise<Hanging[]> {
  const tags = COSIGN_SUFFIXES.map((suffix) => `${referrersTag(subject.digest)}${suffix}`);
  const roots = await Promise.all(tags.map(resolveTag));
  return roots.flatMap((root, index) => (root === undefined ? [] : [{ subject, root, tag: tags[index] }]));
}

/** One list of all tags shows which there are; where a registry does not hand it out, each is asked for by its name. */
function createResolveTag(from: ReadableRepository, signal?: AbortSignal): Context["resolveTag"] {
  let listing: Promise<ReadonlySet<string> | undefined> | undefined;
  return async (tag) => {
    listing ??= listedTags(from, signal);
    const tags = await listing;
    if (tags !== undefined && !tags.has(tag)) return undefined;
    return resolveOrNone(from, tag, signal);
  };
}

async function listedTags(from: ReadableRepository, signal?: AbortSignal): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set(await from.listTags(signal));
  } catch (error) {
    if (isConclusive(error)) return undefined;
    throw error;
  }
}

export async function resolveOrNone(
  from: ReadableRepository,
  tag: string,
  signal?: AbortSignal,
): Promise<Descriptor | undefined> {
  try {
    return await from.resolve(tag, signal);
  } catch (error) {
    if (error instanceof TransferError && error.code === "MANIFEST_UNKNOWN") return undefined;
    throw error;
  }
}

async function readManifest({ root, from }: Graph, signal?: AbortSignal): Promise<Manifest> {
  return parseManifest(await readContent(from, root, signal), root.mediaType, `${from.name}@${root.digest}`);
}
