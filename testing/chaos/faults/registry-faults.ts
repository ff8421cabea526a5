import { ociError } from "../../fakes/registry-faults.ts";
import type { AskedRequest } from "../../fakes/registry-request.ts";
import { type Answer, after, before, type Fault, instead, type Reply } from "./fault.ts";

type Test = Fault["at"];

const anything: Test = () => true;
const isRead: Test = ({ method }) => method === "GET";
/** Requests that store nothing. */
const isQuestion: Test = ({ method }) => method === "GET" || method === "HEAD";
const isWrite: Test = ({ method }) => method === "POST" || method === "PUT";
const isContent: Test = ({ kind }) => kind === "blob" || kind === "manifest";
const isNamedByDigest: Test = ({ reference }) => reference.includes(":");
const isUpload: Test = ({ kind, method }) => kind === "upload" && method === "PUT";
const isMount: Test = ({ kind, method, query }) => kind === "upload" && method === "POST" && query.has("mount");
const all =
  (...tests: readonly Test[]): Test =>
  (request) =>
    tests.every((test) => test(request));

const OTHER_DIGEST = `sha256:${"5".repeat(64)}`;
const PAGE = "<!doctype html><title>Sign in</title><h1>Sign in to continue</h1>";

function status(code: number, body = "", headers: Answer["headers"] = {}): Reply {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return { kind: "answer", answer: { status: code, headers: { ...length, ...headers }, body: Buffer.from(body) } };
}

const json = (code: number, error: string, headers: Answer["headers"] = {}) =>
  status(code, ociError(error, "by chaos"), { "content-type": "application/json", ...headers });
const page = (code: number) => status(code, PAGE, { "content-type": "text/html" });
const withHeaders = (answer: Answer, headers: Answer["headers"]): Reply => ({
  kind: "answer",
  answer: { ...answer, headers: { ...answer.headers, ...headers } },
});

/** Half of the body, and a length that agrees with it: nothing but the digest is evidence. */
function half({ status, headers, body }: Answer): Reply {
  const kept = body.subarray(0, body.length >> 1);
  return {
    kind: "answer",
    answer: { status, headers: { ...headers, "content-length": String(kept.length) }, body: kept },
  };
}

/** The lowest bit of the byte in the middle is inverted: `{` stays text, and a digest stays hexadecimal or not. */
function flipped(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  const middle = body.length >> 1;
  if (body.length > 0) changed.writeUInt8(body.readUInt8(middle) ^ 1, middle);
  return changed;
}

function exists({ reference }: AskedRequest): Reply {
  const headers = { "content-length": "2", "docker-content-digest": reference };
  return { kind: "answer", answer: { status: 200, headers, body: Buffer.alloc(0) } };
}

/** Faults of connections and of HTTP. */
const TRANSPORT: readonly Fault[] = [
  instead("resets the connection before the request", anything, () => ({ kind: "reset" })),
  after("resets the connection after the request", anything, () => ({ kind: "reset" })),
  after("truncates the body", isRead, (answer) => ({ kind: "answer", answer, end: "reset" })),
  after("sends half of the body with a short Content-Length", isRead, half),
  after("flips a bit of the content", all(isRead, isContent), (answer) => ({
    kind: "answer",
    answer: { ...answer, body: flipped(answer.body) },
  })),
  before(
    "flips a bit of the upload",
    all(isWrite, ({ method }) => method === "PUT"),
    (sent) => ({
      ...sent,
      body: flipped(sent.body),
    }),
  ),
  // A write is waited for longer than a test can take: registries check and replicate a blob before they answer.
  instead("does not respond", isQuestion, () => ({ kind: "silence" })),
  after("stalls within the body", isRead, (answer) => ({ kind: "answer", answer, end: "silence" })),
  after("sends the body slowly", isRead, (answer) => ({ kind: "answer", answer, end: "slow" })),
  instead("responds with bytes that are not HTTP", anything, () => ({
    kind: "bytes",
    bytes: "SSH-2.0-OpenSSH_9.6\r\n",
  })),
];

/** Statuses of a registry, and of a gateway in front of it. */
const STATUSES: readonly Fault[] = [
  instead("responds with 500", anything, () => json(500, "UNKNOWN")),
  instead("responds with 502 and a page", anything, () => page(502)),
  instead("responds with 503", anything, () => json(503, "UNAVAILABLE")),
  instead("responds with 504 and a page", anything, () => page(504)),
  instead("responds with 429", anything, () => json(429, "TOOMANYREQUESTS")),
  instead("responds with 429 and Retry-After", anything, () => json(429, "TOOMANYREQUESTS", { "retry-after": "1" })),
  after("responds with 502 after the request was carried out", isWrite, () => page(502)),
  after("responds with 500 after the request was carried out", isWrite, () => json(500, "UNKNOWN")),
  instead("responds with 200 and a page", isRead, () => page(200)),
];

/** False answers of a registry. */
const LIES: readonly Fault[] = [
  instead("forgets the upload session", isUpload, () => json(404, "BLOB_UPLOAD_UNKNOWN")),
  after("claims by HEAD that content exists", all(isContent, isNamedByDigest, isHead), (answer, request) =>
    answer.status === 404 ? exists(request) : { kind: "answer", answer },
  ),
  instead("denies by HEAD that content exists", all(isContent, isNamedByDigest, isHead), () => status(404)),
  instead("claims a mount that did not happen", isMount, ({ query, repository }) => {
    const digest = query.get("mount") ?? "";
    return status(201, "", { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest });
  }),
  before("ignores a mount", isMount, ({ path, ...sent }) => ({ ...sent, path: path.replace(/\?.*/, "") })),
  after("sends a wrong Docker-Content-Digest", isContent, (answer) =>
    withHeaders(answer, answer.status < 300 ? { "docker-content-digest": OTHER_DIGEST } : {}),
  ),
  before("lets the token expire", hasToken, ({ headers: { authorization: _, ...headers }, ...sent }) => ({
    ...sent,
    headers,
  })),
];

function isHead({ method }: AskedRequest): boolean {
  return method === "HEAD";
}

function hasToken({ headers }: AskedRequest): boolean {
  return headers.authorization?.startsWith("Bearer ") ?? false;
}

/** Every fault of a registry, or of a proxy that forwards plain HTTP. */
export const FAULTS: readonly Fault[] = [...TRANSPORT, ...STATUSES, ...LIES];
