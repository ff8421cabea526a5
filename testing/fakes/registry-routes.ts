import { answerRange } from "../real/ranges.ts";
import type { Answer } from "./registry-authorization.ts";
import {
  algorithmOf,
  type Content,
  declaredMediaType,
  digestOf,
  missingContent,
  type RepositoryContent,
  repositoryOf,
  resolveManifest,
  startUpload,
  subjectOf,
} from "./registry-content.ts";
import { ociError } from "./registry-faults.ts";
import type { AskedRequest } from "./registry-request.ts";

export interface AnswerOptions {
  readonly redirect?: string | undefined;
  readonly referrers?: boolean | undefined;
  /** Whether a manifest is refused where content of it is missing. */
  readonly isChecked?: boolean;
}

/** Answers a request as the distribution specification says. */
export function answer(
  content: Content,
  request: AskedRequest,
  body: Buffer,
  { redirect, referrers = false, isChecked = true }: AnswerOptions,
): Answer {
  const { kind, method, repository: name } = request;
  const reading = method === "GET" || method === "HEAD";
  if (kind === "base") return { status: 200, headers: json, body: "{}" };
  if (reading && kind !== "upload" && !content.has(name)) return refusal(404, "NAME_UNKNOWN", name);
  const repository = repositoryOf(content, name);
  switch (kind) {
    case "manifest":
      if (reading) return getManifest(repository, request.reference);
      if (method === "PUT") return withSubject(putManifest(repository, request, body, isChecked), body, referrers);
      if (method === "DELETE") return deleteManifest(repository, request.reference);
      break;
    case "blob":
      if (reading) return getBlob(repository, request, redirect);
      if (method === "DELETE") return { status: repository.blobs.delete(request.reference) ? 202 : 404 };
      break;
    case "upload":
      return upload(content, repository, request, body);
    case "tags":
      if (method === "GET") return listTags(repository, request);
      break;
    case "referrers":
      if (referrers) return listReferrers(repository, request);
      return refusal(404, "UNSUPPORTED", request.path);
    default:
      return refusal(404, "UNSUPPORTED", request.path);
  }
  return refusal(405, "UNSUPPORTED", method);
}

const json = { "content-type": "application/json" };

function refusal(status: number, code: string, message: string): Answer {
  return { status, headers: json, body: ociError(code, message) };
}

function getManifest(repository: RepositoryContent, reference: string): Answer {
  const manifest = resolveManifest(repository, reference);
  if (manifest === undefined) return refusal(404, "MANIFEST_UNKNOWN", reference);
  const digest = digestOf(manifest.content, algorithmOf(reference));
  const headers = { "content-type": manifest.mediaType, "docker-content-digest": digest };
  return { status: 200, headers, body: manifest.content };
}

function putManifest(repository: RepositoryContent, request: AskedRequest, body: Buffer, isChecked: boolean): Answer {
  const { reference, headers, repository: name } = request;
  const digest = digestOf(body, algorithmOf(reference));
  const mediaType = headers["content-type"] ?? "";
  if (reference.includes(":") && reference !== digest) return refusal(400, "DIGEST_INVALID", reference);
  if ((declaredMediaType(body) ?? mediaType) !== mediaType) return refusal(400, "MANIFEST_INVALID", mediaType);
  const missing = isChecked ? missingContent(repository, body) : [];
  if (missing.length > 0) return refusal(400, "MANIFEST_BLOB_UNKNOWN", missing.join(" "));
  repository.manifests.set(digest, { mediaType, content: body });
  if (!reference.includes(":")) repository.tags.set(reference, digest);
  return {
    status: 201,
    headers: { location: `/v2/${name}/manifests/${digest}`, "docker-content-digest": digest },
  };
}

function deleteManifest(repository: RepositoryContent, reference: string): Answer {
  if (repository.tags.delete(reference)) return { status: 202 };
  if (!repository.manifests.delete(reference)) return refusal(404, "MANIFEST_UNKNOWN", reference);
  for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag);
  return { status: 202 };
}

