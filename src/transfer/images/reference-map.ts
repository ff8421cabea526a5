import type { ImageNames, MovedImage } from "./moved-images.ts";

/** Old reference to new reference of every artifact, as deployments write them; or signed name to new reference, of resources. */
export function referenceMap(
  images: readonly MovedImage[],
  { prefix, names }: Pick<ImageNames, "prefix" | "names">,
): Record<string, string> {
  // Sources have no digest that would be signed with them.
  const named = images.filter(({ kind }) => names !== "signed" || kind === "resource");
  const pairs = named.flatMap((image): [string, string][] => {
    const { before, hint, repository, tag, isTagged, digest } = image;
    const old = before?.text ?? hint;
    const reference = `${prefix === "" ? "" : `${prefix}/`}${repository}${isTagged ? `:${tag}` : ""}@${digest}`;
    return old === undefined || old === reference ? [] : [[old, reference]];
  });
  return Object.fromEntries(names === "signed" ? distinct(pairs) : pairs);
}

/** Two component versions may have one version of a resource with different content: the digest is part of the key then. */
function distinct(pairs: readonly [string, string][]): readonly [string, string][] {
  const references = Map.groupBy(pairs, ([key]) => key);
  const isUnique = (key: string) => new Set(references.get(key)?.map(([, reference]) => reference)).size === 1;
  return pairs.map(([key, reference]) => [
    isUnique(key) ? key : `${key}${reference.slice(reference.indexOf("@"))}`,
    reference,
  ]);
}
