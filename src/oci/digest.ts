import { createHash, type Hash } from "node:crypto";
import { TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** `sha256:<64 hex>` or `sha512:<128 hex>`, lower case: the registered algorithms of the image specification (descriptor.md#digests). */
export type Digest = `${"sha256" | "sha512"}:${string}`;

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && DIGEST.test(text);
}

/** Digests become parts of paths and URLs, so nothing but the exact form passes. */
export function parseDigest(text: unknown, where: string): Digest {
  if (isDigest(text)) return text;
  throw new TransferError(
    "DIGEST_MALFORMED",
    `${where}: ${printable(JSON.stringify(text) ?? "nothing", 120)} is no digest`,
    {
      where,
      remedy:
        "A digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits; see where this one was written.",
    },
  );
}

export function hasherOf(digest: Digest): Hash {
  return createHash(digest.slice(0, digest.indexOf(":")));
}

export function sha256(content: string | Buffer): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** The hexadecimal part. */
export function encoded(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}
