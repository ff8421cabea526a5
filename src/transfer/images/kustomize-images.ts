import type { Digest } from "../../oci/digest.ts";
import { yamlText } from "./helm-values.ts";
import { spellings } from "./image-spellings.ts";
import { byText, type MovedImage } from "./moved-images.ts";

const HEADER = `# Include the folder of this file under "components:" of a kustomization: image references of the deployments then lead to the copies.
# kustomize finds an image by its repository, whatever the tag. Where several of one repository were transferred, name holds the tag or
# the digest too; other tags stay as they are.
`;

interface Entry {
  readonly name: string;
  readonly newName: string;
  readonly digest: Digest;
}

/** A kustomize component with an `images` list (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/). */
export function kustomizeImages(images: readonly MovedImage[], prefix: string): string {
  const byRepository = entriesBy(images, prefix, (image) =>
    image.before === undefined ? [] : spellings(image.before),
  );
  const byReference = entriesBy(images, prefix, references);
  const isAlone = (entries: readonly Entry[]) => new Set(entries.map(({ digest }) => digest)).size === 1;
  const shared = [...byRepository].filter(([, entries]) => !isAlone(entries)).map(([name]) => name);
  const isShared = (reference: string) =>
    shared.some((name) => reference.startsWith(`${name}:`) || reference.startsWith(`${name}@`));
  const chosen = [...byRepository, ...[...byReference].filter(([reference]) => isShared(reference))];
  const list = chosen.flatMap(([, entries]) => (isAlone(entries) ? entries.slice(0, 1) : []));
  const ambiguous = [...byReference].filter(([reference, entries]) => isShared(reference) && !isAlone(entries));
  const comments = ambiguous.map(([reference]) => `# Left out, since it became several images: ${reference}\n`).sort();
  const document = {
    apiVersion: "kustomize.config.k8s.io/v1alpha1",
    kind: "Component",
    images: list.sort((one, other) => byText(one.name, other.name)),
  };
  return HEADER + comments.join("") + yamlText(document);
}

function references(image: MovedImage): string[] {
  const { before } = image;
  if (before === undefined) return [];
  const tag = before.tag ?? (before.digest === undefined ? "latest" : undefined);
  return spellings(before).flatMap((name) => [
    ...(tag === undefined ? [] : [`${name}:${tag}`]),
    `${name}@${before.digest ?? image.digest}`,
  ]);
}

function entriesBy(
  images: readonly MovedImage[],
  prefix: string,
  namesOf: (image: MovedImage) => readonly string[],
): ReadonlyMap<string, readonly Entry[]> {
  const entries = images.flatMap((image) =>
    namesOf(image).map((name) => ({ name, newName: `${prefix}/${image.repository}`, digest: image.digest })),
  );
  return Map.groupBy(entries, ({ name }) => name);
}
