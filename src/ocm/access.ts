import type { JsonObject } from "./json.ts";

/** Where an artifact lies, as far as this product can follow it. Every type is carried; `other` ones are left by reference. */
export type Access =
  | {
      readonly kind: "localBlob";
      /** Digest of a layer or manifest in the component's own repository. */
      readonly localReference: string;
      readonly mediaType: string;
      /** What the artifact was called before it became local: `images/shop:1.4.0`. */
      readonly referenceName: string | undefined;
    }
  | { readonly kind: "ociArtifact"; readonly imageReference: string }
  | { readonly kind: "relativeOciReference"; readonly reference: string }
  | { readonly kind: "other"; readonly type: string };

/** Type names of both generations of the OCM CLI, the version suffix taken off. */
const LOCAL_BLOB = new Set(["localBlob", "LocalBlob"]);
const OCI_ARTIFACT = new Set(["ociArtifact", "ociRegistry", "ociImage", "OCIImage", "OCIArtifact"]);

export function parseAccess(access: JsonObject): Access {
  const type = typeof access.type === "string" ? access.type : "";
  const kind = type.replace(/\/v1$/, "");
  if (LOCAL_BLOB.has(kind) && typeof access.localReference === "string") {
    return {
      kind: "localBlob",
      localReference: access.localReference,
      mediaType: typeof access.mediaType === "string" ? access.mediaType : "",
      referenceName:
        typeof access.referenceName === "string" && access.referenceName !== "" ? access.referenceName : undefined,
    };
  }
  // The form of the first component descriptors (v1, localociblob).
  if (kind === "localOciBlob" && typeof access.digest === "string") {
    return { kind: "localBlob", localReference: access.digest, mediaType: "", referenceName: undefined };
  }
  if (OCI_ARTIFACT.has(kind) && typeof access.imageReference === "string") {
    return { kind: "ociArtifact", imageReference: access.imageReference };
  }
  if (kind === "relativeOciReference" && typeof access.reference === "string") {
    return { kind: "relativeOciReference", reference: access.reference };
  }
  return { kind: "other", type };
}
