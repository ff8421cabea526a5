import { readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import {
  type ResolvedVersion,
  type ResolveOptions,
  resolveElements,
} from "../../src/transfer/source/resolve-elements.ts";
import { addComponentVersion, type ComponentOptions } from "../content/content.ts";
import type { MemoryRegistry } from "../content/memory-registry.ts";

/** A component version in the registry, and what a transfer has to do with it; every absolute reference leads to the registry too. */
export async function surveyed(
  registry: MemoryRegistry,
  component: ComponentOptions = {},
  more: Partial<ResolveOptions> = {},
): Promise<ResolvedVersion> {
  addComponentVersion(registry, component);
  const { name = "acme.org/shop", version = "1.0.0", path = "" } = component;
  const from = { registry, path, display: `${registry.name}/${path}` };
  const options = { copyResources: true, copySources: true, registryAt: () => registry, ...more };
  return resolveElements(await readComponentVersion(from, name, version), options);
}
