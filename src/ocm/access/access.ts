import type { Json, JsonObject } from "../descriptor/json.ts";
import { otherAccess } from "./other-access.ts";

/** The location of an artifact. All types are preserved; those of kind `other` cannot be followed, and stay by reference. */
export type Access =
  | {
      readonly kind: "localBlob";
      /** Digest of a layer or manifest in the component's own repository. */
      readonly localReference: string;
      readonly mediaType: string;
      /** The reference of the artifact before it became local: `images/shop:1.4.0`. */
      readonly referenceName: string | undefined;
    }
  | { readonly kind: "ociArtifact"; readonly imageReference: string }
  | { readonly kind: "relativeOciReference"; readonly reference: string }
  | OciBlobAccess
  | HelmAccess
  | WgetAccess
  | OtherAccess;

/** A blob in a repository of a registry. */
export interface OciBlobAccess {
  readonly kind: "ociBlob";
  /** `host/repository`, without tag and digest. */
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes; undefined where the access has no size. */
  readonly size: number | undefined;
}

/** A chart in a chart repository (http, https) or in a registry (oci). */
export interface HelmAccess {
  readonly kind: "helm";
  readonly helmRepository: string;
  readonly chart: string;
  readonly version: string;
}

/** The response of a server to a request. */
export interface WgetAccess {
  readonly kind: "wget";
  readonly url: string;
  /** Empty: the `Content-Type` of the response is used. */
  readonly mediaType: string;
  readonly header: Readonly<Record<string, readonly string[]>>;
  /** Empty for GET. */
  readonly verb: string;
  readonly hasBody: boolean;
  readonly noRedirect: boolean;
}

export interface OtherAccess {
  readonly kind: "other";
  readonly type: string;
  /** `npm package`, or undefined for an unknown type. */
  readonly what?: string;
  /** The host, or another location. */
  readonly at?: string;
}

/** Type names of both generations of the OCM CLI, without the version suffix. */
const LOCAL_BLOB = new Set(["localBlob", "LocalBlob"]);
const OCI_ARTIFACT = new Set(["ociArtifact", "ociRegistry", "ociImage", "OCIImage", "OCIArtifact"]);
const OCI_BLOB = new Set(["ociBlob", "OCIImageLayer"]);

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
  // The form of component archives (v1, localfsblob); in a repository, its file is a blob.
  const file = /^(sha256|sha512)[.:]([0-9a-f]+)$/.exec(kind === "localFilesystemBlob" ? String(access.fileName) : "");
  if (file !== null) {
    const mediaType = typeof access.mediaType === "string" ? access.mediaType : "";
    return { kind: "localBlob", localReference: `${file[1]}:${file[2]}`, mediaType, referenceName: undefined };
  }
  if (OCI_ARTIFACT.has(kind) && typeof access.imageReference === "string") {
    return { kind: "ociArtifact", imageReference: access.imageReference };
  }
  if (kind === "relativeOciReference" && typeof access.reference === "string") {
    return { kind: "relativeOciReference", reference: access.reference };
  }
  return remoteAccess(kind, access) ?? otherAccess(type, access);
}

function remoteAccess(kind: string, access: JsonObject): Access | undefined {
  if (OCI_BLOB.has(kind)) return ociBlobAccess(access);
  if (kind === "helm" || kind === "Helm") return helmAccess(access);
  return kind === "wget" || kind === "Wget" ? wgetAccess(access) : undefined;
}

function ociBlobAccess(access: JsonObject): OciBlobAccess | undefined {
  const [reference, digest] = [textOf(access, "ref"), textOf(access, "digest")];
  if (reference === "" || digest === "") return undefined;
  const size = member(access, "size");
  const isSize = typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
  return {
    kind: "ociBlob",
    reference,
    mediaType: textOf(access, "mediaType"),
    digest,
    size: isSize ? size : undefined,
  };
}

/** The version follows the chart's name, or has its own member; with both, v1 of the CLI uses the former and v2 the latter. */
function helmAccess(access: JsonObject): HelmAccess | undefined {
  const helmRepository = textOf(access, "helmRepository");
  const [chart = "", suffix, ...more] = textOf(access, "helmChart").split(":");
  const member = textOf(access, "version");
  const version = suffix ?? member;
  const isUnambiguous = more.length === 0 && (suffix === undefined || member === "" || suffix === member);
  if (helmRepository === "" || chart === "" || version === "" || !isUnambiguous) return undefined;
  return { kind: "helm", helmRepository, chart, version };
}

function wgetAccess(access: JsonObject): WgetAccess | undefined {
  const url = textOf(access, "url");
  if (url === "") return undefined;
  const body = member(access, "body");
  return {
    kind: "wget",
    url,
    mediaType: textOf(access, "mediaType"),
    header: headerOf(member(access, "header")),
    verb: textOf(access, "verb"),
    hasBody: body !== undefined && body !== null && body !== "",
    noRedirect: member(access, "noRedirect") === true,
  };
}

function headerOf(value: Json | undefined): Record<string, readonly string[]> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, values]) => [
      name,
      (Array.isArray(values) ? values : [values]).filter((entry): entry is string => typeof entry === "string"),
    ]),
  );
}

/** Go matches member names case-insensitively: v1 of the CLI writes `URL`, v2 `url`, and users both. */
function member(access: JsonObject, name: string): Json | undefined {
  const key = Object.hasOwn(access, name)
    ? name
    : Object.keys(access).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : access[key];
}

function textOf(access: JsonObject, name: string): string {
  const value = member(access, name);
  return typeof value === "string" ? value : "";
}
