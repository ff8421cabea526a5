/** The forms in which access to a copied OCI artifact can be written. */
export type AccessForm = "localBlob" | "relativeOciReference" | "ociArtifact";
