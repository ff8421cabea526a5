import type { Finding } from "../../errors/finding.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { encoded, sha256 } from "../../oci/digest.ts";
import { canonicalHost } from "../../oci/host.ts";
import { formatArtifactReference, isRepository, isTag } from "../../oci/reference.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { COMPONENT_DESCRIPTORS } from "../../ocm/descriptor/component-reference.ts";
import { canonicalJson } from "../../ocm/descriptor/json.ts";
import { type ComponentVersion, tagOf } from "../../ocm/repository/component-version.ts";
import { printable } from "../../text/redact.ts";
import { firstName } from "../names/first-name.ts";
import { type Rename, renamed } from "../names/rename.ts";
import { type ArtifactName, below, taggedName } from "../source/artifact-name.ts";
import type { Gathered } from "../source/gather.ts";

/** What may name artifacts: only the signed parts of a component version, or its accesses too, which no signature covers. */
export type NameSource = "signed" | "any";

/** With signatures, only what they cover names artifacts, unless the user trusts the rest. */
export function nameSource(inputs: {
  readonly signatures: readonly unknown[];
  readonly trustNames: boolean;
}): NameSource {
  return inputs.signatures.length > 0 && !inputs.trustNames ? "signed" : "any";
}

/** The artifact of a resource or source, and what its access calls it. */
export interface NamedArtifact {
  readonly element: Element;
  readonly name: ArtifactName;
  readonly graph: { readonly root: Descriptor };
}

export type TaggedName = ArtifactName & { readonly tag: string };

/** What decides the names of artifacts at the target. */
export interface Naming {
  /** Default any. */
  readonly names?: NameSource | undefined;
  readonly renames?: readonly Rename[] | undefined;
}

/** The name of the artifact at the target. */
export function targetName(artifact: NamedArtifact, version: ComponentVersion, naming: Naming): TaggedName {
  const { names = "any", renames = [] } = naming;
  const isSigned = names === "signed";
  const name = isSigned ? signedName(artifact, version) : taggedName(artifact);
  const first = isSigned ? undefined : firstRepository(artifact, version);
  return { ...name, repository: renamed(name.repository, first, renames) };
}

/** Host and repository of the first reference; the repository of a component is not one of an artifact. */
function firstRepository({ element, name }: NamedArtifact, version: ComponentVersion): string | undefined {
  const first = firstName(element, version);
  if (first?.kind !== "reference") return undefined;
  const { host, repository } = first.reference;
  const isComponents = `/${repository}/`.includes(`/${COMPONENT_DESCRIPTORS}/`);
  return `${canonicalHost(host)}/${isComponents ? name.repository : repository}`;
}

/**
 * `<component>/<resource>:<version>`. A name that is no part of a path, and whatever else belongs to the identity of a resource (OCM
 * spec, element identity), is distinguished by a hash of all of it. Sources are too: only some normalisations sign them.
 */
export function signedName(
  { element, graph }: Omit<NamedArtifact, "name">,
  { descriptor }: Pick<ComponentVersion, "descriptor">,
): TaggedName {
  const { kind, name, extraIdentity, version } = element;
  const isPlain = kind === "resource" && Object.keys(extraIdentity).length === 0 && /^[^/]+$/.test(name);
  const tag = tagOf(version);
  return {
    repository: below(descriptor.name, isPlain && isRepository(name) ? name : hashedName(element)),
    tag: isTag(tag) ? tag : encoded(graph.root.digest).slice(0, 12),
  };
}

/** The signed name as a reference: what deployments may write for an image whose old name nobody vouches for. */
export function signedReference(
  artifact: Omit<NamedArtifact, "name">,
  version: Pick<ComponentVersion, "descriptor">,
): string {
  return formatArtifactReference({ ...signedName(artifact, version), digest: undefined });
}

function hashedName({ kind, name, extraIdentity }: Element): string {
  const words =
    [name, ...Object.values(extraIdentity)]
      .join("-")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const hash = encoded(sha256(canonicalJson({ kind, name, extraIdentity }))).slice(0, 12);
  return [...words.join("-").slice(0, 64).split("-"), hash].filter((word) => word !== "").join("-");
}

/** Names in accesses that are passed over, since nothing signs them. */
export function unsignedNames({ versions }: Pick<Gathered, "versions">): Finding[] {
  const passed = versions.flatMap(({ version, items }) =>
    items.flatMap((item) => {
      if (item.kind !== "artifact" || !isNamed(item.element)) return [];
      const { tag = signedName(item, version).tag, repository } = item.name;
      const given = formatArtifactReference({ repository, tag, digest: undefined });
      const signed = signedReference(item, version);
      return given === signed ? [] : [`${printable(given, 120)} is ${printable(signed, 120)}`];
    }),
  );
  if (passed.length === 0) return [];
  const more = passed.length > 5 ? ` and ${passed.length - 5} more` : "";
  return [
    {
      code: "NAME_UNSIGNED",
      message: `Images go by names that are signed, and not by those of their accesses: ${passed.slice(0, 5).join(", ")}${more}.`,
      remedy:
        "Use the signed names, <component>/<resource>:<version>, in what deploys them; or set trust-names: true where nobody but the signers can write to the source.",
    },
  ];
}

/** Whether the access says a name at all. */
function isNamed({ access }: Element): boolean {
  const parsed = parseAccess(access);
  return parsed.kind !== "localBlob" || parsed.referenceName !== undefined;
}
