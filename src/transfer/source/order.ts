import { TransferError } from "../../errors/transfer-error.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import type { ResolvedVersion } from "./resolve-elements.ts";

/** Identifies a component version in a run. */
export function keyOf(component: string, version: string): string {
  return `${component}:${version}`;
}

/** Orders component versions, referenced ones first. Reports cycles of references: for those there is no order, and no digest of a reference. */
export function childrenFirst(versions: ReadonlyMap<string, ResolvedVersion>): {
  readonly ordered: ResolvedVersion[];
  readonly cycles: readonly TransferError[];
} {
  const ordered: ResolvedVersion[] = [];
  const cycles: TransferError[] = [];
  const entered = new Set<ResolvedVersion>();
  const left = new Set<ResolvedVersion>();
  // Iterative, not recursive: chains of references may be longer than the call stack.
  const stack: { resolved: ResolvedVersion; children: Iterator<ResolvedVersion> }[] = [];
  const enter = (resolved: ResolvedVersion) => {
    if (entered.has(resolved) && !left.has(resolved))
      cycles.push(cycleOf(resolved.version, stack.at(-1)?.resolved.version));
    if (entered.has(resolved)) return;
    entered.add(resolved);
    stack.push({ resolved, children: referenced(resolved.version, versions).values() });
  };
  for (const start of versions.values()) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top.children.next();
      if (done !== true) {
        enter(value);
        continue;
      }
      stack.pop();
      left.add(top.resolved);
      ordered.push(top.resolved);
    }
  }
  return { ordered, cycles };
}

function cycleOf({ descriptor, from }: ComponentVersion, by: ComponentVersion | undefined): TransferError {
  const [id, last] = [descriptor, by?.descriptor ?? descriptor].map(({ name, version }) => keyOf(name, version));
  const how = id === last ? "refers to itself" : `refers to ${last}, which leads back to it`;
  return new TransferError("REFERENCE_CYCLE", `${id} ${how}`, {
    where: from.display,
    remedy:
      "The publisher of these component versions has to remove one of the references; transfer them without recursive until then.",
  });
}

function referenced(
  { descriptor }: ComponentVersion,
  versions: ReadonlyMap<string, ResolvedVersion>,
): ResolvedVersion[] {
  return descriptor.references.flatMap(
    ({ componentName, version }) => versions.get(keyOf(componentName, version)) ?? [],
  );
}
