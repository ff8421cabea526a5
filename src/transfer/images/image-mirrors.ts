import { stringify } from "smol-toml";
import { fullName } from "./image-spellings.ts";
import { byText, type MovedImage } from "./moved-images.ts";

const HEADER = `# For CRI-O, Podman, Buildah and Skopeo, in /etc/containers/registries.conf.d: containers-registries.conf(5). Docker and containerd do not
# read it. Deployments keep their references; what is not at the mirror is still asked for where it was.
`;

const BY_DIGEST = `# By digest only: the copy has no tags, and no setting turns a tag into a digest. Instead of these, write:
`;

/** Mirrors for the old repositories of the images: `registries.conf` in version 2. */
export function imageMirrors(images: readonly MovedImage[], prefix: string): string {
  const moved = images.filter((image) => image.before !== undefined);
  const sources = Map.groupBy(moved, ({ before }) => (before === undefined ? "" : fullName(before)));
  const tables = [...sources]
    .sort(([one], [other]) => byText(one, other))
    .map(([source, copies]) => registryTable(source, copies, prefix));
  return [HEADER, ...tables.filter((table) => table !== "")].join("\n");
}

function registryTable(source: string, copies: readonly MovedImage[], prefix: string): string {
  const locations = [...new Set(copies.map(({ repository }) => `${prefix}/${repository}`))]
    .filter((location) => location !== source)
    .sort();
  if (locations.length === 0) return "";
  const byDigestOnly = !copies.every(({ isTagged }) => isTagged);
  const registry = {
    prefix: source,
    location: source,
    "mirror-by-digest-only": byDigestOnly,
    mirror: locations.map((location) => ({ location })),
  };
  return (byDigestOnly ? tagComments(copies) : "") + stringify({ registry: [registry] }).trimStart();
}

/** References that were written without a digest, each with the one that the mirror serves. */
function tagComments(copies: readonly MovedImage[]): string {
  const lines = copies.flatMap(({ before, digest }) => {
    if (before === undefined || before.digest !== undefined) return [];
    const name = fullName(before);
    return [`#   ${name}:${before.tag ?? "latest"} -> ${name}@${digest}\n`];
  });
  return lines.length === 0 ? "" : BY_DIGEST + [...new Set(lines)].sort().join("");
}
