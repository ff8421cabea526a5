import { TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { type Digest, isDigest } from "./digest.ts";
import { canonicalHost } from "./host.ts";

/** What stands behind the host of a reference: `<repository>[:tag][@digest]` (distribution-spec, pulling manifests). */
export interface ArtifactReference {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

/** A reference with its host. `scheme` only where it was written. */
export interface ImageReference extends ArtifactReference {
  readonly scheme: "http" | "https" | undefined;
  /** `host[:port]`; `docker.io` where none is written. */
  readonly host: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

export function isRepository(text: string): boolean {
  return REPOSITORY.test(text) && text.length <= MAX_REPOSITORY;
}

/** Many clients limit names so (distribution-spec, pulling manifests). */
const MAX_REPOSITORY = 255;
const PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** Why a text cannot be the name of a repository, as a clause; undefined where it can. */
export function invalidRepository(text: string): string | undefined {
  if (isRepository(text)) return undefined;
  if (text.length > MAX_REPOSITORY) return `has ${text.length} characters, more than ${MAX_REPOSITORY}`;
  const part = text.split("/").find((each) => !PART.test(each)) ?? "";
  if (part === "") return "has an empty part between slashes";
  const quoted = `"${printable(part, 100)}"`;
  if (/[A-Z]/.test(part)) return `has capitals in ${quoted}`;
  if (/[^a-z0-9._-]/.test(part)) return `has other characters than letters, digits and . _ - in ${quoted}`;
  if (/^[._-]|[._-]$/.test(part)) return `has a separator at the beginning or end of ${quoted}`;
  return `has a combination of separators in ${quoted} that is not ., _, __ or a row of -`;
}

/** The pattern accepts ports and addresses out of range, which are invalid in a URL. */
export function isHost(text: string): boolean {
  return HOST.test(text) && URL.canParse(`https://${text}/`);
}

/** `imageReference` of an `ociArtifact` access: docker's short forms and a scheme in front are both in use. */
export function parseImageReference(text: string, where: string): ImageReference {
  const scheme = /^(https?|oci):\/\//.exec(text)?.[1];
  const bare = scheme === undefined ? text : text.slice(scheme.length + 3);
  const [first = "", ...rest] = bare.split("/");
  const hasHost =
    scheme !== undefined ||
    (rest.length > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase()));
  const host = hasHost ? first : "docker.io";
  if (!isHost(host)) throw malformed(text, where);
  const artifact = parseArtifactReference(hasHost ? rest.join("/") : bare, where);
  const isOfficial = canonicalHost(host) === "docker.io" && !artifact.repository.includes("/");
  return {
    ...artifact,
    repository: isOfficial ? `library/${artifact.repository}` : artifact.repository,
    host,
    scheme: scheme === "http" || scheme === "https" ? scheme : undefined,
  };
}

/** The part behind the host; also what `relativeOciReference` and `referenceName` hold. */
export function parseArtifactReference(text: string, where: string): ArtifactReference {
  const [named = "", digest, ...more] = text.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const isWellFormed =
    isRepository(repository) &&
    (tag === undefined || isTag(tag)) &&
    (digest === undefined || isDigest(digest)) &&
    more.length === 0;
  if (!isWellFormed) throw malformed(text, where);
  return { repository, tag, digest: digest as Digest | undefined };
}

/** What to ask a registry for: the digest wins over the tag beside it, and without either it is `latest`. */
export function manifestReference({ tag, digest }: ArtifactReference): string {
  return digest ?? tag ?? "latest";
}

export function formatArtifactReference({ repository, tag, digest }: ArtifactReference): string {
  return `${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function malformed(text: string, where: string): TransferError {
  return new TransferError(
    "REFERENCE_MALFORMED",
    `${where}: "${printable(text, 200)}" is no reference to an artifact`,
    {
      where,
      remedy: "A reference is [host[:port]/]repository[:tag][@digest], the repository in lower case.",
    },
  );
}
