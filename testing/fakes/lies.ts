import type { FakeRegistry } from "./registry.ts";
import { asked, type Fault, ociError } from "./registry-faults.ts";
import type { AskedRequest } from "./registry-request.ts";

/** A registry that reports what is not so. */
export interface Lie {
  readonly name: string;
  readonly faults: (registry: FakeRegistry) => readonly Fault[];
  /** Whether a transfer ends well in spite of it; one with signatures reads more of the target. */
  readonly isHarmless: boolean | "without signatures";
}

const isTag = ({ method, kind, reference }: AskedRequest) =>
  method === "PUT" && kind === "manifest" && !reference.includes(":");
const isByDigest = ({ method, kind, reference }: AskedRequest) =>
  method === "PUT" && kind === "manifest" && reference.includes(":");
const isIndex = ({ headers }: AskedRequest) => (headers["content-type"] ?? "").includes("index");
const isMount = ({ method, kind, query }: AskedRequest) => method === "POST" && kind === "upload" && query.has("mount");
const isBlobPut = asked({ method: "PUT", kind: "upload" });

/** The same document in other bytes. */
const indented = (manifest: Buffer) => Buffer.from(JSON.stringify(JSON.parse(manifest.toString()), null, 2));

const respond = (status: number, code?: string) =>
  ({ kind: "respond", status, ...(code === undefined ? {} : { body: ociError(code, "in its words") }) }) as const;

const claimed = { ...respond(201) };
const WRONG = `sha256:${"0".repeat(64)}`;

/** For each request, whether one with the same method and path came before. */
function repeated(when: Fault["when"]): Fault["when"] {
  const seen = new Set<string>();
  return (request) => {
    if (!when(request)) return false;
    const key = `${request.method} ${request.path}`;
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  };
}

