import { TransferError } from "../../errors/transfer-error.ts";
import { layoutBlobName } from "../../oci/blob-name.ts";
import { type Descriptor, isIndex, OCI_INDEX } from "../../oci/descriptor.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { tagOf } from "../../ocm/repository/component-version.ts";
import { REF_NAME_ANNOTATION } from "../../ocm/repository/media-types.ts";
import { type Graph, isForeign } from "../source/graph.ts";
import { isImage, readManifest } from "./one-image.ts";

/** How images are saved: as a folder (image-spec, image-layout.md), as a tar archive of that, or as `docker save` writes them. */
export type ImageFormat = "oci-layout" | "oci-archive" | "docker-archive";

/** The files of an artifact: blobs by their names in a layout, and generated ones. */
export interface ImageFiles {
  readonly blobs: readonly Descriptor[];
  readonly generated: ReadonlyMap<string, Buffer>;
}

/** An artifact as an image layout; clients find it by its name, a tag. */
export function layoutFiles({ root, nodes }: Pick<Graph, "root" | "nodes">, name: string | undefined): ImageFiles {
  const { mediaType, digest, size } = root;
  const annotations = name === undefined ? {} : { annotations: { [REF_NAME_ANNOTATION]: name } };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType, digest, size, ...annotations }] };
  return {
    blobs: nodes.map(({ descriptor }) => descriptor),
    generated: new Map([
      ["oci-layout", json({ imageLayoutVersion: "1.0.0" })],
      ["index.json", json(index)],
    ]),
  };
}

/** The grammar of `org.opencontainers.image.ref.name` (image-spec, annotations.md). */
const REF_NAME = /^[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*$/;

/** The tag of an artifact, else the version of its resource; undefined where neither can be a name in a layout. */
export function refName(tag: string | undefined, version: string): string | undefined {
  return [tag ?? "", version].find((name) => REF_NAME.test(name));
}

/**
 * An image as `docker save` writes it (moby, image/spec/v1.2.md), or undefined for another artifact. Its name is one of its component: a name in
 * an access could be that of any other image, which `docker load` would replace. Fails with INPUT_INVALID for an image without all of its layers.
 */
export async function dockerFiles(
  { root, from }: Graph,
  { repository, version, where }: { readonly repository: string; readonly version: string; readonly where: string },
  signal?: AbortSignal,
): Promise<ImageFiles | undefined> {
  if (isIndex(root.mediaType)) return undefined;
  const manifest = await readManifest(from, root, signal);
  const { config, layers } = manifest;
  if (config === undefined || !isImage(manifest)) return undefined;
  if (layers.some(isForeign)) {
    throw new TransferError("INPUT_INVALID", `${where} has layers that are not distributed with it`, {
      where: "input format",
      remedy:
        "A docker-archive needs all layers: set format to oci-layout or oci-archive, or leave the resource out with exclude.",
    });
  }
  const tag = tagOf(version);
  const names = isTag(tag) && isRepository(repository) ? [`${repository}:${tag}`] : [];
  const image = {
    Config: layoutBlobName(config.digest),
    RepoTags: names,
    Layers: layers.map(({ digest }) => layoutBlobName(digest)),
  };
  const blobs = [...new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()];
  return { blobs, generated: new Map([["manifest.json", json([image])]]) };
}

function json(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}
