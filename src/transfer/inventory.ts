import { isManifest } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Inventory } from "../stores/inventory/inventory.ts";
import type { Plan } from "./target/plan.ts";

/** What a target has after a transfer; `path` is that of the target, which names in an inventory do not have. */
export function inventoryOf({ desired, steps }: Pick<Plan, "desired" | "steps">, path: string): Inventory {
  const blobs = new Map<string, Map<Digest, number>>();
  for (const { kind, placement } of steps) {
    const { to, descriptor } = placement;
    if (kind === "left" || isManifest(descriptor.mediaType)) continue;
    const name = path !== "" && to.startsWith(`${path}/`) ? to.slice(path.length + 1) : to;
    const own = blobs.get(name) ?? new Map<Digest, number>();
    blobs.set(name, own.set(descriptor.digest, descriptor.size));
  }
  const componentVersions = desired.map(({ version: { descriptor } }) => `${descriptor.name}:${descriptor.version}`);
  return { componentVersions, blobs };
}
