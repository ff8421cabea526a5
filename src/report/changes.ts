import { parseAccess } from "../ocm/access/access.ts";
import { describeElement } from "../ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../ocm/descriptor/json.ts";
import type { Change } from "../transfer/target/change.ts";
import type { DesiredVersion } from "../transfer/target/desired.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import type { Plan, Step } from "../transfer/target/plan.ts";
import { formatBytes } from "./bytes.ts";

/** What each step did, or is planned to do, by its key. */
export type StepKinds = ReadonlyMap<string, Step["kind"]>;

/** A resource or source of a transfer, in words. */
export interface ChangeText {
  /** `resource shop:1.0.0` */
  readonly element: string;
  /** `5 B copied, 4 B mounted`; empty without content. */
  readonly amounts: string;
  readonly reason: string;
  /** The access before and after; undefined where it stays. */
  readonly access: AccessChange | undefined;
  /** Number of its referrers. */
  readonly referrers: number;
}

export interface AccessChange {
  readonly before: string;
  readonly after: string;
}

const DONE = { copied: "copied", mounted: "mounted", skipped: "skipped" } as const;
const PLANNED = { copied: "to copy", mounted: "to mount", skipped: "already at the target" } as const;

/** The changes of a component version, by what was done. */
export function describeDone(desired: DesiredVersion, kinds: StepKinds): ChangeText[] {
  return desired.changes.map((change) => describeChange(change, desired, { kinds, words: DONE }));
}

/** The same before anything is done. */
export function describePlanned(desired: DesiredVersion, { steps }: Pick<Plan, "steps">): ChangeText[] {
  const kinds = new Map(steps.map(({ kind, placement }) => [keyOf(placement), kind]));
  return desired.changes.map((change) => describeChange(change, desired, { kinds, words: PLANNED }));
}

/** A line for the log. */
export function changeLine({ element, amounts, reason, access, referrers }: ChangeText): string {
  const accesses = access === undefined ? "" : ` (${access.before} → ${access.after})`;
  const more = referrers === 0 ? "" : `; with ${referrers} referrer${referrers === 1 ? "" : "s"}`;
  return `${element}: ${amounts === "" ? "" : `${amounts}; `}${reason}${accesses}${more}`;
}

/** The accesses as text; undefined where both are the same. */
export function accessChange(before: JsonObject, after: JsonObject): AccessChange | undefined {
  if (before === after) return undefined;
  const texts = { before: describeAccess(before), after: describeAccess(after) };
  return texts.before === texts.after ? undefined : texts;
}

interface Wording {
  readonly kinds: StepKinds;
  readonly words: Readonly<Record<keyof typeof DONE, string>>;
}

function describeChange(
  { element, reason, repository, contents, before, after }: Change,
  { referrers }: DesiredVersion,
  { kinds, words }: Wording,
): ChangeText {
  const sizes = { copied: 0, mounted: 0, skipped: 0 };
  for (const descriptor of contents) {
    const kind = kinds.get(keyOf({ to: repository, descriptor }));
    if (kind !== undefined && kind !== "left") sizes[outcomeOf(kind)] += descriptor.size;
  }
  const amounts = (["copied", "mounted", "skipped"] as const)
    .filter((outcome) => sizes[outcome] > 0)
    .map((outcome) => `${formatBytes(sizes[outcome])} ${words[outcome]}`);
  const own = referrers.filter((each) => {
    const kind = kinds.get(keyOf({ to: each.repository, descriptor: each.graph.root }));
    return each.element === element && kind !== undefined && kind !== "left";
  });
  return {
    element: describeElement(element),
    amounts: amounts.join(", "),
    reason,
    access: accessChange(before, after),
    referrers: own.length,
  };
}

/** What the bytes of a step count as. */
export function outcomeOf(kind: Exclude<Step["kind"], "left">): keyof typeof DONE {
  if (kind === "skip") return "skipped";
  return kind === "mount" ? "mounted" : "copied";
}

/** The reference of an access where it has one, without queries of URLs, which may contain tokens; else its type. */
function describeAccess(json: JsonObject): string {
  const access = parseAccess(json);
  if (access.kind === "ociArtifact") return access.imageReference.replace(/^(?:https?|oci):\/\//, "");
  if (access.kind === "relativeOciReference") return `${access.kind} ${access.reference}`;
  if (access.kind === "ociBlob") return `${access.kind} ${access.reference}`;
  if (access.kind === "helm") return `${access.kind} ${access.chart}`;
  if (access.kind === "wget") return `${access.kind} ${URL.parse(access.url)?.host ?? ""}`.trimEnd();
  return access.kind === "other" ? access.type : access.kind;
}
