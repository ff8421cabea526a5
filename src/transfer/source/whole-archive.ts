import { TransferError } from "../../errors/transfer-error.ts";
import { COMPONENT_DESCRIPTORS, isComponentName } from "../../ocm/descriptor/component-reference.ts";
import type { ComponentRepository } from "../../ocm/repository/component-version.ts";
import { printable } from "../../text/redact.ts";
import { listVersions } from "./list-versions.ts";
import type { VersionSelection } from "./select-versions.ts";
import { isComponentIncluded, type Selector } from "./selector.ts";

export interface ComponentSelection {
  readonly include: readonly Selector[];
  readonly versions: VersionSelection;
}

const MAX_NAMED = 5;

/**
 * The components of an archive that `include` allows by their names and that have a version which the constraint allows. Fails with
 * COMPONENT_VERSION_UNKNOWN without any.
 */
export async function componentsOf(
  archive: ComponentRepository,
  selection: ComponentSelection,
): Promise<readonly string[]> {
  const repositories = (await archive.registry.listRepositories?.()) ?? [];
  const components = repositories
    .filter((name) => name.startsWith(`${COMPONENT_DESCRIPTORS}/`))
    .map((name) => name.slice(COMPONENT_DESCRIPTORS.length + 1))
    .filter(isComponentName)
    .toSorted();
  const selected: string[] = [];
  for (const component of components) {
    if (isComponentIncluded(component, selection.include) && (await hasVersion(archive, component, selection))) {
      selected.push(component);
    }
  }
  if (selected.length > 0) return selected;
  throw new TransferError(
    "COMPONENT_VERSION_UNKNOWN",
    `${archive.display} has no component version that is asked for`,
    {
      where: archive.display,
      remedy:
        components.length === 0
          ? "It has no component versions at all: check that it is the right archive."
          : `It has ${listed(components)}. Check include and semver-constraint.`,
    },
  );
}

async function hasVersion(
  from: ComponentRepository,
  component: string,
  { versions: { constraint } }: ComponentSelection,
): Promise<boolean> {
  const allows = (version: string) => constraint?.allows(version) ?? true;
  const { versions } = await listVersions({ from, component }, { allows, isLatestOnly: false });
  return versions.some(({ known }) => allows(known.descriptor.version));
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return printable(`${names.slice(0, MAX_NAMED).join(", ")}${more}`, 400);
}
