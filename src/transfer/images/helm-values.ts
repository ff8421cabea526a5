import { stringify } from "yaml";
import type { MovedImage } from "./moved-images.ts";

const HEADER = `# Images of the component versions by the names of their resources. A chart that takes repository, tag and digest takes these;
# one that knows no digest takes pinnedTag for its tag: container engines look at the digest alone. A repository is complete: set no
# registry beside it.
`;

/** A fragment of Helm values: `images.NAME`, with the component before the name where several have that name. */
export function helmValues(images: readonly MovedImage[], prefix: string): string {
  const entries = distinctNames(images).map(([name, { repository, tag, digest }]) => [
    name,
    { repository: `${prefix}/${repository}`, tag, digest, pinnedTag: `${tag}@${digest}` },
  ]);
  return HEADER + yamlText({ images: Object.fromEntries(entries) });
}

/** YAML that readers of both its versions understand alike: a tag that looks like a number stays a string. */
export function yamlText(value: unknown): string {
  return stringify(value, { version: "1.1", defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}

/** The shortest name that no other image has. */
export function distinctNames(images: readonly MovedImage[]): readonly (readonly [string, MovedImage])[] {
  const candidates = [
    ({ name }: MovedImage) => name,
    ({ component, name }: MovedImage) => `${component}/${name}`,
    ({ component, version, name }: MovedImage) => `${component}:${version}/${name}`,
    ({ component, version, name, digest }: MovedImage) => `${component}:${version}/${name}@${digest}`,
  ];
  const counts = new Map<string, number>();
  for (const name of images.flatMap((image) => candidates.map((nameOf) => nameOf(image)))) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return images.map((image) => {
    const names = candidates.map((nameOf) => nameOf(image));
    return [names.find((name) => counts.get(name) === 1) ?? names.at(-1) ?? image.name, image];
  });
}
