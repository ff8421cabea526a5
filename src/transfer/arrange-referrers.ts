import type { Placement, TagPlacement } from "./arrange.ts";
import type { Referrer } from "./referrers.ts";
import type { Item } from "./survey.ts";

/** A referrer, and where it is to be at the target. */
export interface ArrangedReferrer extends Referrer {
  /** Of the resource or source that it hangs on. */
  readonly name: string;
  readonly repository: string;
  /**
   * Whether the repository may have tags for it. That of a component may not: v1 of the OCM CLI lists its versions by all its tags, and
   * fails on one that is none.
   */
  readonly isTaggable: boolean;
}

interface ArrangedReferrers {
  readonly arranged: readonly ArrangedReferrer[];
  readonly placements: readonly Placement[];
  readonly tags: readonly TagPlacement[];
}

/** What hangs on an artifact goes to the same repository: all of it where that may have tags, else what is found without. */
export function arrangeReferrers(
  { element, referrers }: Extract<Item, { kind: "artifact" }>,
  to: string,
  { isTaggable }: { readonly isTaggable: boolean },
): ArrangedReferrers {
  const arranged = referrers.found.map((each) => ({ ...each, name: element.name, repository: to, isTaggable }));
  if (isTaggable) {
    return {
      arranged,
      placements: arranged.flatMap(({ graph }) => graph.nodes.map((node) => ({ ...node, from: graph.from, to }))),
      tags: arranged.flatMap(({ graph: { root }, tag }) =>
        tag === undefined ? [] : [{ target: root, repository: to, tag, isHanging: true }],
      ),
    };
  }
  // What hangs on something that stays behind stays behind with it.
  const left = new Set<string>();
  const placements = arranged.flatMap(({ graph, subject, tag }) => {
    if (tag !== undefined || left.has(subject.digest)) {
      left.add(graph.root.digest);
      return [];
    }
    return graph.nodes.map((node) => ({ ...node, needs: [...node.needs, subject], from: graph.from, to, subject }));
  });
  return { arranged, placements, tags: [] };
}
