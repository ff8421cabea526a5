import type { Descriptor } from "../src/oci/descriptor.ts";
import { addImage, addIndex, type ContentStore } from "../testing/content/content.ts";

/** An image `1.0.0` for each of the architectures, with two layers of this size in bytes; behind an index if there are several. */
export function addPlatformImage(
  store: ContentStore,
  repository: string,
  architectures: readonly string[],
  layerSize: number,
): Descriptor {
  const tag = { tag: "1.0.0" };
  const images = architectures.map((architecture) => {
    const image = addImage(store, repository, {
      config: JSON.stringify({ os: "linux", architecture, config: { Labels: { name: repository } } }),
      layers: ["base", "top"].map((name) => Buffer.alloc(layerSize, `${name} of ${repository} for ${architecture}\n`)),
      ...(architectures.length === 1 ? tag : {}),
    });
    return { ...image, platform: { os: "linux", architecture } };
  });
  const [only, ...others] = images;
  return only !== undefined && others.length === 0 ? only : addIndex(store, repository, images, tag);
}