/** The first requests with each method and path. */
function first(when: Fault["when"], times: number): Fault["when"] {
  const seen = new Map<string, number>();
  return (request) => {
    if (!when(request)) return false;
    const key = `${request.method} ${request.path}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return (seen.get(key) ?? 0) <= times;
  };
}

export const lies: readonly Lie[] = [
  {
    name: "reports by HEAD every blob",
    isHarmless: true,
    faults: () => [{ when: asked({ method: "HEAD", kind: "blob" }), act: respond(200) }],
  },
  {
    name: "reports by HEAD every manifest",
    isHarmless: true,
    faults: () => [{ when: asked({ method: "HEAD", kind: "manifest" }), act: respond(200) }],
  },
  {
    name: "reports by HEAD everything, and takes manifests without their content",
    isHarmless: false,
    faults: () => [
      { when: asked({ method: "HEAD" }), act: respond(200) },
      { when: isByDigest, act: { kind: "unchecked" } },
      { when: isTag, act: { kind: "unchecked" } },
    ],
  },
  {
    name: "reports by HEAD and GET every blob, with other bytes",
    isHarmless: true,
    faults: (registry) => [
      {
        when: ({ method, kind, repository, reference }) =>
          (method === "HEAD" || method === "GET") &&
          kind === "blob" &&
          registry.blob(repository, reference) === undefined,
        act: respond(200),
      },
    ],
  },
  {
    name: "denies by HEAD everything",
    isHarmless: true,
    faults: () => [{ when: asked({ method: "HEAD" }), act: respond(404) }],
  },
  {
    name: "reports mounts that did not happen",
    isHarmless: true,
    faults: () => [{ when: isMount, act: claimed }],
  },
  {
    name: "reports mounts that did not happen, and takes manifests without their content",
    isHarmless: true,
    faults: () => [
      { when: isMount, act: claimed },
      { when: isByDigest, act: { kind: "unchecked" } },
      { when: isTag, act: { kind: "unchecked" } },
    ],
  },
  { name: "accepts blobs and loses them", isHarmless: false, faults: () => [{ when: isBlobPut, act: claimed }] },
  {
    name: "accepts the first upload of each blob and loses it",
    isHarmless: false,
    faults: () => [{ when: first(isBlobPut, 1), act: claimed }],
  },
  {
    name: "accepts manifests by digest and loses them",
    isHarmless: false,
    faults: () => [{ when: isByDigest, act: claimed }],
  },
  {
    name: "accepts indexes by digest and loses them",
    isHarmless: false,
    faults: () => [{ when: (request) => isByDigest(request) && isIndex(request), act: claimed }],
  },
  {
    name: "accepts children of indexes and loses them, and takes indexes without",
    isHarmless: false,
    faults: () => [
      { when: (request) => isByDigest(request) && !isIndex(request), act: claimed },
      { when: isByDigest, act: { kind: "unchecked" } },
      { when: isTag, act: { kind: "unchecked" } },
    ],
  },
  { name: "accepts tags and sets none", isHarmless: false, faults: () => [{ when: isTag, act: claimed }] },
  {
    name: "rewrites manifests, and names their digests",
    isHarmless: false,
    faults: () => [{ when: asked({ method: "PUT", kind: "manifest" }), act: { kind: "rewrite", body: indented } }],
  },
  {
    name: "rewrites manifests, and names no digests",
    isHarmless: false,
    faults: () => [
      {
        when: asked({ method: "PUT", kind: "manifest" }),
        act: { kind: "rewrite", body: indented, headers: { "docker-content-digest": undefined } },
      },
    ],
  },
  {
    name: "rewrites manifests under tags, and names no digests",
    isHarmless: false,
    faults: () => [
      { when: isTag, act: { kind: "rewrite", body: indented, headers: { "docker-content-digest": undefined } } },
    ],
  },
  {
    name: "names a wrong digest for whatever it stores",
    isHarmless: true,
    faults: () => [
      { when: asked({ method: "PUT" }), act: { kind: "headers", headers: { "docker-content-digest": WRONG } } },
    ],
  },
  {
    name: "names a wrong digest for whatever it has",
    isHarmless: "without signatures",
    faults: () => [{ when: () => true, act: { kind: "headers", headers: { "docker-content-digest": WRONG } } }],
  },
  {
    name: "reports an error for every tag that it sets",
    isHarmless: true,
    faults: () => [{ when: isTag, act: { kind: "stored", status: 500 } }],
  },
  {
    name: "reports tags that it has set as refused",
    isHarmless: true,
    faults: () => [{ when: isTag, act: { kind: "stored", status: 400, body: ociError("TAG_INVALID", "exists") } }],
  },
  {
    name: "loses its answers to tags, and refuses to set them again",
    isHarmless: true,
    faults: () => {
      const again = repeated(isTag);
      const isAgain = new Set<AskedRequest>();
      const isRepeated = (request: AskedRequest) => again(request) && isAgain.add(request) !== undefined;
      return [
        { when: isRepeated, act: respond(400, "TAG_INVALID") },
        { when: isTag, act: { kind: "lose-answer" } },
      ];
    },
  },
  {
    name: "refuses the last tag, and reports tags as deleted that it keeps",
    isHarmless: false,
    faults: () => [
      { when: (request) => isTag(request) && request.repository.endsWith("/shop"), act: respond(400, "UNSUPPORTED") },
      { when: asked({ method: "DELETE" }), act: respond(202) },
    ],
  },
  {
    name: "does not know what it accepted for a while",
    isHarmless: true,
    faults: () => [
      { when: first(isByDigest, 1), act: respond(404, "BLOB_UNKNOWN") },
      // The first request for a tag is before it is set.
      {
        when: first(
          ({ method, kind, reference }) => method === "GET" && kind === "manifest" && !reference.includes(":"),
          2,
        ),
        act: respond(404),
      },
    ],
  },
  {
    name: "never knows what it accepted",
    isHarmless: false,
    faults: () => [{ when: isByDigest, act: respond(400, "MANIFEST_BLOB_UNKNOWN") }],
  },
];
