import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { KeyPair } from "../real/certificates.ts";
import { httpServer, type Listening, listen, schemeOf } from "../real/listening.ts";
import { type Answer, type Auth, createGate, type Gate, type TokenRequest } from "./registry-authorization.ts";
import {
  type Content,
  type Descriptor,
  type DigestAlgorithm,
  digestOf,
  repositoryOf,
  resolveManifest,
  type StoredManifest,
} from "./registry-content.ts";
import type { Fault, FaultAction } from "./registry-faults.ts";
import { type AskedRequest, readRequest } from "./registry-request.ts";
import { answer, blobPath } from "./registry-routes.ts";

export interface FakeRegistryOptions {
  readonly address?: string;
  readonly port?: number;
  readonly tls?: KeyPair;
  readonly auth?: Auth;
  /** Base to which GET and HEAD of blobs are redirected with 307, as a real registry does. */
  readonly redirect?: string;
  /** Whether it has the referrers API; default false. */
  readonly referrers?: boolean;
  readonly faults?: readonly Fault[];
  /** Milliseconds before each answer: what a round trip costs. */
  readonly latency?: number;
}

export interface RegistryRequest extends AskedRequest {
  /** What was answered; 0 where nothing was. */
  readonly status: number;
}

export interface FakeRegistry {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  /** In the order in which they came. */
  readonly requests: readonly RegistryRequest[];
  /** The first request for which this holds, as soon as it has come or been answered. */
  seen(holds: (request: RegistryRequest) => boolean): Promise<RegistryRequest>;
  readonly tokenRequests: readonly TokenRequest[];
  /** Origin of the token end point. */
  readonly tokenOrigin: string;
  /** How many requests were being answered at once, at most. */
  mostInFlight(): number;
  inject(...faults: readonly Fault[]): void;
  /** Ends all faults. */
  heal(): void;
  /** Makes every token that was issued worthless. */
  expireTokens(): void;
  addBlob(repository: string, content: Buffer | string, mediaType?: string, algorithm?: DigestAlgorithm): Descriptor;
  /** A document is written as JSON; bytes are kept as they are. */
  addManifest(
    repository: string,
    manifest: Buffer | { readonly mediaType?: string; readonly [field: string]: unknown },
    options?: { readonly mediaType?: string; readonly tag?: string; readonly algorithm?: DigestAlgorithm },
  ): Descriptor;
  /** Digest by tag. */
  tags(repository: string): Readonly<Record<string, string>>;
  repositories(): readonly string[];
  manifest(repository: string, reference: string): StoredManifest | undefined;
  blob(repository: string, digest: string): Buffer | undefined;
  /** For `startBlobHost({content})`. */
  blobAt(path: string): Buffer | undefined;
  stop(): Promise<void>;
}

