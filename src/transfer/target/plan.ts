import { TransferError } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { TagChange } from "../../oci/store.ts";
import type { ComponentDescriptor } from "../../ocm/descriptor/component-descriptor.ts";
import type { Comparable } from "../verify/comparison.ts";
import type { DesiredVersion, Placement, TagPlacement } from "./desired.ts";
import { type ExistingPolicy, keyOf } from "./inspect.ts";

/** How one piece of content gets to the target. */
export interface Step {
  /** `left`: a referrer that could not be found at the target. */
  readonly kind: "copy" | "mount" | "skip" | "write" | "left";
  readonly placement: Placement;
  /** Where from, as people read it; for a mount, the repository of the target. */
  readonly from: string;
  /** Keys of the steps that have to be done before. */
  readonly needs: readonly string[];
  readonly reason: string;
}

/** A tag of the transfer, set at its end: `skip` where it is right already, `left` where the target's own stays. */
export interface Tagging extends TagChange {
  readonly kind: "tag" | "skip" | "left";
}

/** All that a transfer will do, known before anything is written. */
export interface Plan {
  readonly desired: readonly DesiredVersion[];
  /** Children before parents, each piece of content once. */
  readonly steps: readonly Step[];
  /** Tags of artifacts, and then those of component versions, referenced ones first: one group after the other. */
  readonly tags: readonly (readonly Tagging[])[];
  /** Content to be compared with its pins while it is copied; where nothing is copied it is read for that alone. */
  readonly comparables: readonly Comparable[];
}

export interface PlanOptions extends Pick<Plan, "comparables"> {
  readonly existing: ExistingPolicy;
  /** Keys of what the target has. */
  readonly present: ReadonlySet<string>;
  /** Keys of blobs of referrers that neither source nor target has. */
  readonly left?: ReadonlySet<string>;
  /** What tags of the target point to, by `repository:tag`. */
  readonly tags: ReadonlyMap<string, Descriptor>;
  /** The repository of the target registry that a source is, where source and target are the same registry. */
  readonly asTargetRepository: (from: Placement["from"]) => string | undefined;
  /** Whether the target has the referrers API; undefined where that is known only after the first manifest. */
  readonly supportsReferrers?: boolean | undefined;
}

/** The tags to set, in the groups of the plan. */
export function tagsToSet({ tags }: Pick<Plan, "tags">): readonly (readonly TagChange[])[] {
  return tags.map((group) => group.filter(({ kind }) => kind === "tag"));
}

/** The plan as it was carried out, where these steps had to be left; what is not at the target gets no tag. */
export function withoutLeft(plan: Plan, left: ReadonlySet<string>): Plan {
  if (left.size === 0) return plan;
  const isLeft = ({ repository: to, target: descriptor }: TagChange) => left.has(keyOf({ to, descriptor }));
  return {
    ...plan,
    steps: plan.steps.map((step) => (left.has(keyOf(step.placement)) ? { ...step, kind: "left" } : step)),
    tags: plan.tags.map((group) => group.map((tag) => (isLeft(tag) ? { ...tag, kind: "left" } : tag))),
  };
}

/** Decides on every step. `desiredVersions` come with referenced component versions before those that refer to them. */
export function makePlan(desiredVersions: readonly DesiredVersion[], options: PlanOptions): Plan {
  checkVersionTags(desiredVersions);
  const placements = new Map<string, Placement>();
  const all = desiredVersions.flatMap((desired) => desired.placements);
  // Unconditional content comes first: a blob that an artifact shares with a referrer must not be left behind with it.
  const certain = all.filter(({ about }) => about === undefined);
  for (const placement of [...certain, ...all.filter(({ about }) => about !== undefined)]) {
    if (!placements.has(keyOf(placement))) placements.set(keyOf(placement), placement);
  }
  // Which repository of the target has a blob, or will have it by then.
  const holders = new Map<Digest, Placement>();
  const remember = (placement: Placement) => {
    const { mediaType, digest } = placement.descriptor;
    if (!isManifest(mediaType) && !holders.has(digest)) holders.set(digest, placement);
  };
  for (const [key, placement] of placements) if (options.present.has(key)) remember(placement);
  const steps = [...placements].map(([key, placement]) => {
    const step = decide(key, placement, holders, options);
    remember(placement);
    return step;
  });
  const artifactTags = uniqueTags(desiredVersions.flatMap((desired) => desired.artifactTags));
  return {
    desired: desiredVersions,
    steps,
    comparables: options.comparables,
    tags: [artifactTags.map((tag) => tagging(tag, options)), ...componentTags(desiredVersions, options)],
  };
}

/** Two versions may have one tag, since tags cannot contain `+`; a tag leads to one of them only. */
function checkVersionTags(desiredVersions: readonly DesiredVersion[]): void {
  const taken = new Map<string, DesiredVersion>();
  for (const desired of desiredVersions) {
    const { repository, tag } = desired.componentTag;
    const { descriptor } = desired.version;
    const other = taken.get(`${repository}:${tag}`)?.version.descriptor ?? descriptor;
    if (other.version !== descriptor.version) throw versionTagsCollide(other, descriptor, tag);
    taken.set(`${repository}:${tag}`, desired);
  }
}

