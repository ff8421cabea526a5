import { TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { AmbiguousJson, memberNames, misspelledMember, parseStrictJson } from "../text/strict-json.ts";
import { type Descriptor, isIndex, isManifest, isRecord, parseDescriptor } from "./descriptor.ts";

/** A manifest or index, as far as it matters for copying: what it refers to. */
export interface Manifest {
  readonly mediaType: string;
  /** Manifests that an index lists. */
  readonly manifests: readonly Descriptor[];
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** The manifest that this one says something about (image-spec, manifest.md); it need not exist. */
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType: string | undefined;
}

/** Members of an image manifest and of an index (image-spec, manifest.md and image-index.md). */
export const MANIFEST_MEMBERS = memberNames(
  "schemaVersion",
  "mediaType",
  "artifactType",
  "config",
  "layers",
  "manifests",
  "subject",
  "annotations",
);

/**
 * Reads a manifest whose media type is known from its descriptor or Content-Type. The document must not contradict it, nor be
 * readable both ways (image-spec, GHSA-77vh-xpmg-72qh): two readers would see two images under one digest.
 */
export function parseManifest(content: Buffer, mediaType: string, where: string): Manifest {
  const document = parseJsonObject(content, where);
  const malformed = (why: string) =>
    new TransferError("MANIFEST_MALFORMED", `${where}: ${why}`, {
      where,
      remedy: "The manifest is broken at its source; push it there again.",
    });
  if (!isManifest(mediaType))
    throw malformed(`the media type ${printable(mediaType, 120)} is not that of an OCI or Docker (schema 2) manifest`);
  const misspelled = misspelledMember(document, MANIFEST_MEMBERS);
  if (misspelled !== undefined)
    throw malformed(`the member ${printable(JSON.stringify(misspelled), 80)} is understood by some readers only`);
  if (document.schemaVersion !== 2) throw malformed("schemaVersion is not 2");
  if (document.mediaType !== undefined && document.mediaType !== mediaType) {
    const said = printable(JSON.stringify(document.mediaType), 120);
    throw malformed(`the document says mediaType ${said}, its descriptor ${mediaType}`);
  }
  const hasChildren = document.manifests !== undefined;
  const hasContent = document.layers !== undefined || document.config !== undefined;
  if (hasChildren && hasContent) throw malformed("the document is both an index and a manifest");
  if (isIndex(mediaType) !== hasChildren) throw malformed(`the document is not what its media type ${mediaType} says`);
  return {
    mediaType,
    manifests: descriptors(document.manifests, where),
    config: document.config === undefined ? undefined : parseDescriptor(document.config, where),
    layers: descriptors(document.layers, where),
    subject: document.subject === undefined ? undefined : parseDescriptor(document.subject, where),
    annotations: isRecord(document.annotations) ? (document.annotations as Record<string, string>) : {},
    artifactType: typeof document.artifactType === "string" ? document.artifactType : undefined,
  };
}

function descriptors(value: unknown, where: string): Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    throw new TransferError("MANIFEST_MALFORMED", `${where}: a list of descriptors is invalid`, { where });
  return value.map((entry) => parseDescriptor(entry, where));
}

function parseJsonObject(content: Buffer, where: string): Record<string, unknown> {
  try {
    const document: unknown = parseStrictJson(content.toString("utf8"));
    if (isRecord(document)) return document;
  } catch (error) {
    if (error instanceof AmbiguousJson) {
      throw new TransferError("MANIFEST_MALFORMED", `${where}: in the manifest, ${error.message}`, {
        where,
        remedy: "Readers take such a manifest for different ones; push the artifact again with another client.",
      });
    }
  }
  throw new TransferError("MANIFEST_MALFORMED", `${where}: the manifest is no JSON object`, {
    where,
    remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
  });
}
