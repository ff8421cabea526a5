import type { ComponentDescriptor } from "../../src/ocm/descriptor/component-descriptor.ts";
import { type JsonObject, parseJson } from "../../src/ocm/descriptor/json.ts";
import { type ComponentVersion, readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import type { componentDigests } from "../fixtures/ocm/digests.ts";
import { ctf } from "../real/fixtures.ts";

export type ComponentId = keyof typeof componentDigests;
export type CtfFolder = "v1-by-reference" | "v1-by-value" | "v2-by-value";

/** A component version out of an archive that an OCM CLI wrote. */
export async function readFixture(
  folder: CtfFolder,
  id: ComponentId = "example.org/shop:1.2.0",
): Promise<ComponentVersion> {
  const [component = "", version = ""] = id.split(":");
  const registry = await openCtf(ctf(folder));
  return readComponentVersion({ registry, path: "", display: folder }, component, version);
}

/** The same descriptor with something done to a copy of its document. */
export function changed(
  descriptor: ComponentDescriptor,
  // biome-ignore lint/suspicious/noExplicitAny: a document that is taken apart
  change: (tree: any) => void,
): ComponentDescriptor {
  // Not by structuredClone, which knows no numbers that keep their spelling.
  const tree = parseJson(JSON.stringify(descriptor.tree)) as JsonObject;
  change(tree);
  return { ...descriptor, tree };
}