const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** An OCI registry in memory, over real sockets, with the faults that real ones cannot be asked for. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const { auth = { kind: "none" }, tls, redirect, referrers, latency = 0 } = options;
  const content: Content = new Map();
  const requests: { -readonly [K in keyof RegistryRequest]: RegistryRequest[K] }[] = [];
  const changes = new EventEmitter();
  const inFlight = { now: 0, most: 0 };
  let faults: { readonly fault: Fault; left: number }[] = [];
  const inject = (...added: readonly Fault[]) => {
    for (const fault of added) faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  };
  inject(...(options.faults ?? []));
  const takeFault = (request: AskedRequest): FaultAction | undefined => {
    const found = faults.find(({ fault, left }) => left > 0 && fault.when(request));
    if (found !== undefined) found.left -= 1;
    return found?.fault.act;
  };

  let tokenOrigin = "";
  const tokenPath = (auth.kind === "bearer" ? auth.tokenPath : undefined) ?? "/token";
  const gate: Gate = createGate(auth, () => `${tokenOrigin}${tokenPath}`);

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = { ...readRequest(message, tokenPath), status: 0 };
    requests.push(request);
    changes.emit("change");
    inFlight.now += 1;
    inFlight.most = Math.max(inFlight.most, inFlight.now);
    response.once("close", () => {
      inFlight.now -= 1;
    });
    const fault = takeFault(request);
    if (fault?.kind === "mute") return;
    const body = await readBody(message, fault?.kind === "reset" ? (fault.after ?? 0) : undefined);
    if (body === undefined) return;
    if (latency > 0) await sleep(latency);
    const outcome = fault?.kind === "respond" ? fault : decide(request, body, fault);
    if (fault?.kind === "lose-answer") response.destroy();
    else {
      request.status = outcome.status;
      changes.emit("change");
      send(response, request.method, outcome, fault);
    }
  };

  const decide = (request: AskedRequest, body: Buffer, fault: FaultAction | undefined): Answer => {
    if (request.kind === "token") return gate.issue(request, body);
    const refused = gate.check(request);
    if (refused !== undefined) return refused;
    const query = new URLSearchParams(request.query);
    if (fault?.kind === "ignore-mount") query.delete("mount");
    const stored = fault?.kind === "rewrite" ? fault.body(body) : body;
    const reference = stored !== body && request.reference.includes(":") ? digestOf(stored) : request.reference;
    const isChecked = fault?.kind !== "unchecked";
    const answered = answer(content, { ...request, query, reference }, stored, { redirect, referrers, isChecked });
    return fault?.kind === "stored" ? { status: fault.status, body: fault.body ?? "" } : answered;
  };

  // A client that goes away in the middle is part of many tests, and no failure of this one.
  const start = (place: { readonly address?: string | undefined; readonly port?: number | undefined }) =>
    listen(
      httpServer((message, response) => void serve(message, response).catch(() => response.destroy()), tls),
      place,
    );

  const listening = await start(options);
  const origin = originOf(listening, tls);
  const tokenHost =
    auth.kind === "bearer" && auth.tokenAddress !== undefined ? await start({ address: auth.tokenAddress }) : listening;
  tokenOrigin = originOf(tokenHost, tls);

  return {
    origin,
    host: `${listening.address}:${listening.port}`,
    port: listening.port,
    requests,
    seen: async (holds) => {
      for (;;) {
        const found = requests.find(holds);
        if (found !== undefined) return found;
        await once(changes, "change");
      }
    },
    tokenRequests: gate.tokenRequests,
    tokenOrigin,
    mostInFlight: () => inFlight.most,
    inject,
    heal: () => {
      faults = [];
    },
    expireTokens: gate.expireTokens,
    addBlob: (name, given, mediaType = "application/octet-stream", algorithm = "sha256") => {
      const bytes = Buffer.from(given);
      const digest = digestOf(bytes, algorithm);
      repositoryOf(content, name).blobs.set(digest, bytes);
      return { mediaType, digest, size: bytes.length };
    },
    addManifest: (name, given, { mediaType, tag, algorithm } = {}) => {
      const bytes = Buffer.isBuffer(given) ? given : Buffer.from(JSON.stringify(given));
      const type = mediaType ?? (Buffer.isBuffer(given) ? undefined : given.mediaType) ?? OCI_MANIFEST;
      const digest = digestOf(bytes, algorithm);
      repositoryOf(content, name).manifests.set(digest, { mediaType: type, content: bytes });
      if (tag !== undefined) repositoryOf(content, name).tags.set(tag, digest);
      return { mediaType: type, digest, size: bytes.length };
    },
    tags: (name) => Object.fromEntries(content.get(name)?.tags ?? []),
    repositories: () => [...content.keys()].sort(),
    manifest: (name, reference) => resolveManifest(repositoryOf(content, name), reference),
    blob: (name, digest) => content.get(name)?.blobs.get(digest),
    blobAt: (path) => {
      const blobs = [...content.values()].flatMap((repository) => [...repository.blobs]);
      return blobs.find(([digest]) => path.endsWith(blobPath(digest)))?.[1];
    },
    stop: async () => {
      await listening.stop();
      await tokenHost.stop();
    },
  };
}

function originOf({ address, port }: Listening, tls: KeyPair | undefined): string {
  return `${schemeOf(tls)}://${address}:${port}`;
}

/** The whole body, or undefined where the connection is cut once `cutAfter` bytes are there. */
async function readBody(message: IncomingMessage, cutAfter: number | undefined): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (cutAfter === 0) {
    message.socket.resetAndDestroy();
    return undefined;
  }
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (cutAfter !== undefined && size >= cutAfter) {
      message.socket.resetAndDestroy();
      return undefined;
    }
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, method: string, outcome: Answer, fault: FaultAction | undefined): void {
  const { status, headers: answered = {} } = outcome;
  const truth = Buffer.from(outcome.body ?? "");
  const body = fault?.kind === "lie" ? (fault.body ?? otherBytes(truth)) : truth;
  const headers: Record<string, string | undefined> = {
    "docker-distribution-api-version": "registry/2.0",
    "content-length": String(body.length),
    ...answered,
    ...(fault?.kind === "headers" || fault?.kind === "rewrite" ? fault.headers : {}),
  };
  const present = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  response.writeHead(status, Object.fromEntries(present));
  if (method === "HEAD") response.end();
  else if (fault?.kind === "truncate") response.write(body.subarray(0, fault.after), () => response.destroy());
  else if (fault?.kind === "stall") response.write(body.subarray(0, fault.after));
  else response.end(body);
}

function otherBytes(truth: Buffer): Buffer {
  const lie = Buffer.from(truth);
  if (lie.length > 0) lie.writeUInt8(lie.readUInt8(lie.length - 1) ^ 1, lie.length - 1);
  return lie;
}
