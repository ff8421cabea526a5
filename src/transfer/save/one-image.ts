import { TransferError } from "../../errors/transfer-error.ts";
import { readContent } from "../../oci/content.ts";
import { type Descriptor, isIndex } from "../../oci/descriptor.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import { bestImage, describePlatform, type Platform, platformOf } from "../../oci/platform.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import { type Graph, nodeKey } from "../source/graph.ts";

/** Media types of the configs of container images. */
const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

export function isImage({ config }: Manifest): boolean {
  return config !== undefined && IMAGE_CONFIGS.has(config.mediaType);
}

interface Image {
  readonly descriptor: Descriptor;
  readonly platform: Platform;
}

/**
 * The image of an index for a platform, without the others; an artifact that is not an index of images as it is. Without a platform, an index of one image
 * is that image. Fails with PLATFORM_UNKNOWN, and INPUT_MISSING where the index has several images and none is asked for. `where` names the
 * resource.
 */
export async function oneImage(
  graph: Graph,
  { wanted, where }: { readonly wanted: Platform | undefined; readonly where: string },
  signal?: AbortSignal,
): Promise<Graph> {
  if (!isIndex(graph.root.mediaType)) return graph;
  const images = await imagesIn(graph.from, graph.root, signal);
  if (images.length === 0) return graph;
  const [first, ...others] = images;
  const found = wanted === undefined && others.length === 0 ? first : wanted && bestImage(wanted, images);
  if (found !== undefined) return below(graph, found.descriptor);
  const list = [...new Set(images.map(({ platform }) => describePlatform(platform)))].map((each) =>
    printable(each, 80),
  );
  const existing = list.join(", ");
  if (wanted !== undefined) {
    throw new TransferError(
      "PLATFORM_UNKNOWN",
      `${where} has no image for ${describePlatform(wanted)}, but for ${existing}`,
      {
        where: "input platform",
        remedy: "Set one of these platforms, leave the resource out with exclude, or omit platform to get all images.",
      },
    );
  }
  throw new TransferError("INPUT_MISSING", `a docker-archive has one image, and ${where} has several: ${existing}`, {
    where: "input platform",
    remedy: "Set one of these platforms, or another format.",
  });
}

/** The images of an index and of the indexes in it. Attestations have the platform `unknown/unknown`. */
async function imagesIn(from: ReadableRepository, index: Descriptor, signal?: AbortSignal): Promise<Image[]> {
  const { manifests } = await readManifest(from, index, signal);
  const found = await Promise.all(
    manifests.map(async (descriptor) => {
      if (isIndex(descriptor.mediaType)) return imagesIn(from, descriptor, signal);
      const platform = await platformOfImage(from, descriptor, signal);
      return platform === undefined ? [] : [{ descriptor, platform }];
    }),
  );
  return found.flat().filter(({ platform }) => platform.os !== "unknown" && platform.os !== "");
}

/** An entry may leave the platform to the config of its image. */
async function platformOfImage(
  from: ReadableRepository,
  descriptor: Descriptor,
  signal?: AbortSignal,
): Promise<Platform | undefined> {
  if (descriptor.platform !== undefined) return platformOf(descriptor.platform);
  const manifest = await readManifest(from, descriptor, signal);
  if (!isImage(manifest) || manifest.config === undefined) return undefined;
  const config = await readContent(from, manifest.config, signal);
  try {
    return platformOf(JSON.parse(config.toString("utf8")) ?? {});
  } catch {
    return undefined;
  }
}

export async function readManifest(
  from: ReadableRepository,
  descriptor: Descriptor,
  signal?: AbortSignal,
): Promise<Manifest> {
  return parseManifest(await readContent(from, descriptor, signal), descriptor.mediaType, from.name);
}

/** The part of a graph that an artifact in it consists of. */
function below({ from, nodes }: Graph, root: Descriptor): Graph {
  const all = new Map(nodes.map((node) => [nodeKey(node.descriptor), node]));
  const reached = new Set<string>();
  const visit = (descriptor: Descriptor) => {
    const key = nodeKey(descriptor);
    if (reached.has(key)) return;
    reached.add(key);
    for (const needed of all.get(key)?.needs ?? []) visit(needed);
  };
  visit(root);
  return { root, from, nodes: nodes.filter(({ descriptor }) => reached.has(nodeKey(descriptor))) };
}
