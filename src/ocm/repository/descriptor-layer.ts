import { refused } from "../../archive/refusal.ts";
import { tarFile } from "../../archive/tar-blocks.ts";
import { tarEntries } from "../../archive/tar-entries.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { JsonObject } from "../descriptor/json.ts";
import { type Content, contentOf, jsonBytes, jsonContent } from "./generated-content.ts";
import { COMPONENT_DESCRIPTOR_JSON, COMPONENT_DESCRIPTOR_TAR, isTarType } from "./media-types.ts";

/** The form of the layer of a component descriptor: `yaml` is a tar archive with its text, `json` the text alone. */
export type DescriptorFormat = "yaml" | "json";

const FILE = "component-descriptor.yaml";

/**
 * The layer of a component descriptor (OCM spec, OCI mapping, 9). The text is JSON in both forms: JSON is YAML, and two YAML writers
 * rarely agree. The archive is the only form that every reader of component versions supports. Deterministic.
 */
export function buildDescriptorLayer(tree: JsonObject, format: DescriptorFormat): Content {
  if (format === "json") return jsonContent(COMPONENT_DESCRIPTOR_JSON, tree);
  return contentOf(COMPONENT_DESCRIPTOR_TAR, tarFile(FILE, jsonBytes(tree)));
}

/**
 * The text of a component descriptor in a layer of this media type; undefined for an archive without it. In archives of v1 of the CLI,
 * its name may start with a slash. Fails with DESCRIPTOR_MALFORMED.
 */
export async function descriptorText(layer: Buffer, mediaType: string, where: string): Promise<Buffer | undefined> {
  if (!isTarType(mediaType)) return layer;
  const bytes = {
    size: layer.length,
    read: async (start: number, length: number) => layer.subarray(start, start + length),
  };
  const found: Buffer[] = [];
  try {
    for await (const { kind, name, offset, size } of tarEntries(bytes, where)) {
      if (kind === "file" && /^[./]*component-descriptor\.yaml$/.test(name))
        found.push(layer.subarray(offset, offset + size));
    }
    if (found.length > 1) throw refused(where, FILE, "exists twice");
  } catch (error) {
    throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: the archive of the component descriptor is damaged`, {
      where,
      remedy: "The stored component version is damaged; add it again with the OCM CLI.",
      cause: error,
    });
  }
  return found[0];
}
