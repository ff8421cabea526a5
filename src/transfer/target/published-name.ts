import { TransferError } from "../../errors/transfer-error.ts";
import { invalidRepository, isRepository, isTag } from "../../oci/reference.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { COMPONENT_DESCRIPTORS } from "../../ocm/descriptor/component-reference.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { tagOf } from "../../ocm/repository/component-version.ts";
import { printable } from "../../text/redact.ts";
import { firstName } from "../names/first-name.ts";
import type { ArtifactName } from "../source/artifact-name.ts";
import type { NameSource } from "./signed-name.ts";

const WHERE = "input publish-artifacts";

/** The fields of a template, for one artifact. */
const FIELDS = ["registry", "repository", "tag", "component", "version", "name"] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

/** The template of the names under which artifacts are published, below the path of the target. */
export interface NameTemplate {
  readonly repository: string;
  readonly tag: string;
}

/** `{repository}:{tag}`; the tag may be left out. Where only signed parts name artifacts, they come from no registry. */
export function parseNameTemplate(text: string, names: NameSource = "any"): NameTemplate {
  const invalid = (why: string) =>
    new TransferError("INPUT_INVALID", `publish-artifacts is "${printable(text, 100)}", which ${why}`, {
      where: WHERE,
      remedy: `Write for example {repository}:{tag}, or {registry}/{repository}:{tag}; there are ${FIELDS.map((field) => `{${field}}`).join(", ")}.`,
    });
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
  const [repository, tag] = colon < 0 ? [text, "{tag}"] : [text.slice(0, colon), text.slice(colon + 1)];
  for (const [, field = ""] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (!FIELDS.some((known) => known === field)) throw invalid(`asks for {${printable(field, 40)}}`);
  }
  if (names === "signed" && text.includes("{registry}")) {
    throw new TransferError("INPUT_INVALID", "publish-artifacts asks for {registry}, which no signature covers", {
      where: WHERE,
      remedy:
        "With signatures {repository} is <component>/<resource>: take {registry} out, or set trust-names: true where nobody but the signers can write to the source.",
    });
  }
  const example = fill(
    { repository, tag },
    { registry: "r.io", repository: "a/b", tag: "1", component: "a.b/c", version: "1", name: "n" },
  );
  const why = invalidRepository(example.repository);
  if (why !== undefined) throw invalid(`makes an invalid name of a repository: it ${why}`);
  if (!isTag(example.tag)) throw invalid("makes an invalid tag");
  // A tag there that is no version breaks the listing of versions by v1 of the CLI.
  if (repository.startsWith(COMPONENT_DESCRIPTORS)) throw invalid("leads to the repositories of component versions");
  return { repository, tag };
}

/** The name of an artifact at the target for clients that pull by name. */
export function publishedName(
  template: NameTemplate,
  artifact: {
    readonly element: Element;
    readonly name: ArtifactName & { readonly tag: string };
    readonly version: ComponentVersion;
  },
): { readonly repository: string; readonly tag: string } {
  const { element, name, version } = artifact;
  const { name: component, version: number } = version.descriptor;
  const published = fill(template, {
    registry: registryOf(element, version)
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, "-"),
    repository: name.repository,
    tag: name.tag,
    component,
    version: tagOf(number),
    name: element.name.toLowerCase(),
  });
  const isComponents = `/${published.repository}/`.includes(`/${COMPONENT_DESCRIPTORS}/`);
  if (isRepository(published.repository) && isTag(published.tag) && !isComponents) return published;
  const text = printable(`${published.repository}:${published.tag}`, 200);
  throw new TransferError(
    "REFERENCE_MALFORMED",
    `${element.kind} ${element.name} of ${component}:${number} would be published as ${text}`,
    {
      where: WHERE,
      remedy:
        "Repositories are lower case, tags have at most 128 characters, and component-descriptors is not for images: use other fields in the template.",
    },
  );
}

function fill({ repository, tag }: NameTemplate, fields: Fields): NameTemplate {
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, field: keyof Fields) => fields[field]);
  return { repository: filled(repository), tag: filled(tag) };
}

/** The first registry of the artifact, as far as it is known. */
function registryOf(element: Element, version: ComponentVersion): string {
  const first = firstName(element, version);
  if (first?.kind === "reference") return first.reference.host;
  const { kind, name } = version.from.registry;
  return kind === "registry" ? name : "local";
}
