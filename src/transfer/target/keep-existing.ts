import { type Access, parseAccess } from "../../ocm/access/access.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../ocm/descriptor/json.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { componentDigest } from "../../ocm/signing/normalise.ts";
import { recordedName } from "../names/first-name.ts";
import type { Change } from "./change.ts";
import type { DesiredVersion } from "./desired.ts";

/**
 * Leaves a component version that is at the target in the form that was asked for under the manifest that it has: rewritten, it
 * would have the same content in other bytes, and references to its digest would break. Its artifacts are completed all the same.
 */
export function keepExistingManifest(
  desired: DesiredVersion,
  existing: ComponentVersion | undefined,
  { originNames = true }: { readonly originNames?: boolean } = {},
): DesiredVersion {
  if (existing === undefined) return desired;
  const isSame = componentDigest(existing.descriptor) === componentDigest(desired.version.descriptor);
  const changes = new Map(desired.changes.map((change) => [keyOf(change.element), change]));
  const holds = existing.descriptor.elements.filter(
    (element) => isSame && holdsMore(element, changes.get(keyOf(element))),
  );
  if (holds.length === 0 && !(saysTheSame(existing, desired) && (originNames || !hasRecords(existing)))) return desired;
  const accesses = new Map(holds.map((element) => [keyOf(element), element.access]));
  return {
    ...desired,
    placements: desired.placements.filter(({ from }) => !Buffer.isBuffer(from)),
    componentTag: { ...desired.componentTag, target: existing.root },
    changes: desired.changes.map((change) => {
      const access = accesses.get(keyOf(change.element));
      return access === undefined
        ? change
        : { ...change, before: access, after: access, reason: "is at the target by value" };
    }),
  };
}

function keyOf({ kind, index }: Element): string {
  return `${kind} ${index}`;
}

const REFERENCES: ReadonlySet<Access["kind"]> = new Set(["ociArtifact", "ociBlob", "helm", "wget"]);

/** Whether the target has by value what this transfer would leave by reference: nothing is taken away from it. */
function holdsMore({ access }: Element, change: Change | undefined): boolean {
  const isReference =
    change !== undefined && REFERENCES.has(parseAccess(change.after).kind) && change.contents.length === 0;
  const there = parseAccess(access).kind;
  return isReference && (there === "localBlob" || there === "relativeOciReference");
}

/** Records that are not wanted are removed; missing ones are no reason to change the digest of a copy. */
function hasRecords(existing: ComponentVersion): boolean {
  return existing.descriptor.elements.some((element) => recordedName(element, existing) !== undefined);
}

function saysTheSame(existing: ComponentVersion, { tree, contents }: DesiredVersion): boolean {
  return (
    contents.natives.every(({ digest }) => existing.nativeManifests.has(digest)) &&
    contents.layers.every(({ digest }) => existing.layers.has(digest)) &&
    canonicalJson(essence(existing.descriptor.tree)) === canonicalJson(essence(tree))
  );
}

/** The descriptor but for what has several spellings (access) or is a mere note (repository contexts). */
function essence(tree: JsonObject): JsonObject {
  const { repositoryContexts: _, ...component } = isJsonObject(tree.component) ? tree.component : {};
  const elements = (list: Json | undefined): Json => (Array.isArray(list) ? list.map(withEssentialAccess) : []);
  return {
    ...tree,
    component: { ...component, resources: elements(component.resources), sources: elements(component.sources) },
  };
}

function withEssentialAccess(element: Json): Json {
  if (!isJsonObject(element) || !isJsonObject(element.access)) return element;
  const access = parseAccess(element.access);
  if (access.kind !== "localBlob" && access.kind !== "relativeOciReference" && access.kind !== "ociArtifact")
    return element;
  const { referenceName: _, ...essential } = { referenceName: undefined, ...access };
  return { ...element, access: { ...essential, globalAccess: element.access.globalAccess ?? null } };
}
