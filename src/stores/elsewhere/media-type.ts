import { isManifest } from "../../oci/descriptor.ts";

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/**
 * The media type of a layer, from a descriptor or a `Content-Type`: without parameters, as v1 of the CLI has it. Readers take a local blob
 * whose type is that of a manifest for an artifact, which bytes from a server never are.
 */
export function blobMediaType(declared: string | undefined): string {
  const type = (declared ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (isManifest(type)) return "application/json";
  return MEDIA_TYPE.test(type) ? type : "application/octet-stream";
}
