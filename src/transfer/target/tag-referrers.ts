import { isConclusive } from "../../errors/transfer-error.ts";
import { readContent, resolveOrNone } from "../../oci/content.ts";
import { type Descriptor, isIndex, isRecord, OCI_INDEX } from "../../oci/descriptor.ts";
import { sha256 } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { ReadableRepository, Repository, Store } from "../../oci/store.ts";
import { referrersTag } from "../../stores/registry/referrers.ts";
import { listedUnderTag } from "../source/referrers.ts";
import type { DesiredReferrer } from "./desired-referrers.ts";
import { keyOf } from "./inspect.ts";
import type { Plan, Tagging } from "./plan.ts";

/** Whether a registry lists the referrers of an existing manifest. */
export async function supportsReferrersApi(
  repository: ReadableRepository,
  subject: Descriptor,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await listed(repository, subject, signal)) !== undefined;
}

export interface TaggedReferrers {
  /** To be set together with the other tags. */
  readonly tags: readonly Tagging[];
  /** Referrers that cannot be found at the target. */
  readonly left: readonly DesiredReferrer[];
}

/** Referrers of a plan, but for those that are resources or sources themselves: these are copied in any case. */
function referrersOf({ desired }: Pick<Plan, "desired">): DesiredReferrer[] {
  const certain = desired.flatMap(({ placements }) => placements).filter(({ about }) => about === undefined);
  const keys = new Set(certain.map(keyOf));
  return desired
    .flatMap(({ referrers }) => referrers)
    .filter(
      ({ repository, graph, isTaggable }) => isTaggable || !keys.has(keyOf({ to: repository, descriptor: graph.root })),
    );
}

/**
 * Makes copied referrers discoverable. A registry without the referrers API leaves that to the client: an index under a tag (distribution-spec, "Pushing Manifests with Subject").
 */
export async function tagReferrers(plan: Plan, target: Store, signal?: AbortSignal): Promise<TaggedReferrers> {
  const all = referrersOf(plan);
  const steps = leftSteps(plan);
  const isLost = ({ repository, graph }: DesiredReferrer) => steps.has(`${repository}@${graph.root.digest}`);
  const bySubject = Map.groupBy(
    all.filter((each) => each.tag === undefined && !isLost(each)),
    ({ repository, subject }) => `${repository}@${subject.digest}`,
  );
  const done = await Promise.all([...bySubject.values()].map((group) => tagOrLeave(group, target, signal)));
  const unlisted = all.filter((each) => (each.tag === undefined ? isLost(each) : isTagLeft(each, plan)));
  return { tags: done.flatMap(({ tags }) => tags), left: [...unlisted, ...done.flatMap(({ left }) => left)] };
}

/** The referrers of a plan that are in the lists under these tags. */
export function referrersUnder(tags: readonly Tagging[], plan: Plan): DesiredReferrer[] {
  return referrersOf(plan).filter(({ repository, subject, tag }) =>
    tags.some(
      (list) => tag === undefined && list.repository === repository && list.tag === referrersTag(subject.digest),
    ),
  );
}

/** Referrers that a plan leaves behind; its execution may find more. */
export function plannedToBeLeft(plan: Plan): DesiredReferrer[] {
  const steps = leftSteps(plan);
  return referrersOf(plan).filter((each) =>
    each.tag === undefined ? steps.has(`${each.repository}@${each.graph.root.digest}`) : isTagLeft(each, plan),
  );
}

/** What is left, `repository@digest`. */
function leftSteps({ steps }: Plan): ReadonlySet<string> {
  const left = steps.filter(({ kind }) => kind === "left");
  return new Set(left.map(({ placement: { to, descriptor } }) => `${to}@${descriptor.digest}`));
}

function isTagLeft({ isTaggable, repository, tag }: DesiredReferrer, { tags }: Plan): boolean {
  const isLeft = ({ kind, ...other }: Tagging) =>
    kind === "left" && other.repository === repository && other.tag === tag;
  return !isTaggable || tags.flat().some(isLeft);
}

/** A target that refuses the list under the referrers tag has the referrers, but nobody finds them. */
async function tagOrLeave(
  group: readonly DesiredReferrer[],
  target: Store,
  signal?: AbortSignal,
): Promise<TaggedReferrers> {
  try {
    return await tagGroup(group, target, signal);
  } catch (error) {
    if (isConclusive(error)) return { tags: [], left: group };
    throw error;
  }
}

async function tagGroup(
  group: readonly DesiredReferrer[],
  target: Store,
  signal?: AbortSignal,
): Promise<TaggedReferrers> {
  const [first] = group;
  if (first === undefined) return { tags: [], left: [] };
  const { repository: name, subject, isTaggable } = first;
  const unique = new Map(group.map((each) => [each.graph.root.digest, each]));
  const repository = target.repository(name);
  const there = new Set((await listed(repository, subject, signal))?.map(({ digest }) => digest));
  const unlisted = [...unique.values()].filter(({ graph }) => !there.has(graph.root.digest));
  if (unlisted.length === 0) return { tags: [], left: [] };
  if (!isTaggable) return { tags: [], left: unlisted };
  const tag = referrersTag(subject.digest);
  const before = await resolveOrNone(repository, tag, signal);
  if (before !== undefined && !isIndex(before.mediaType)) return { tags: [], left: unlisted };
  const known = new Set((await listedUnderTag(repository, before, signal)).map(({ digest }) => digest));
  const missing = unlisted.filter(({ graph }) => !known.has(graph.root.digest));
  if (missing.length === 0) return { tags: [], left: [] };
  const index = await pushIndex(repository, before, missing, signal).catch(undefinedIfRefused);
  if (index === undefined) return { tags: [], left: unlisted };
  return { tags: [{ kind: "tag", target: index, repository: name, tag, before }], left: [] };
}

/** Undefined where the registry has no referrers API, or denies access. */
async function listed(
  repository: ReadableRepository,
  subject: Descriptor,
  signal?: AbortSignal,
): Promise<readonly Descriptor[] | undefined> {
  try {
    return await repository.listReferrers?.(subject.digest, signal);
  } catch (error) {
    if (isConclusive(error)) return undefined;
    throw error;
  }
}

/** What is attached to an image does not end a transfer. */
function undefinedIfRefused(error: unknown): undefined {
  if (!isConclusive(error)) throw error;
}

/** The entries of an existing index stay as they are. */
async function pushIndex(
  repository: Repository,
  before: Descriptor | undefined,
  missing: readonly DesiredReferrer[],
  signal?: AbortSignal,
): Promise<Descriptor> {
  const document: unknown =
    before === undefined ? {} : JSON.parse((await readContent(repository, before, signal)).toString("utf8"));
  const { manifests: listed, ...others } = isRecord(document) ? document : {};
  const added = await Promise.all(missing.map(({ graph }) => describe(graph.from, graph.root, signal)));
  const manifests = [...(Array.isArray(listed) ? listed : []), ...added];
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, ...others, manifests }));
  const mediaType = before?.mediaType ?? OCI_INDEX;
  const descriptor = { mediaType, digest: sha256(content), size: content.length };
  await repository.push(descriptor, content, signal);
  return descriptor;
}

async function describe(from: ReadableRepository, root: Descriptor, signal?: AbortSignal): Promise<Descriptor> {
  const where = `${from.name}@${root.digest}`;
  const { artifactType, config, annotations } = parseManifest(
    await readContent(from, root, signal),
    root.mediaType,
    where,
  );
  const type = artifactType ?? config?.mediaType;
  return {
    ...root,
    ...(type === undefined ? {} : { artifactType: type }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}
