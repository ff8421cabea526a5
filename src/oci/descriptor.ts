import { TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { memberNames, misspelledMember } from "../text/strict-json.ts";
import { type Digest, encoded, hasherOf, parseDigest } from "./digest.ts";

/** A content descriptor (image-spec, descriptor.md). `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Readonly<Record<string, unknown>>;
  readonly urls?: readonly string[];
  /** The content itself, if the manifest has it and it matches size and digest; the store of the manifest may lack it then. */
  readonly data?: Buffer;
}

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

/** What we ask for: a registry answers 404 for a manifest of a type that is not listed. */
export const MANIFEST_TYPES = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST] as const;

/** Registries refuse larger manifests (distribution-spec, pushing manifests: at least 4 MiB has to be accepted). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

export function isIndex(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_MANIFEST_LIST;
}

export function isManifest(mediaType: string): boolean {
  return (MANIFEST_TYPES as readonly string[]).includes(mediaType);
}

/** The OCI name of what a Docker media type stands for; other types are their own. */
export function ociEquivalent(mediaType: string): string {
  if (mediaType === DOCKER_MANIFEST) return OCI_MANIFEST;
  return mediaType === DOCKER_MANIFEST_LIST ? OCI_INDEX : mediaType;
}

const DESCRIPTOR_MEMBERS = memberNames(
  "mediaType",
  "digest",
  "size",
  "urls",
  "annotations",
  "data",
  "artifactType",
  "platform",
);

export function parseDescriptor(value: unknown, where: string): Descriptor {
  const misspelled = isRecord(value) ? misspelledMember(value, DESCRIPTOR_MEMBERS) : undefined;
  if (misspelled !== undefined) {
    throw new TransferError(
      "MANIFEST_MALFORMED",
      `${where}: a descriptor has the member ${printable(JSON.stringify(misspelled), 80)}, which some readers only understand`,
      {
        where,
        remedy: "The names of a descriptor are spelled as in the image specification; push the artifact again.",
      },
    );
  }
  const { mediaType, size, annotations, artifactType, platform, urls, ...other } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof mediaType !== "string" || !Number.isSafeInteger(size) || (size as number) < 0) {
    throw new TransferError("MANIFEST_MALFORMED", `${where}: a descriptor lacks its media type or size`, {
      where,
      remedy: "The manifest is broken at its source; push it there again.",
    });
  }
  const digest = parseDigest(other.digest, where);
  const data = typeof other.data === "string" ? matchingContent(other.data, digest, size as number) : undefined;
  return {
    mediaType,
    digest,
    size: size as number,
    ...(isRecord(annotations) ? { annotations: annotations as Record<string, string> } : {}),
    ...(typeof artifactType === "string" ? { artifactType } : {}),
    ...(isRecord(platform) ? { platform } : {}),
    ...(Array.isArray(urls) ? { urls: urls.filter((url) => typeof url === "string") } : {}),
    ...(data === undefined ? {} : { data }),
  };
}

/** Embedded content (image-spec, descriptor.md#embedded-content); undefined where it is not the content of the descriptor. */
function matchingContent(base64: string, digest: Digest, size: number): Buffer | undefined {
  const content = Buffer.from(base64, "base64");
  const isMatch = content.length === size && hasherOf(digest).update(content).digest("hex") === encoded(digest);
  return isMatch ? content : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