/** The error for two versions of a component that would have the same tag at the target. */
export function versionTagsCollide(
  one: Pick<ComponentDescriptor, "name" | "version">,
  other: Pick<ComponentDescriptor, "version">,
  tag: string,
): TransferError {
  const message = `${one.name}:${one.version} and ${one.name}:${other.version} would both have the tag ${tag} at the target`;
  return new TransferError("VERSION_TAGS_COLLIDE", message, {
    where: "input target",
    remedy: "Transfer the two versions to different targets, or give one of them a new version.",
  });
}

/** In groups that can be set at once: those that refer to nothing in this transfer, those that refer only to them, and so on. */
function componentTags(desiredVersions: readonly DesiredVersion[], options: PlanOptions): Tagging[][] {
  const levels = new Map<string, number>();
  const groups: Tagging[][] = [];
  for (const { version, componentTag } of desiredVersions) {
    const { name, version: number, references } = version.descriptor;
    const below = references.map((reference) => levels.get(`${reference.componentName}:${reference.version}`) ?? -1);
    const level = 1 + below.reduce((highest, other) => Math.max(highest, other), -1);
    levels.set(`${name}:${number}`, level);
    groups[level] ??= [];
    groups[level].push(tagging(componentTag, { ...options, existing: "overwrite" }));
  }
  return groups;
}

function decide(
  key: string,
  placement: Placement,
  holders: ReadonlyMap<Digest, Placement>,
  options: PlanOptions,
): Step {
  const { descriptor, from, to, about } = placement;
  const reason = reasonFor(about, options);
  const needs = placement.needs.map((needed) => keyOf({ to, descriptor: needed }));
  if (options.present.has(key)) return { kind: "skip", placement, from: to, needs: [], reason: "is at the target" };
  if (options.left?.has(key) === true) {
    return { kind: "left", placement, from: to, needs: [], reason: "neither the archive nor the target has it" };
  }
  if (placement.about?.isTaggable === false && options.supportsReferrers === false) {
    const reason = "the registry lists it by a tag only, which repositories of components must not have";
    return { kind: "left", placement, from: to, needs: [], reason };
  }
  if (Buffer.isBuffer(from))
    return { kind: "write", placement, from: "this transfer", needs, reason: "describes the component version" };
  if (isManifest(descriptor.mediaType)) return { kind: "copy", placement, from: from.name, needs, reason };
  const holder = holders.get(descriptor.digest);
  if (holder !== undefined) {
    return {
      kind: "mount",
      placement,
      from: holder.to,
      needs: [keyOf(holder)],
      reason: "is in another repository of the target",
    };
  }
  const own = options.asTargetRepository(from);
  if (own !== undefined)
    return { kind: "mount", placement, from: own, needs: [], reason: "the source is the same registry" };
  return { kind: "copy", placement, from: from.name, needs, reason };
}

function reasonFor(about: Placement["about"], { supportsReferrers }: PlanOptions): string {
  if (about === undefined) return "is not at the target";
  const isOpen = !about.isTaggable && supportsReferrers === undefined;
  return `refers to ${about.subject.digest}${isOpen ? ", and stays behind if the registry has no referrers API" : ""}`;
}

/** One tag per name: two artifacts of one name are an error. */
function uniqueTags(tags: readonly TagPlacement[]): TagPlacement[] {
  const named = new Map<string, TagPlacement>();
  for (const tag of tags) {
    const name = `${tag.repository}:${tag.tag}`;
    const known = named.get(name);
    if (known !== undefined && tag.isReferrerTag === true) continue;
    if (known !== undefined && known.target.digest !== tag.target.digest) {
      const why = "two artifacts of this transfer have the same name";
      const remedy =
        "Use access: localBlob without publish-artifacts, which needs no names, or transfer the two to different paths.";
      throw nameTaken(name, known.target, tag.target, why, remedy);
    }
    named.set(name, tag);
  }
  return [...named.values()];
}

function tagging(tag: TagPlacement, { tags, existing }: Pick<PlanOptions, "tags" | "existing">): Tagging {
  const { target, repository, tag: name } = tag;
  const before = tags.get(`${repository}:${name}`);
  const isSame = before?.digest === target.digest;
  const isFree = before === undefined || isSame || existing === "overwrite";
  if (!isFree && tag.isReferrerTag === true) return { kind: "left", target, repository, tag: name, before };
  if (!isFree) {
    const why = "another artifact has the name at the target";
    const remedy =
      "Use access: localBlob without publish-artifacts, which needs no names, or another path, or existing: overwrite to move the name.";
    throw nameTaken(`${repository}:${name}`, before, target, why, remedy);
  }
  return { kind: isSame ? "skip" : "tag", target, repository, tag: name, before };
}

function nameTaken(name: string, one: Descriptor, other: Descriptor, why: string, remedy: string): TransferError {
  return new TransferError("ARTIFACT_NAME_TAKEN", `${name} would be both ${one.digest} and ${other.digest}: ${why}`, {
    where: name,
    remedy,
  });
}
