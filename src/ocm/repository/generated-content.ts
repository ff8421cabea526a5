import type { Descriptor } from "../../oci/descriptor.ts";
import { sha256 } from "../../oci/digest.ts";

/** Generated content with its descriptor. */
export interface Content {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

export function contentOf(mediaType: string, bytes: Buffer): Content {
  return { descriptor: { mediaType, digest: sha256(bytes), size: bytes.length }, bytes };
}

export function jsonContent(mediaType: string, document: unknown): Content {
  return contentOf(mediaType, jsonBytes(document));
}

/**
 * Both CLIs read JSON as YAML, which folds U+2028 and U+2029 and refuses control characters and non-characters that JSON allows.
 * Their escapes are the same in both. Characters beyond U+FFFF must not be escaped: YAML has no surrogate pairs.
 */
export function jsonBytes(document: unknown): Buffer {
  const escaped = JSON.stringify(document).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Buffer.from(escaped, "utf8");
}
