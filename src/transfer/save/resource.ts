import { join } from "node:path";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Platform } from "../../oci/platform.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import { describeElement } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { hintedName } from "../source/artifact-name.ts";
import type { Graph } from "../source/graph.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";
import { comparableIn, createComparison } from "../verify/comparison.ts";
import { asChart, type Chart } from "./chart.ts";
import { ARCHIVE_EXTENSION, CHART_EXTENSION, fileNameOf, PROVENANCE_EXTENSION, withExtension } from "./file-names.ts";
import { type SavedBytes, type SaveOptions, saveBlobs } from "./files.ts";
import { saveArchive, saveFolder } from "./image.ts";
import { dockerFiles, type ImageFormat, layoutFiles, refName } from "./image-files.ts";
import { oneImage } from "./one-image.ts";

export type SavedResource = Exclude<ResolvedElement, { kind: "byReference" }>;
type Artifact = Extract<ResolvedElement, { kind: "artifact" }>;

/** A file or folder that a resource is saved as. */
export interface ResourceFile {
  readonly path: string;
  readonly mediaType: string;
  /** Of the blob or manifest; several blobs, separated by commas, where one was split. */
  readonly digest: string;
  readonly save: (options: SaveOptions) => Promise<SavedBytes>;
}

export interface ResourceOptions {
  readonly format: ImageFormat;
  /** Saves one image of an index. */
  readonly platform: Platform | undefined;
}

/** A path without extension. */
export interface NamedPlace {
  readonly folder: string;
  readonly name: string;
}

/**
 * The files of a resource: a local blob as a file, a chart as its archive with its provenance, any other artifact in the format. Nothing is
 * written yet. Fails as `oneImage` and `dockerFiles` do.
 */
export async function resourceFiles(
  item: SavedResource,
  version: ComponentVersion,
  place: NamedPlace,
  { format, platform }: ResourceOptions,
  signal?: AbortSignal,
): Promise<readonly ResourceFile[]> {
  if (item.kind === "blob") return [blobFile(item, version, place)];
  const where = `${describeElement(item.element)} of ${version.descriptor.name}:${version.descriptor.version}`;
  const graph = platform === undefined ? item.graph : await oneImage(item.graph, { wanted: platform, where }, signal);
  const chart = await asChart(graph, signal);
  if (chart !== undefined) return chartFiles(chart, graph, place);
  const docker =
    format === "docker-archive" ? await dockerArchive({ item, graph, where }, version, place, signal) : undefined;
  return [docker ?? layout(item, graph, place, format)];
}

function blobFile(
  item: Extract<ResolvedElement, { kind: "blob" }>,
  version: ComponentVersion,
  { folder, name }: NamedPlace,
): ResourceFile {
  const access = parseAccess(item.element.access);
  const described = access.kind === "localBlob" ? access.mediaType : "";
  const mediaType = described || (item.blobs[0]?.mediaType ?? "");
  const path = join(folder, fileNameOf(name, mediaType));
  const comparable = comparableIn(version, item);
  return {
    path,
    mediaType,
    digest: item.blobs.map(({ digest }) => digest).join(","),
    save: (options) => {
      const comparison = comparable === undefined ? undefined : createComparison(comparable);
      return saveBlobs(item.from, item.blobs, path, options, comparison);
    },
  };
}

/** Helm finds the provenance of a chart by the name of its archive. */
function chartFiles({ archive, provenance }: Chart, { from }: Graph, { folder, name }: NamedPlace): ResourceFile[] {
  const path = join(folder, withExtension(name, CHART_EXTENSION));
  const file = (layer: Descriptor, path: string): ResourceFile => ({
    path,
    mediaType: layer.mediaType,
    digest: layer.digest,
    save: (options) => saveBlobs(from, [layer], path, options),
  });
  return [
    file(archive, path),
    ...(provenance === undefined ? [] : [file(provenance, `${path}${PROVENANCE_EXTENSION}`)]),
  ];
}

async function dockerArchive(
  { item, graph, where }: { readonly item: Artifact; readonly graph: Graph; readonly where: string },
  version: ComponentVersion,
  { folder, name }: NamedPlace,
  signal?: AbortSignal,
): Promise<ResourceFile | undefined> {
  const { element } = item;
  const image = await oneImage(graph, { wanted: undefined, where }, signal);
  const { repository } = hintedName(undefined, version, element);
  const files = await dockerFiles(image, { repository, version: item.name.tag ?? element.version, where }, signal);
  const path = join(folder, withExtension(name, ARCHIVE_EXTENSION));
  return files && artifactFile(image, path, (options) => saveArchive(image.from, files, path, options));
}

function layout({ name, element }: Artifact, graph: Graph, place: NamedPlace, format: ImageFormat): ResourceFile {
  const files = layoutFiles(graph, refName(name.tag, element.version));
  const isFolder = format === "oci-layout";
  const path = join(place.folder, isFolder ? place.name : withExtension(place.name, ARCHIVE_EXTENSION));
  return artifactFile(graph, path, (options) =>
    (isFolder ? saveFolder : saveArchive)(graph.from, files, path, options),
  );
}

function artifactFile({ root }: Graph, path: string, save: ResourceFile["save"]): ResourceFile {
  return { path, mediaType: root.mediaType, digest: root.digest, save };
}
