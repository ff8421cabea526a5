import { TransferError } from "../../errors/transfer-error.ts";
import { type ComponentDescriptor, parseComponentDescriptor } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentManifest } from "../../ocm/repository/component-manifest.ts";
import { descriptorText } from "../../ocm/repository/descriptor-layer.ts";
import { DESCRIPTOR_TYPES } from "../../ocm/repository/media-types.ts";
import { componentDigest } from "../../ocm/signing/normalise.ts";

/**
 * Refuses to write a component descriptor whose component digest is another than that of its source: no signature of it would hold.
 * Asked of the bytes that are to be written. Fails with COMPONENT_DIGEST_CHANGED.
 */
export async function checkComponentDigest(
  source: ComponentDescriptor,
  { blobs }: Pick<ComponentManifest, "blobs">,
): Promise<void> {
  const where = `${source.name}:${source.version}`;
  const before = componentDigest(source);
  const layers = blobs.filter(({ descriptor }) => DESCRIPTOR_TYPES.has(descriptor.mediaType));
  const copies = await Promise.all(
    layers.map(async ({ descriptor, bytes }) => {
      const text = (await descriptorText(bytes, descriptor.mediaType, where)) ?? "";
      return componentDigest(parseComponentDescriptor(text.toString(), where));
    }),
  );
  const changed = copies.length === 0 ? "none" : copies.find((digest) => digest !== before);
  if (changed === undefined) return;
  throw new TransferError(
    "COMPONENT_DIGEST_CHANGED",
    `${where} has the component digest ${before}, and its copy would have ${changed}; nothing was written`,
    { where, remedy: "Please report this, with the component descriptor: only access may change in a transfer." },
  );
}
