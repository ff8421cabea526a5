import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { resolveOrNone } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Store } from "../../oci/store.ts";
import { type ComponentRepository, readPinnedVersion, tagOf } from "../../ocm/repository/component-version.ts";
import type { Gathered } from "../source/gather.ts";
import { keyOf } from "../source/order.ts";
import type { Plan, Tagging } from "../target/plan.ts";

export interface PlannedAliases {
  /** To be set after the tags of component versions. */
  readonly tags: readonly Tagging[];
  readonly findings: readonly Finding[];
}

interface Alias {
  readonly component: string;
  readonly repository: string;
  readonly tag: string;
  readonly target: Descriptor;
}

/** Decides on the alias tags of the component versions of a plan. An alias of the target moves, and any other tag stays. */
export async function planAliases(
  { versions }: Pick<Gathered, "versions">,
  { desired }: Pick<Plan, "desired">,
  target: ComponentRepository<Store>,
  signal?: AbortSignal,
): Promise<PlannedAliases> {
  const aliasesOf = new Map(
    versions.map(({ version: { descriptor }, aliases = [] }) => [keyOf(descriptor.name, descriptor.version), aliases]),
  );
  const aliases = desired.flatMap(({ version: { descriptor }, repository, componentTag }): Alias[] =>
    (aliasesOf.get(keyOf(descriptor.name, descriptor.version)) ?? []).map((tag) => ({
      component: descriptor.name,
      repository,
      tag,
      target: componentTag.target,
    })),
  );
  const own = new Set(desired.map(({ repository, componentTag }) => `${repository}:${componentTag.tag}`));
  const named = Map.groupBy(aliases, ({ repository, tag }) => `${repository}:${tag}`);
  const planned = await Promise.all(
    [...named].map(async ([name, [alias, ...others]]) => {
      const isClaimed = own.has(name) || others.some((other) => other.target.digest !== alias?.target.digest);
      const tag = alias === undefined || isClaimed ? undefined : await planAlias(alias, target, signal);
      return { name, tag };
    }),
  );
  const left = planned.flatMap(({ name, tag }) => (tag === undefined ? [name] : []));
  return { tags: planned.flatMap(({ tag }) => tag ?? []), findings: leftAliases(left) };
}

/** Undefined where the tag of the target stays. */
async function planAlias(
  { component, repository, tag, target: version }: Alias,
  target: ComponentRepository<Store>,
  signal?: AbortSignal,
): Promise<Tagging | undefined> {
  const before = await resolveOrNone(target.registry.repository(repository), tag, signal);
  const tagging = { target: version, repository, tag, before };
  if (before?.digest === version.digest) return { kind: "skip", ...tagging };
  return before === undefined || (await isAliasThere({ component, tag }, before, target, signal))
    ? { kind: "tag", ...tagging }
    : undefined;
}

/** Whether the tag leads to a version of the component whose own tag is another. */
async function isAliasThere(
  { component, tag }: Pick<Alias, "component" | "tag">,
  { digest }: Descriptor,
  target: ComponentRepository<Store>,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const { descriptor } = await readPinnedVersion(target, { component, version: undefined, digest }, signal);
    return tagOf(descriptor.version) !== tag;
  } catch (error) {
    if (error instanceof TransferError && error.kind === "invalid") return false;
    throw error;
  }
}

function leftAliases(left: readonly string[]): Finding[] {
  if (left.length === 0) return [];
  return [
    {
      code: "ALIASES_LEFT",
      message: `Alias tags were not set: ${left.slice(0, 5).join(", ")}${left.length > 5 ? ` and ${left.length - 5} more` : ""}.`,
      remedy:
        "Under these names the target, or another source of this run, has a version of its own, another version, or another artifact; delete such a tag at the target to have the alias set.",
    },
  ];
}