/** Where a real registry's storage driver keeps a blob; redirects name it. */
export function blobPath(digest: string): string {
  const hex = digest.slice("sha256:".length);
  return `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

function getBlob(repository: RepositoryContent, request: AskedRequest, redirect: string | undefined): Answer {
  const blob = repository.blobs.get(request.reference);
  if (blob === undefined) return refusal(404, "BLOB_UNKNOWN", request.reference);
  if (redirect !== undefined) {
    return { status: 307, headers: { location: new URL(blobPath(request.reference), redirect).href } };
  }
  const { status, headers, body } = answerRange(blob, request.headers.range);
  const described = { "content-type": "application/octet-stream", "docker-content-digest": request.reference };
  return { status, headers: { ...described, ...headers }, body };
}

function upload(content: Content, repository: RepositoryContent, request: AskedRequest, body: Buffer): Answer {
  const { method, query, reference: id, repository: name } = request;
  if (method === "POST") {
    const mount = query.get("mount");
    const blob = mount === null ? undefined : content.get(query.get("from") ?? "")?.blobs.get(mount);
    if (mount !== null && blob !== undefined) {
      repository.blobs.set(mount, blob);
      return created(name, mount);
    }
    return session(202, name, startUpload(repository), 0);
  }
  const received = repository.uploads.get(id);
  if (received === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN", id);
  switch (method) {
    case "GET":
      return session(204, name, id, received.length);
    case "DELETE":
      repository.uploads.delete(id);
      return { status: 204 };
    case "PATCH": {
      const start = request.headers["content-range"]?.split("-")[0];
      if (start !== undefined && Number(start) !== received.length) return session(416, name, id, received.length);
      const whole = Buffer.concat([received, body]);
      repository.uploads.set(id, whole);
      return session(202, name, id, whole.length);
    }
    case "PUT": {
      const blob = Buffer.concat([received, body]);
      const digest = query.get("digest") ?? "";
      if (digestOf(blob, algorithmOf(digest)) !== digest) return refusal(400, "DIGEST_INVALID", digest);
      repository.uploads.delete(id);
      repository.blobs.set(digest, blob);
      return created(name, digest);
    }
    default:
      return refusal(405, "UNSUPPORTED", method);
  }
}

function created(name: string, digest: string): Answer {
  return { status: 201, headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest } };
}

function session(status: number, name: string, id: string, received: number): Answer {
  return {
    status,
    headers: {
      // A query that the client has to keep, as real registries have.
      location: `/v2/${name}/blobs/uploads/${id}?_state=${received}`,
      range: `0-${Math.max(received - 1, 0)}`,
      "docker-upload-uuid": id,
    },
  };
}

function listTags(repository: RepositoryContent, { query, repository: name }: AskedRequest): Answer {
  const last = query.get("last") ?? "";
  const after = [...repository.tags.keys()].sort().filter((tag) => tag > last);
  const page = query.has("n") ? after.slice(0, Number(query.get("n"))) : after;
  const next = `</v2/${name}/tags/list?n=${query.get("n")}&last=${page.at(-1)}>; rel="next"`;
  return {
    status: 200,
    headers: { ...json, ...(page.length < after.length ? { link: next } : {}) },
    body: JSON.stringify({ name, tags: page }),
  };
}

function withSubject(answered: Answer, manifest: Buffer, referrers: boolean): Answer {
  const subject = answered.status === 201 && referrers ? subjectOf(manifest) : undefined;
  return subject === undefined ? answered : { ...answered, headers: { ...answered.headers, "oci-subject": subject } };
}

/** In pages of two. */
function listReferrers(repository: RepositoryContent, { query, reference, repository: name }: AskedRequest): Answer {
  const last = query.get("last") ?? "";
  const after = [...repository.manifests]
    .filter(([digest, { content }]) => digest > last && subjectOf(content) === reference)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const manifests = after.slice(0, 2).map(([digest, { mediaType, content }]) => {
    const { artifactType, annotations } = JSON.parse(content.toString());
    return { mediaType, digest, size: content.length, artifactType, annotations };
  });
  const next = `</v2/${name}/referrers/${reference}?last=${manifests.at(-1)?.digest}>; rel="next"`;
  const mediaType = "application/vnd.oci.image.index.v1+json";
  return {
    status: 200,
    headers: { "content-type": mediaType, ...(manifests.length < after.length ? { link: next } : {}) },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  };
}
