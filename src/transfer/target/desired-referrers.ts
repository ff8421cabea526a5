import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { Referrer } from "../source/referrers.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";
import type { Placement, TagPlacement } from "./desired.ts";

/** A referrer, and where it is to be at the target. */
export interface DesiredReferrer extends Referrer {
  /** The resource or source that it refers to. */
  readonly element: Element;
  readonly repository: string;
  /**
   * Whether the repository may have tags for it. That of a component may not: v1 of the OCM CLI lists its versions by all its tags, and
   * fails on one that is not a version.
   */
  readonly isTaggable: boolean;
}

interface DesiredReferrers {
  readonly items: readonly DesiredReferrer[];
  readonly placements: readonly Placement[];
  readonly tags: readonly TagPlacement[];
}

/** Referrers go to the repository of their artifact: all of them where it may have tags, else those that are found without. */
export function desiredReferrers(
  { element, referrers }: Extract<ResolvedElement, { kind: "artifact" }>,
  to: string,
  { isTaggable }: { readonly isTaggable: boolean },
): DesiredReferrers {
  const items = referrers.found.map((each) => ({ ...each, element, repository: to, isTaggable }));
  const placed = ({ graph, subject }: DesiredReferrer): Placement[] =>
    graph.nodes.map((node) => ({ ...node, from: graph.from, to, about: { subject, isTaggable } }));
  if (isTaggable) {
    return {
      items,
      placements: items.flatMap(placed),
      tags: items.flatMap(({ graph: { root }, tag }) =>
        tag === undefined ? [] : [{ target: root, repository: to, tag, isReferrerTag: true }],
      ),
    };
  }
  // Referrers of a referrer that is left behind are left with it.
  const left = new Set<string>();
  const placements = items.flatMap((each) => {
    const { graph, subject, tag } = each;
    if (tag === undefined && !left.has(subject.digest)) {
      return placed(each).map((placement) => ({ ...placement, needs: [...placement.needs, subject] }));
    }
    left.add(graph.root.digest);
    return [];
  });
  return { items, placements, tags: [] };
}
