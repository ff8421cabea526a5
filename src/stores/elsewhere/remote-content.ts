import { boundedGunzip, type UnpackLimits } from "../../archive/gunzip.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { Party } from "../../net/address/address-policy.ts";
import { hostOf } from "../../net/address/host.ts";
import { bodyError, drain } from "../../net/body.ts";
import type { HttpClient, HttpResponse } from "../../net/http.ts";
import { isRedirect } from "../../net/layers/redirects.ts";
import type { Purpose } from "../../net/purpose.ts";
import { resuming } from "../../net/resume.ts";
import { asOneWork } from "../../net/work.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { singleBlobRepository } from "../../oci/single-blob.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { printable } from "../../text/redact.ts";
import type { Consumer } from "../registry/auth/credentials.ts";
import { retryStream } from "../retry-stream.ts";
import { blobMediaType } from "./media-type.ts";
import type { Authorize } from "./server-login.ts";
import { type Spool, tooLarge } from "./spool.ts";

/** Something that a server answers to GET. */
export interface RemoteContent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whose login applies. */
  readonly consumer: Consumer;
  readonly purpose: Purpose;
  /** As messages name it. */
  readonly where: string;
  /** The digest that it must have. */
  readonly pinned: Digest | undefined;
  /** Empty where the server's word counts. */
  readonly mediaType: string;
  /** Whether `Content-Encoding: gzip` is of the transport, as Go's client takes it, and not of the content. */
  readonly decodes: boolean;
  readonly followsRedirects: boolean;
}

export interface FetchContext {
  readonly client: HttpClient;
  readonly authorize: Authorize;
  readonly spool: Spool;
  /** Bytes. */
  readonly largest: number;
  /** For what a server sends packed; by default those of archives. */
  readonly unpackLimits?: UnpackLimits;
  readonly attempts: number;
}

/** The server of a URL that a component descriptor, or the index of a chart repository, names. */
export function webServer(url: string): Party {
  return { kind: "web-server", host: hostOf(new URL(url)) };
}

/** The purpose of requests for the content of a resource or source. */
export function contentOf({ kind, name }: Element, access: "helm" | "wget"): Purpose {
  return { kind: "content", access, element: `${kind} ${printable(name, 80)}` };
}

export interface RemoteBlob {
  readonly from: ReadableRepository;
  readonly descriptor: Descriptor;
}

/** Bytes from which on it is worth asking twice: large content that is pinned is not read before it is known to be missing at the target. */
const LARGE = 8 * 1024 * 1024;

/** The content as a blob, read now or when it is copied; undefined where the server redirects and that is not to be followed. */
export function readRemote(
  content: RemoteContent,
  context: FetchContext,
  signal?: AbortSignal,
): Promise<RemoteBlob | undefined> {
  return asOneWork(() => readOrPostpone(content, context, signal));
}

async function readOrPostpone(
  content: RemoteContent,
  context: FetchContext,
  signal?: AbortSignal,
): Promise<RemoteBlob | undefined> {
  const { pinned, where } = content;
  const first = await ask(content, context, signal);
  if (first === undefined) return undefined;
  const mediaType = blobMediaType(content.mediaType || first.headers["content-type"]);
  const size = sizeOf(first);
  if (size !== undefined && size > context.largest) {
    discard(first);
    throw tooLarge(where, context.largest);
  }
  if (pinned?.startsWith("sha256:") && size !== undefined && size > LARGE && !isPacked(content, first)) {
    discard(first);
    return { descriptor: { mediaType, digest: pinned, size }, from: askedLater(content, pinned, context) };
  }
  let answer: HttpResponse | undefined = first;
  const held = await retryStream(
    context.attempts,
    async () => {
      const response: HttpResponse | undefined = answer ?? (await ask(content, context, signal));
      answer = undefined;
      if (response === undefined) throw unavailable(content, "a redirect");
      const unpacking = isPacked(content, response) ? boundedGunzip(where, context.unpackLimits) : [];
      return context.spool.hold(chunksOf(response), { where, pinned, unpacking });
    },
    signal,
  );
  return {
    descriptor: { mediaType, digest: held.digest, size: held.size },
    from: repositoryOf(first.hop.host, held.digest, async (target) => verifying(held.open(), target, where)),
  };
}

function isPacked({ decodes }: RemoteContent, { headers }: HttpResponse): boolean {
  return decodes && headers["content-encoding"]?.toLowerCase() === "gzip";
}

function askedLater(content: RemoteContent, digest: Digest, context: FetchContext): ReadableRepository {
  return repositoryOf(new URL(content.url).host, digest, async (target, signal) => {
    return asOneWork(async () => {
      const response = await ask(content, context, signal);
      if (response === undefined) throw unavailable(content, "a redirect");
      const request = (headers: Readonly<Record<string, string>>) => send(content, context, headers, signal);
      const download = { size: target.size, attempts: context.attempts, request, signal };
      const body = resuming(response, { ...download, accept: (again) => accept(again, content) });
      return verifying(body, target, content.where);
    });
  });
}

function repositoryOf(host: string, digest: Digest, fetch: ReadableRepository["fetch"]): ReadableRepository {
  const unknown = (reference: string) => `${host} is not a registry and has no ${reference}`;
  return singleBlobRepository({ name: host, unknown }, digest, fetch);
}

async function ask(
  content: RemoteContent,
  context: FetchContext,
  signal?: AbortSignal,
): Promise<HttpResponse | undefined> {
  const response = await send(content, context, {}, signal);
  if (content.followsRedirects || !isRedirect(response.status)) {
    await accept(response, content);
    return response;
  }
  await drain(response);
  return undefined;
}

async function send(
  { url, purpose, followsRedirects: redirects, headers: own, consumer }: RemoteContent,
  { client, authorize }: FetchContext,
  more: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const headers = { ...own, ...more, ...(await authorize(url, consumer)) };
  return client.request(
    { method: "GET", url, headers, purpose, redirects, party: webServer(url), isContent: true },
    signal,
  );
}

/** Fails unless the response is the content. */
async function accept(response: HttpResponse, content: RemoteContent): Promise<void> {
  const { where } = content;
  const { status } = response;
  if (status === 200) return;
  await drain(response);
  if (status === 404 || status === 410) {
    throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${response.hop.host} has no such file`, {
      where: response.hop.host,
      remedy: "Restore it there, or leave the resource by reference.",
    });
  }
  throw unavailable(content, String(status));
}

function unavailable({ where, url }: RemoteContent, answer: string): TransferError {
  const { host } = new URL(url);
  return new TransferError("ARTIFACT_UNAVAILABLE", `${where}: ${host} answers with ${answer}`, {
    where: host,
    remedy:
      "A login for it is taken from ocm-config, consumers Wget and HelmChartRepository; or make it a local blob at its origin.",
  });
}

/** The body, whose failures name the hop. */
async function* chunksOf(response: HttpResponse): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response.body) yield chunk;
  } catch (error) {
    throw bodyError(response, error);
  }
}

function discard({ body }: HttpResponse): void {
  body.on("error", () => {}).destroy();
}

/** Bytes that the server announces. */
function sizeOf({ headers }: HttpResponse): number | undefined {
  const length = headers["content-length"];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
