import { TransferError } from "../../errors/transfer-error.ts";
import { isIndex } from "../../oci/descriptor.ts";
import { type Manifest, parseManifest } from "../../oci/manifest.ts";
import { COMPONENT_DESCRIPTORS } from "../../ocm/descriptor/component-reference.ts";
import { explained, type RegistryError } from "../../stores/registry/error.ts";
import type { Placement } from "../target/desired.ts";
import { kindOf, type Refused } from "../target/fallback.ts";

/** A target that does not take the index around a component version, or a manifest in it, in its own words. */
export class ManifestRefused extends TransferError {
  readonly refused: Refused;

  constructor(error: RegistryError, refused: Refused, where: string, alternative = "") {
    // Under another name it would be the same manifest.
    const fallbacks = refused === "index" ? "artifact-set or ociArtifact" : "artifact-set";
    const remedy = `Set access-fallback to ${fallbacks} for this target.${alternative}`;
    super("INDEX_REFUSED", error.message, { where, remedy, cause: error });
    this.refused = refused;
  }
}

/** Codes of registries that lack content to which a manifest refers (distribution-spec, "Error Codes"). */
const MISSING = /^(?:MANIFEST|BLOB|MANIFEST_BLOB)_UNKNOWN$/;

/** Whether a registry refuses a manifest because it lacks content of it; 404 without a code is about that as well, not about the form. */
export function isMissingContent({ status, registryCodes }: RegistryError): boolean {
  if (registryCodes.length === 0) return status === 404;
  return registryCodes.some((code) => MISSING.test(code));
}

/** Whether lacking content may be the reason of a refusal, though the registry does not name it. */
export function isAmbiguous({ status, code }: RegistryError): boolean {
  return status < 500 && (code === "REGISTRY_REFUSED" || code === "REPOSITORY_UNKNOWN");
}

/** The error for a manifest that a target refuses though it has all of its content, with what can be done about it. */
export function refusalOf(error: RegistryError, placement: Placement, content: Buffer): TransferError {
  const { from, descriptor, to } = placement;
  const worded = withReason(error, parseManifest(content, descriptor.mediaType, to));
  const isOurs = Buffer.isBuffer(from);
  const isPartOfIndex = isOurs ? isIndex(descriptor.mediaType) : `/${to}`.includes(`/${COMPONENT_DESCRIPTORS}/`);
  if (error.code !== "REGISTRY_REFUSED" || isMissingContent(error)) return worded;
  if (isPartOfIndex) {
    const alternative = worded.remedy === error.remedy ? "" : ` Otherwise: ${worded.remedy}`;
    return new ManifestRefused(worded, isOurs ? "index" : kindOf(placement), to, alternative);
  }
  if (!isOurs || !/media ?type/i.test(error.message)) return worded;
  return explained(error, {
    more: "it is the manifest of a component version, whose media types no access-fallback changes",
    remedy: "Ask the operators of the target to allow the media types of OCM, or use another target.",
  });
}

/** Members of a manifest that some registries refuse. */
function withReason(error: RegistryError, { layers, subject }: Manifest): RegistryError {
  const isPossible = error.code === "REGISTRY_REFUSED" || error.code === "REGISTRY_UNAVAILABLE";
  if (!isPossible || isMissingContent(error)) return error;
  if (layers.some(({ urls }) => (urls?.length ?? 0) > 0)) {
    return explained(error, {
      more: "the manifest has layers with URLs (foreign layers), which most likely are not allowed",
      remedy:
        "Let the operators of the target allow these URLs; in the CNCF registry by validation.manifests.urls.allow.",
    });
  }
  if (subject === undefined) return error;
  return explained(error, { more: "the manifest has a subject, which some registries do not take" });
}
