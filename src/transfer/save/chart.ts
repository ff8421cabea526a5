import { type Descriptor, isIndex } from "../../oci/descriptor.ts";
import type { Graph } from "../source/graph.ts";
import { readManifest } from "./one-image.ts";

/** Media types of charts in registries (Helm, HIP 6). */
const CONFIG = "application/vnd.cncf.helm.config.v1+json";
const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const ARCHIVES: ReadonlySet<string> = new Set([
  "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  // Of the experimental releases of Helm 3.
  "application/tar+gzip",
]);

/** The layers of a chart. */
export interface Chart {
  readonly archive: Descriptor;
  readonly provenance: Descriptor | undefined;
}

/** An artifact as a chart; undefined for any other. */
export async function asChart({ root, from }: Graph, signal?: AbortSignal): Promise<Chart | undefined> {
  if (isIndex(root.mediaType)) return undefined;
  const { config, layers } = await readManifest(from, root, signal);
  if (config?.mediaType !== CONFIG) return undefined;
  const archive = layers.find(({ mediaType }) => ARCHIVES.has(mediaType));
  const provenance = layers.find(({ mediaType }) => mediaType === PROVENANCE);
  return archive === undefined ? undefined : { archive, provenance };
}
