import { errorMessage, isConclusive } from "../../errors/transfer-error.ts";
import { readContent, resolveOrNone } from "../../oci/content.ts";
import { type Descriptor, isIndex, isManifest } from "../../oci/descriptor.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { referrersTag } from "../../stores/registry/referrers.ts";
import { printable } from "../../text/redact.ts";
import { type Budget, UNLIMITED } from "./budget.ts";
import { type Graph, nodeKey, readFurther } from "./graph.ts";

/** A signature, SBOM or attestation: not part of an artifact, but about it. */
export interface Referrer {
  /** A manifest of the artifact, or of another referrer of it. */
  readonly subject: Descriptor;
  /** Its content, without the content of its subject, which is at the target before it. */
  readonly graph: Graph;
  /** The tag by which alone it belongs to its subject, as cosign names them; undefined where its manifest names the subject. */
  readonly tag: string | undefined;
  /** The artifact type of its manifest, else the media type of its config. */
  readonly type: string | undefined;
}

export interface ReferrerGraph {
  /** Those of the artifact before those of its referrers. */
  readonly found: readonly Referrer[];
  /** Requests that were refused and referrers that could not be read, for people. */
  readonly unread: readonly string[];
}

export const NO_REFERRERS: ReferrerGraph = { found: [], unread: [] };

/** What cosign adds to the referrers tag of an image to name its signatures, attestations and SBOM there. */
const COSIGN_SUFFIXES = [".sig", ".att", ".sbom"];

/** Levels of referrers of referrers: signatures of SBOMs of images need two. */
const MAX_DEPTH = 5;

export type ReadReferrers = (artifact: Graph) => Promise<ReferrerGraph>;

/**
 * Finds the referrers of the manifests of artifacts: by the referrers API, else by the referrers tag, and by cosign's tags. A refusal of the
 * registry is recorded as unread; only a registry that cannot be reached is an error.
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

  async function orUnread<T>(asking: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await asking;
    } catch (error) {
      if (!isConclusive(error)) throw error;
      unread.add(errorMessage(error));
      return otherwise;
    }
  }

  async function follow({ subject, root, tag }: FoundReferrer): Promise<Descriptor[]> {
    const isNew = !seen.has(nodeKey(root));
    if (!isManifest(root.mediaType)) {
      unread.add(`${from.name}@${root.digest} is of the type ${printable(root.mediaType, 80)}, which cannot be copied`);
      return [];
    }
    // A manifest that belongs to the artifact itself needs only its tag.
    if (!isNew && tag === undefined) return [];
    const graph = await orUnread(readFurther(from, root, { known, budget }, signal), undefined);
    if (graph === undefined) return [];
    const manifest = await readManifest(graph, signal);
    // A list may say anything: what counts is the manifest.
    if (tag === undefined && manifest.subject?.digest !== subject.digest) return [];
    const type = manifest.artifactType ?? manifest.config?.mediaType;
    found.push({ subject, tag, type, graph: isNew ? graph : { ...graph, nodes: [] } });
    seen.add(nodeKey(root));
    // Referrers by tag may be left behind: nothing else may rely on their content.
    const isCertain = tag === undefined && known.has(nodeKey(subject));
    if (isCertain) for (const { descriptor } of graph.nodes) known.add(nodeKey(descriptor));
    return isNew ? [root] : [];
  }

  let subjects = descriptors.filter(({ mediaType }) => isManifest(mediaType));
  for (let depth = 0; subjects.length > 0 && depth < MAX_DEPTH; depth++) {
    const asking = subjects.flatMap((subject) => [
      orUnread(untagged(context, subject), []),
      orUnread(tagged(context, subject), []),
    ]);
    const next = (await Promise.all(asking)).flat();
    subjects = [];
    // One after the other, so that each knows what the earlier ones have; their manifests are few and small.
    for (const each of next) subjects.push(...(await follow(each)));
  }
  return { found, unread: [...unread] };
}

interface FoundReferrer {
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

async function untagged({ from, resolveTag, signal }: Context, subject: Descriptor): Promise<FoundReferrer[]> {
  const listed =
    (await from.listReferrers?.(subject.digest, signal)) ??
    (await listedUnderTag(from, await resolveTag(referrersTag(subject.digest)), signal));
  return listed.map(({ mediaType, digest, size }) => ({
    subject,
    root: { mediaType, digest, size },
    tag: undefined,
  }));
}

/** The manifests in the index under a referrers tag; empty without such a tag, and where it is not of an index. */
export async function listedUnderTag(
  from: ReadableRepository,
  tagged: Descriptor | undefined,
  signal?: AbortSignal,
): Promise<readonly Descriptor[]> {
  if (tagged === undefined || !isIndex(tagged.mediaType)) return [];
  const content = await readContent(from, tagged, signal);
  return parseManifest(content, tagged.mediaType, `${from.name}@${tagged.digest}`).manifests;
}

async function tagged({ resolveTag }: Context, subject: Descriptor): Promise<FoundReferrer[]> {
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

async function readManifest({ root, from }: Graph, signal?: AbortSignal): Promise<Manifest> {
  return parseManifest(await readContent(from, root, signal), root.mediaType, `${from.name}@${root.digest}`);
}
