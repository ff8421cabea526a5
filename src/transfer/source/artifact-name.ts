import type { Descriptor } from "../../oci/descriptor.ts";
import { encoded } from "../../oci/digest.ts";
import { type ArtifactReference, isTag, parseArtifactReference } from "../../oci/reference.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { isJsonObject } from "../../ocm/descriptor/json.ts";
import { type ComponentVersion, tagOf } from "../../ocm/repository/component-version.ts";

/** The name of an artifact below a path of a registry. */
export interface ArtifactName {
  readonly repository: string;
  readonly tag: string | undefined;
}

/** The name of an artifact without the present or a former path of its component version: paths do not accumulate from copy to copy. */
export function strippedName({ repository, tag }: ArtifactReference, version: ComponentVersion): ArtifactName {
  const prefix = [version.from.path, ...recordedPaths(version)].find(
    (path) => path !== "" && repository.startsWith(`${path}/`),
  );
  return { repository: prefix === undefined ? repository : repository.slice(prefix.length + 1), tag };
}

/** A local artifact's name is a hint that may be missing, or be written in any way; the component's own name always works. */
export function hintedName(
  referenceName: string | undefined,
  version: ComponentVersion,
  element: Element,
): ArtifactName {
  if (referenceName !== undefined) {
    try {
      return strippedName(parseArtifactReference(referenceName, referenceName), version);
    } catch {
      // Named after the element below.
    }
  }
  const name = element.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return { repository: below(version.descriptor.name, name), tag: undefined };
}

/** Registries' cleaners delete what has no tag: an artifact that came without one gets a tag that no other can have. */
export function taggedName({
  name,
  element,
  graph,
}: {
  readonly name: ArtifactName;
  readonly element: Element;
  readonly graph: { readonly root: Descriptor };
}): ArtifactName & { readonly tag: string } {
  const unique = encoded(graph.root.digest).slice(0, 12);
  const invented = `${tagOf(element.version)}-${unique}`;
  return { ...name, tag: name.tag ?? (isTag(invented) ? invented : unique) };
}

/** Paths that the component version once lay at, as v1 of the CLI notes them. */
export function recordedPaths({ descriptor, from }: ComponentVersion): string[] {
  const component = isJsonObject(descriptor.tree.component) ? descriptor.tree.component : {};
  const contexts = Array.isArray(component.repositoryContexts) ? component.repositoryContexts : [];
  const paths = contexts.filter(isJsonObject).map(({ subPath }) => (typeof subPath === "string" ? subPath : ""));
  return paths.filter((path) => path !== "" && path !== from.path);
}

export function below(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
