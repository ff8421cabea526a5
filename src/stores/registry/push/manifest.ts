import { TransferError } from "../../../errors/transfer-error.ts";
import { drain } from "../../../net/body.ts";
import { type ConnectionPhase, HopError } from "../../../net/hop.ts";
import { contentFaults, untilSameTwice } from "../../../net/repeat.ts";
import { asOneWork, mayRepeat } from "../../../net/work.ts";
import { isRecord } from "../../../oci/descriptor.ts";
import { type Digest, encoded, hasherOf, isDigest } from "../../../oci/digest.ts";
import type { KnownManifest } from "../cache.ts";
import { isTemporaryRefusal, RegistryError, registryError } from "../error.ts";
import { DIGEST_HEADER, type ManifestContext, parsed, readManifest } from "../manifests.ts";
import { isDamagedAtTag, isDamagedManifest } from "./damaged.ts";

interface PushContext extends ManifestContext {
  /** A phrase for errors: `tagging registry.test/a:1`. */
  readonly doing: string;
}

/**
 * Writes a manifest under a tag or its digest, and once more where it may have been damaged on its way. Where the answer leaves open whether the registry has it, the registry is asked: a lost answer
 * and a refusal to overwrite a manifest with itself are no errors. Fails with TAG_IMMUTABLE, and with READ_BACK_DIFFERS where the registry
 * stores another manifest.
 */
export async function putManifest(
  reference: string,
  manifest: KnownManifest,
  context: PushContext,
  signal?: AbortSignal,
): Promise<void> {
  const isNewDamage = contentFaults(isDigest(reference) ? isDamagedManifest : isDamagedAtTag);
  return asOneWork(async () => {
    for (;;) {
      const failure = await unsettled(reference, manifest, context, signal);
      if (failure === undefined) return;
      if (!isNewDamage(failure) || !(await mayRepeat(context.client.attempts, { signal }))) throw failure;
    }
  });
}

/** Writes a manifest once. Resolves to the failure, unless the registry has the manifest in spite of it. */
async function unsettled(
  reference: string,
  manifest: KnownManifest,
  context: PushContext,
  signal?: AbortSignal,
): Promise<unknown> {
  const failure = await failureOf(() => put(reference, manifest, context, signal));
  if (failure === undefined) return undefined;
  signal?.throwIfAborted();
  if (isDigest(reference) && !isOpen(failure)) return failure;
  const { digest } = manifest.descriptor;
  const stored = await readOrNone(reference, digest, context, signal).catch(() => undefined);
  if (stored === digest) return undefined;
  if (isDigest(stored) && isRefusedForTag(failure)) return tagImmutable(failure, reference, stored);
  return failure;
}

/** Sets a tag, and reads it as a later reader does: within the attempts that are left, where the registry finds it only after a while. */
export function tagManifest(
  tag: string,
  manifest: KnownManifest,
  context: PushContext,
  signal?: AbortSignal,
): Promise<void> {
  return asOneWork(async () => {
    const { digest } = manifest.descriptor;
    await putManifest(tag, manifest, context, signal);
    for (;;) {
      const stored = await readOrNone(tag, digest, context, signal);
      if (stored === "denied" || stored === digest) return;
      if (stored !== undefined) throw storesAnother(stored, digest, context);
      if (!(await mayRepeat(context.client.attempts, { signal }))) throw doesNotStore(context);
    }
  });
}

async function put(
  reference: string,
  { descriptor, content }: KnownManifest,
  context: PushContext,
  signal?: AbortSignal,
): Promise<void> {
  const { base, client, scopes, doing } = context;
  const headers = { "content-type": descriptor.mediaType };
  const url = `${base}manifests/${reference}`;
  const response = await client.request({ method: "PUT", url, headers, body: content }, scopes, signal);
  if (response.status >= 300) {
    throw await registryError(response, `${doing} (${measureOf(content)})`, { of: "manifest push" });
  }
  await drain(response);
  const stored = response.headers[DIGEST_HEADER];
  if (isDigest(stored) && hasherOf(stored).update(content).digest("hex") !== encoded(stored)) {
    throw storesAnother(stored, descriptor.digest, context);
  }
}

/** What registries limit: `503 layers, 98304 bytes`. */
function measureOf(content: Buffer): string {
  const document = parsed(content);
  const layers = isRecord(document) && Array.isArray(document.layers) ? `${document.layers.length} layers, ` : "";
  return `${layers}${content.length} bytes`;
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The digest that a reference leads to now, undefined where the registry has none. */
async function readOrNone(
  reference: string,
  expected: Digest,
  context: ManifestContext,
  signal?: AbortSignal,
): Promise<Digest | "denied" | undefined> {
  try {
    const read = () => readManifest(reference, context, signal, expected);
    return (await untilSameTwice(context.client.attempts, read, signal)).descriptor.digest;
  } catch (error) {
    // An account may have the right to push alone.
    if (isRefused(error, [401, 403])) return "denied";
    if (isRefused(error, [404])) return undefined;
    throw error;
  }
}

function isRefused(error: unknown, statuses: readonly number[]): boolean {
  return error instanceof RegistryError && statuses.includes(error.status);
}

/** Phases in which the request may have arrived. */
const SENT: ReadonlySet<ConnectionPhase> = new Set(["tunnel", "response", "body"]);

/** Whether the manifest may be stored in spite of the failure; a definite refusal of its content leaves nothing open. */
function isOpen(failure: unknown): boolean {
  if (failure instanceof HopError) return SENT.has(failure.phase);
  if (failure instanceof RegistryError) return isTemporaryRefusal(failure) || isRefused(failure, [409, 412]);
  return isAnother(failure);
}

/** The manifest itself was accepted under its digest before: what is refused is the tag. */
function isRefusedForTag(failure: unknown): failure is RegistryError {
  if (!(failure instanceof RegistryError)) return false;
  const { status, message } = failure;
  return /immutab/i.test(message) || (status < 500 && !isRefused(failure, [401, 403, 404, 408, 429]));
}

function isAnother(failure: unknown): boolean {
  return failure instanceof TransferError && failure.code === "READ_BACK_DIFFERS";
}

function tagImmutable(failure: RegistryError, tag: string, has: Digest): RegistryError {
  const { hop, status, registryCodes } = failure;
  return new RegistryError("TAG_IMMUTABLE", `${failure.message}; the tag ${tag} is immutable, has ${has}`, {
    hop,
    status,
    registryCodes,
  });
}

function storesAnother(stored: Digest, sent: Digest, { doing, where }: PushContext): TransferError {
  return new TransferError("READ_BACK_DIFFERS", `${doing}: the registry stored ${stored}, and not ${sent}`, {
    where,
    remedy:
      "Ask the operators of the target what rewrites manifests there: a copy has to have the digests of its source.",
  });
}

function doesNotStore({ doing, where }: PushContext): TransferError {
  return new TransferError("READ_BACK_DIFFERS", `${doing}: the registry accepted the tag, and does not have it`, {
    where,
    remedy: "Run again; if it stays, ask the operators of the target why tags that it accepts are lost.",
  });
}
