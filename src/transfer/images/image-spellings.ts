import { canonicalHost } from "../../oci/host.ts";
import type { ImageReference } from "../../oci/reference.ts";

/** The repository as container engines name it once they have filled in docker's short forms. */
export function fullName({ host, repository }: ImageReference): string {
  return `${canonicalHost(host)}/${repository}`;
}

/** All the ways in which deployments may have written the repository: docker's short forms, too. */
export function spellings(reference: ImageReference): readonly string[] {
  const full = fullName(reference);
  const short = full.replace(/^docker\.io\//, "");
  const names = [
    full,
    short,
    ...(short === full ? [] : [full, short].map((name) => name.replace(/(^|\/)library\//, "$1"))),
  ];
  return [...new Set([`${reference.host}/${reference.repository}`, ...names])];
}
