import type { Descriptor } from "../../oci/descriptor.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../ocm/descriptor/json.ts";
import type { ArtifactName } from "../source/artifact-name.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";
import { accessOf, sameAccess, type TargetLocation } from "./access-form.ts";

/** The access of a resource or source before a transfer, and after. */
export interface Change {
  readonly element: Element;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly reason: string;
  /** Repository of the target with the content of the element, children before parents. */
  readonly repository: string;
  readonly contents: readonly Descriptor[];
  /** A further name of the artifact, for clients that pull by name. */
  readonly published?: { readonly repository: string; readonly tag: string };
}

/** The artifact with its new access, or with its old one where the two are equivalent. */
export function artifactChange(
  item: Extract<ResolvedElement, { kind: "artifact" }>,
  name: ArtifactName,
  repository: string,
  options: {
    readonly form: AccessForm;
    readonly target: TargetLocation;
    readonly globalAccess?: boolean | undefined;
  },
): Change {
  const { element, graph, form = options.form } = item;
  const { target, globalAccess } = options;
  const before = element.access;
  const after = accessOf(form, { root: graph.root, name, repository, target, globalAccess });
  const isSame = sameAccess(before, after);
  return {
    element,
    before,
    after: isSame ? before : after,
    reason: isSame ? `has the form ${form} already` : `takes the form ${form}`,
    repository,
    contents: graph.nodes.map(({ descriptor }) => descriptor),
  };
}

/** A blob as a local blob, as v1 of the CLI writes it. */
export function localBlobChange(
  { element, blobs, access }: Extract<ResolvedElement, { kind: "blob" }>,
  repository: string,
): Change {
  const [blob] = blobs;
  if (access !== undefined) {
    const reason = "becomes an artifact set, since the target refuses it as it is";
    return { element, before: element.access, after: access, reason, repository, contents: blobs };
  }
  if (blob === undefined || parseAccess(element.access).kind === "localBlob")
    return keptLocal(element, repository, blobs);
  const after = { type: "localBlob", localReference: blob.digest, mediaType: blob.mediaType };
  return { element, before: element.access, after, reason: "becomes a local blob", repository, contents: blobs };
}

/** Without its global access, which names the place that it came from: a copy is found by its local reference alone. */
function keptLocal(element: Element, repository: string, contents: readonly Descriptor[]): Change {
  const { globalAccess, ...after } = element.access;
  const access = parseAccess(element.access);
  if (access.kind === "localBlob" && after.localReference === undefined) {
    // The types of the first component descriptors; v2 of the CLI does not know them.
    const { localReference, mediaType } = access;
    const current = { type: "localBlob", localReference, mediaType: mediaType || (contents[0]?.mediaType ?? "") };
    const reason = "takes the current form of a local blob";
    return { element, before: element.access, after: current, reason, repository, contents };
  }
  if (globalAccess === undefined) return unchanged(element, "a local blob stays one", repository, contents);
  return { element, before: element.access, after, reason: "loses its global access", repository, contents };
}

export function unchanged(
  element: Element,
  reason: string,
  repository: string,
  contents: readonly Descriptor[],
): Change {
  return { element, before: element.access, after: element.access, reason, repository, contents };
}
