import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ComponentDescriptor, Element } from "../../ocm/descriptor/component-descriptor.ts";

const MAX_NAME = 120;

/** Folder of a component version below `output`: a folder per part of the name, so that acme.org/shop/web and acme.org/shop-web stay two. */
export function folderOf({ name, version }: Pick<ComponentDescriptor, "name" | "version">, output: string): string {
  return join(output, ...name.split("/").map(safeName), safeName(version));
}

/**
 * The file names of resources, without extension. They depend on the component descriptor alone and not on what is selected, so that the next
 * run finds its files, and are different with any extension. `reserved` are names that must not be used, in lower case.
 */
export function fileNames(resources: readonly Element[], reserved: Iterable<string>): ReadonlyMap<Element, string> {
  const taken = new Set(reserved);
  return new Map(
    resources.map((resource) => {
      const base = safeName([resource.name, ...Object.values(resource.extraIdentity)].join("-"));
      const own = knownExtension(base);
      let candidate = base;
      for (let count = 2; withAnyExtension(candidate).some((name) => taken.has(name)); count++)
        candidate = `${base.slice(0, base.length - own.length)}-${count}${own}`;
      for (const name of withAnyExtension(candidate)) taken.add(name);
      return [resource, candidate];
    }),
  );
}

/** File systems may ignore case. */
function withAnyExtension(name: string): string[] {
  return ["", ...EXTENSIONS].map((extension) => `${name}${extension}`.toLowerCase());
}

/** The name with this extension, once. */
export function withExtension(name: string, extension: string): string {
  return name.toLowerCase().endsWith(extension) ? name : `${name}${extension}`;
}

/** The name of a file of this media type: a name with an extension keeps it. */
export function fileNameOf(name: string, mediaType: string): string {
  return knownExtension(name) === "" ? `${name}${extensionOf(mediaType)}` : name;
}

/** The extension of a file of this media type, or empty text. */
function extensionOf(mediaType: string): string {
  const type = (mediaType.split(";")[0] ?? "").trim().toLowerCase();
  return BY_TYPE.get(type) ?? BY_SUFFIX.find(([suffix]) => type.endsWith(suffix))?.[1] ?? "";
}

export const CHART_EXTENSION = ".tgz";
export const PROVENANCE_EXTENSION = ".prov";
export const ARCHIVE_EXTENSION = ".tar";

const BY_TYPE: ReadonlyMap<string, string> = new Map([
  ["text/plain", ".txt"],
  ["text/markdown", ".md"],
  ["text/html", ".html"],
  ["text/csv", ".csv"],
  ["text/xml", ".xml"],
  ["text/yaml", ".yaml"],
  ["text/x-yaml", ".yaml"],
  ["application/json", ".json"],
  ["application/yaml", ".yaml"],
  ["application/x-yaml", ".yaml"],
  ["application/xml", ".xml"],
  ["application/pdf", ".pdf"],
  ["application/wasm", ".wasm"],
  ["application/x-pem-file", ".pem"],
  ["application/zip", ".zip"],
  ["application/gzip", ".gz"],
  ["application/x-gzip", ".gz"],
  ["application/zstd", ".zst"],
  ["application/x-tgz", CHART_EXTENSION],
  ["application/x-tar", ARCHIVE_EXTENSION],
  ["application/tar", ARCHIVE_EXTENSION],
]);

/** Structured suffixes (RFC 6838, 4.2.8), and those that OCI and OCM use for archives; longer ones first. */
const BY_SUFFIX: readonly (readonly [suffix: string, extension: string])[] = [
  ["tar+gzip", CHART_EXTENSION],
  ["tar.gzip", CHART_EXTENSION],
  ["tar+zstd", ".tar.zst"],
  ["+tar", ARCHIVE_EXTENSION],
  [".tar", ARCHIVE_EXTENSION],
  ["+json", ".json"],
  ["+yaml", ".yaml"],
  ["+xml", ".xml"],
  ["+zip", ".zip"],
  ["+gzip", ".gz"],
];

/** Longer ones first. */
const EXTENSIONS = [
  `${CHART_EXTENSION}${PROVENANCE_EXTENSION}`,
  PROVENANCE_EXTENSION,
  ".tar.gz",
  ...new Set([...BY_SUFFIX.map(([, extension]) => extension), ...BY_TYPE.values()]),
];

/** Empty text where a name has none. */
function knownExtension(name: string): string {
  const extension = EXTENSIONS.find((each) => name.toLowerCase().endsWith(each) && name.length > each.length);
  return extension === undefined ? "" : name.slice(-extension.length);
}

/** Names come from the author of a component: each becomes one path segment that cannot lead anywhere else. */
function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._+-]+/g, "-").replace(/^\.+/, "_");
  if (safe === "") return "_";
  if (safe.length <= MAX_NAME) return safe;
  // Two long names that begin alike stay two.
  const mark = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${safe.slice(0, MAX_NAME - mark.length - 1)}-${mark}`;
}
