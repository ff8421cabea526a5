import { TransferError } from "../errors.ts";
import { type Descriptor, isManifest } from "../registry/descriptor.ts";
import type { Arrangement, Placement, TagPlacement } from "./arrange.ts";
import { type ExistingPolicy, keyOf } from "./inspect.ts";

/** How one piece of content gets to the target. */
export interface Step {
  readonly kind: "copy" | "mount" | "skip" | "write";
  readonly placement: Placement;
  /** Where from, as people read it; for a mount, the repository of the target. */
  readonly from: string;
  /** Keys of the steps that have to be done before. */
  readonly needs: readonly string[];
  readonly reason: string;
}

/** A tag that is set when everything is there, and what it pointed to before. */
export interface Tagging {
  readonly kind: "tag" | "skip";
  readonly target: Descriptor;
  readonly repository: string;
  readonly tag: string;
  readonly before: Descriptor | undefined;
}

/** All that a transfer will do, known before anything is written. */
export interface Plan {
  readonly arrangements: readonly Arrangement[];
  /** Children before parents, each piece of content once. */
  readonly steps: readonly Step[];
  /** Tags of artifacts, and then those of component versions, referenced ones first: one group after the other. */
  readonly tags: readonly (readonly Tagging[])[];
}

export interface PlanOptions {
  readonly existing: ExistingPolicy;
  /** Keys of what the target has. */
  readonly present: ReadonlySet<string>;
  /** What tags of the target point to, by `repository:tag`. */
  readonly tags: ReadonlyMap<string, Descriptor>;
  /** The repository of the target registry that a source is, where source and target are the same registry. */
  readonly asTargetRepository: (from: Placement["from"]) => string | undefined;
}

/** Decides on every step. `arrangements` come with referenced component versions before those that refer to them. */
export function makePlan(arrangements: readonly Arrangement[], options: PlanOptions): Plan {
  const placements = new Map<string, Placement>();
  for (const placement of arrangements.flatMap((arrangement) => arrangement.placements)) {
    if (!placements.has(keyOf(placement))) placements.set(keyOf(placement), placement);
  }
  const holders = new Map<string, string>();
  for (const key of options.present) rememberHolder(holders, key);
  const steps = [...placements].map(([key, placement]) => {
    const step = decide(key, placement, holders, options);
    rememberHolder(holders, key);
    return step;
  });
  const artifactTags = uniqueTags(arrangements.flatMap((arrangement) => arrangement.artifactTags));
  return {
    arrangements,
    steps,
    tags: [
      artifactTags.flatMap((tag) => tagging(tag, options)),
      ...arrangements.map(({ componentTag }) => tagging({ ...componentTag }, { ...options, existing: "overwrite" })),
    ],
  };
}

/** The first repository of the target that has, or will have, some content. */
function rememberHolder(holders: Map<string, string>, key: string): void {
  const [repository = "", digest = ""] = key.split("@");
  if (!holders.has(digest)) holders.set(digest, repository);
}

function decide(key: string, placement: Placement, holders: ReadonlyMap<string, string>, options: PlanOptions): Step {
  const { descriptor, from, to } = placement;
  const needs = placement.needs.map((digest) => `${to}@${digest}`);
  if (options.present.has(key)) return { kind: "skip", placement, from: to, needs: [], reason: "is at the target" };
  if (Buffer.isBuffer(from))
    return { kind: "write", placement, from: "this transfer", needs, reason: "describes the component version" };
  if (isManifest(descriptor.mediaType))
    return { kind: "copy", placement, from: from.name, needs, reason: "is not at the target" };
  const holder = holders.get(descriptor.digest);
  if (holder !== undefined) {
    return {
      kind: "mount",
      placement,
      from: holder,
      needs: [`${holder}@${descriptor.digest}`],
      reason: "is in another repository of the target",
    };
  }
  const own = options.asTargetRepository(from);
  if (own !== undefined)
    return { kind: "mount", placement, from: own, needs: [], reason: "the source is the same registry" };
  return { kind: "copy", placement, from: from.name, needs, reason: "is not at the target" };
}

/** One tag per name. Two artifacts of one name are an error, unless nobody asked for the name. */
function uniqueTags(tags: readonly TagPlacement[]): TagPlacement[] {
  const named = new Map<string, TagPlacement>();
  for (const tag of tags.toSorted((one, other) => Number(one.isInvented) - Number(other.isInvented))) {
    const name = `${tag.repository}:${tag.tag}`;
    const known = named.get(name);
    if (known === undefined) named.set(name, tag);
    else if (known.target.digest !== tag.target.digest && !tag.isInvented) {
      throw nameTaken(name, known.target, tag.target, "two artifacts of this transfer have the same name");
    }
  }
  return [...named.values()];
}

function tagging(tag: TagPlacement, { tags, existing }: Pick<PlanOptions, "tags" | "existing">): Tagging[] {
  const { target, repository, tag: name, isInvented } = tag;
  const before = tags.get(`${repository}:${name}`);
  const isSame = before?.digest === target.digest;
  if (before !== undefined && !isSame && existing !== "overwrite") {
    if (isInvented) return [];
    throw nameTaken(`${repository}:${name}`, before, target, "another artifact has the name at the target");
  }
  return [{ kind: isSame ? "skip" : "tag", target, repository, tag: name, before }];
}

function nameTaken(name: string, one: Descriptor, other: Descriptor, why: string): TransferError {
  return new TransferError("ARTIFACT_NAME_TAKEN", `${name} would be both ${one.digest} and ${other.digest}: ${why}`, {
    where: name,
    remedy:
      "Use access: localBlob, which needs no names, or a target path of its own, or existing: overwrite to move the name.",
  });
}
