import { TransferError } from "../../errors/transfer-error.ts";
import { readContent } from "../../oci/content.ts";
import { parseManifest } from "../../oci/manifest.ts";
import { type ImageReference, manifestReference, parseImageReference } from "../../oci/reference.ts";
import type { ReadableStore } from "../../oci/store.ts";
import type { HelmAccess } from "../../ocm/access/access.ts";
import { pinsManifest } from "../../ocm/signing/pin.ts";
import { printable } from "../../text/redact.ts";
import { findChart } from "./chart-index.ts";
import { type AccessRequest, type Found, isPinnedToManifest, pinnedDigest, pinOf } from "./found.ts";
import { contentOf, type FetchContext, readRemote } from "./remote-content.ts";

/** The layer of a chart, and its name before charts had one (HIP 6). */
export const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CHART_LAYERS: ReadonlySet<string> = new Set([CHART_LAYER, "application/tar+gzip"]);

export interface ChartContext extends FetchContext {
  readonly registryAt: (reference: ImageReference, where: string) => ReadableStore;
  /** `index.yaml` of a chart repository. */
  readonly chartIndex: (url: string, signal?: AbortSignal) => Promise<string>;
}

/**
 * Locates the content of a `helm` access. To v1 of the CLI such a resource is the chart's archive, and its digest that of the archive: it becomes
 * a layer. v2 makes a manifest around it, with the time in it and under a new digest, which no signature survives.
 */
export async function locateChart(
  access: HelmAccess,
  wanted: AccessRequest,
  context: ChartContext,
  signal?: AbortSignal,
): Promise<Found> {
  const { helmRepository, chart, version } = access;
  if (helmRepository.startsWith("oci://")) {
    // Tags know no `+`; Helm writes `_` in its place.
    const text = `${below(helmRepository.slice("oci://".length), chart)}:${version.replaceAll("+", "_")}`;
    return locateInRegistry(text, wanted, context, signal);
  }
  const repository = URL.parse(helmRepository);
  if (repository === null || !/^https?:$/.test(repository.protocol))
    return { kind: "left", reason: "the scheme of its chart repository is not http, https or oci" };
  if (repository.username !== "" || repository.password !== "")
    return { kind: "left", reason: "the URL of its chart repository holds credentials" };
  if (isPinnedToManifest(wanted)) return { kind: "left", reason: "its digest is that of an OCI manifest" };
  repository.pathname = below(repository.pathname, "");
  const indexUrl = new URL(repository);
  indexUrl.pathname += "index.yaml";
  const index = await context.chartIndex(indexUrl.href, signal);
  const entry = findChart(index, chart, version, `${repository.host}${indexUrl.pathname}`);
  if (entry.url.startsWith("oci://"))
    return locateInRegistry(entry.url.slice("oci://".length), wanted, context, signal);
  const url = chartUrl(entry.url, repository, wanted.where);
  const blob = await readRemote(
    {
      url: url.href,
      headers: { accept: "application/gzip,application/octet-stream" },
      consumer: "chart",
      purpose: contentOf(wanted.element, "helm"),
      where: wanted.where,
      pinned: pinnedDigest(wanted) ?? entry.digest,
      mediaType: CHART_LAYER,
      decodes: false,
      followsRedirects: true,
    },
    context,
    signal,
  );
  return blob === undefined ? { kind: "left", reason: "the server redirects" } : { kind: "blob", ...blob };
}

/** A chart in a registry: its archive as elsewhere, or the artifact as a whole where v2 of the CLI pinned the resource to that. */
async function locateInRegistry(
  text: string,
  wanted: AccessRequest,
  { registryAt }: ChartContext,
  signal?: AbortSignal,
): Promise<Found> {
  const { where } = wanted;
  const reference = parseImageReference(text, where);
  const from = registryAt(reference, where).repository(reference.repository);
  const root = await from.resolve(manifestReference(reference), signal);
  const manifest = await readContent(from, root, signal);
  const pin = pinOf(wanted);
  if (pin?.of === "artifact" || (pin !== undefined && pinsManifest(pin, manifest))) {
    return { kind: "artifact", from, root, reference };
  }
  const { layers } = parseManifest(manifest, root.mediaType, where);
  const archive = layers.find(({ mediaType }) => CHART_LAYERS.has(mediaType));
  if (archive === undefined) return { kind: "left", reason: "the artifact is not a chart" };
  const { digest, size } = archive;
  return { kind: "blob", from, descriptor: { mediaType: CHART_LAYER, digest, size } };
}

/** As Helm resolves it: a query of the repository's URL goes along with a relative one. */
function chartUrl(text: string, repository: URL, where: string): URL {
  const url = URL.parse(text, repository.href);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new TransferError("CHART_INDEX_MALFORMED", `${where}: the URL of its chart is ${printable(text, 120)}`, {
      where: repository.host,
      remedy: "The index of the chart repository has to name a URL of http, https or oci, without credentials.",
    });
  }
  if (!URL.canParse(text) && url.search === "") url.search = repository.search;
  return url;
}

function below(path: string, name: string): string {
  return `${path.replace(/(?<!\/)\/+$/, "")}/${name}`;
}
