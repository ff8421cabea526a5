import { errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { isRecord } from "../../oci/descriptor.ts";
import { type Digest, parseDigest } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { printable } from "../../text/redact.ts";
import { type MemberNames, memberNames, misspelledMember, parseStrictJson } from "../../text/strict-json.ts";

export const ARTIFACT_INDEX = "artifact-index.json";

/** The content of one repository of a CTF. */
export interface Artifacts {
  /** Media types of the manifests; undefined in old archives. */
  readonly manifests: Map<Digest, string | undefined>;
  readonly tags: Map<string, Digest>;
}

/** `artifact-index.json` of a CTF (OCM spec, common transport format), by repository. */
export type ArtifactIndex = Map<string, Artifacts>;

const MEMBERS = memberNames("schemaVersion", "artifacts");
const ARTIFACT_MEMBERS = memberNames("repository", "tag", "digest", "mediaType");

/** Reads the document. `where` is its file, `archive` the CTF that it belongs to. */
export function parseArtifactIndex(text: string, where: string, archive: string): ArtifactIndex {
  const malformed = (why: string, cause?: unknown) => malformedCtf(`${where} ${why}`, archive, cause);
  let document: unknown;
  try {
    document = parseStrictJson(text);
  } catch (error) {
    throw malformed(`is not unambiguous JSON (${printable(errorMessage(error), 160)})`, error);
  }
  const refuseMisspelled = (members: Record<string, unknown>, names: MemberNames) => {
    const member = misspelledMember(members, names);
    if (member !== undefined) throw malformed(`has the member ${shown(member)}, which only some readers understand`);
  };
  if (isRecord(document)) refuseMisspelled(document, MEMBERS);
  if (!isRecord(document) || document.schemaVersion !== 1) {
    throw malformed('is not an artifact index with "schemaVersion": 1');
  }
  // Go writes an empty list as null.
  const entries = document.artifacts ?? [];
  if (!Array.isArray(entries)) throw malformed('has no list "artifacts"');
  const index: ArtifactIndex = new Map();
  for (const entry of entries) {
    if (!isRecord(entry)) throw malformed("has an invalid artifact");
    refuseMisspelled(entry, ARTIFACT_MEMBERS);
    const { repository, tag = "", mediaType = "" } = entry;
    if (typeof repository !== "string") throw malformed("has an artifact without a repository");
    if (!isRepository(repository))
      throw malformed(`has the repository ${shown(repository)}, which is not a valid name`);
    if (typeof tag !== "string" || (tag !== "" && !isTag(tag))) throw malformed(`has the tag ${shown(tag)}`);
    if (typeof mediaType !== "string") throw malformed(`has the media type ${shown(mediaType)}`);
    const digest = parseDigest(entry.digest, where);
    const { manifests, tags } = artifactsOf(index, repository);
    const known = manifests.get(digest);
    if (known !== undefined && mediaType !== "" && known !== mediaType) {
      throw malformed(`has two media types for ${digest} in ${repository}`);
    }
    if (tag !== "" && (tags.get(tag) ?? digest) !== digest) throw malformed(`has ${repository}:${tag} twice`);
    manifests.set(digest, known ?? (mediaType === "" ? undefined : mediaType));
    if (tag !== "") tags.set(tag, digest);
  }
  return index;
}

/** The artifacts of a repository, which is added to the index where it is missing. */
export function artifactsOf(index: ArtifactIndex, repository: string): Artifacts {
  const found = index.get(repository);
  if (found !== undefined) return found;
  const added: Artifacts = { manifests: new Map(), tags: new Map() };
  index.set(repository, added);
  return added;
}

/**
 * The document: one entry for each tag, and one without for each manifest that has none; by repository, tag (none comes last) and
 * digest. v2 of the OCM CLI refuses unknown fields, and takes an entry without a media type for an image manifest.
 */
export function formatArtifactIndex(index: ArtifactIndex): string {
  const artifacts = [...index].flatMap(([repository, { manifests, tags }]) => {
    const tagged = new Set(tags.values());
    const untagged = [...manifests.keys()].filter((digest) => !tagged.has(digest));
    const pairs: [string | undefined, Digest][] = [
      ...tags,
      ...untagged.map((digest): [undefined, Digest] => [undefined, digest]),
    ];
    return pairs.map(([tag, digest]) => ({ repository, tag, digest, mediaType: manifests.get(digest) }));
  });
  // No tag holds a tilde, and none begins with one: what has no tag comes last.
  const key = ({ repository, tag = "~", digest }: (typeof artifacts)[number]) => `${repository} ${tag} ${digest}`;
  const sorted = artifacts
    .map((artifact) => ({ key: key(artifact), artifact }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return JSON.stringify({ schemaVersion: 1, artifacts: sorted.map(({ artifact }) => artifact) });
}

export function malformedCtf(message: string, archive: string, cause?: unknown): TransferError {
  return new TransferError("CTF_MALFORMED", message, {
    where: archive,
    remedy:
      "See that the path is that of a CTF (artifact-index.json, and a folder of blobs next to it), and that it is complete.",
    cause,
  });
}

function shown(value: unknown): string {
  return printable(JSON.stringify(value), 120);
}
