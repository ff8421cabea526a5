import { pipeline, Transform } from "node:stream";
import { TransferError } from "../errors.ts";
import { createLimiter } from "../http/limiter.ts";
import { COMPONENT_DESCRIPTORS } from "../ocm/component-reference.ts";
import { type Descriptor, isIndex, isManifest } from "../registry/descriptor.ts";
import { persist } from "../registry/persist.ts";
import type { Registry, Repository } from "../registry/registry.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { Placement } from "./arrange.ts";
import type { Refused } from "./fallback.ts";
import { keyOf } from "./inspect.ts";
import type { Plan, Step } from "./plan.ts";
import { tellsReferrers } from "./tag-referrers.ts";

export interface CopyOptions {
  readonly target: Registry;
  /** Blobs that are copied at the same time. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly onBytes: (count: number) => void;
  /** Told of every step that is done; a mount that the registry did not make is reported as the copy it became. */
  readonly onDone: (step: Step, done: Step["kind"]) => void;
}

/**
 * Does what the plan says, but for the tags: everything as soon as what it needs is there. The first failure stops the rest; nothing
 * of what was written until then can be seen under a tag.
 */
export async function copy(plan: Plan, options: CopyOptions, signal?: AbortSignal): Promise<void> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const limiter = createLimiter(options.concurrency);
  const tellsReferrers = createTellsReferrers(options.target, stop);
  const done = new Map<string, Promise<void>>();

  for (const step of plan.steps) {
    const needed = step.needs.map((key) => done.get(key));
    const doing = (async () => {
      await Promise.all(needed);
      options.onDone(step, await perform(step, { ...options, tellsReferrers }, limiter, stop));
    })();
    doing.catch((error) => failure.abort(error));
    done.set(keyOf(step.placement), doing);
  }
  const results = await Promise.allSettled(done.values());
  if (results.some(({ status }) => status === "rejected")) throw stop.reason;
}

async function perform(
  step: Step,
  options: CopyOptions & { readonly tellsReferrers: TellsReferrers },
  limiter: ReturnType<typeof createLimiter>,
  signal: AbortSignal,
): Promise<Step["kind"]> {
  const { placement } = step;
  const to = options.target.repository(placement.to);
  if (step.kind === "skip" || step.kind === "left") return step.kind;
  if (placement.about?.isTaggable === false && !(await options.tellsReferrers(placement.to, placement.about.subject))) {
    return "left";
  }
  if (step.kind === "mount" && (await to.mount(placement.descriptor, step.from, signal))) return "mount";
  if (isManifest(placement.descriptor.mediaType)) {
    await transferManifest(placement, to, signal);
    return step.kind;
  }
  const release = await limiter.acquire("blobs", signal);
  try {
    await transferBlob(placement, to, options, signal);
  } finally {
    release();
  }
  return step.kind === "mount" ? "copy" : step.kind;
}

type TellsReferrers = (repository: string, subject: Descriptor) => Promise<boolean>;

/** Asked when the first subject is there: of what is not, registries say anything. The answer holds for all of the target. */
function createTellsReferrers(target: Registry, signal: AbortSignal): TellsReferrers {
  let asking: Promise<boolean> | undefined;
  return async (repository, subject) => {
    asking ??= tellsReferrers(target.repository(repository), subject, signal);
    return asking;
  };
}

async function transferManifest({ descriptor, from }: Placement, to: Repository, signal: AbortSignal): Promise<void> {
  try {
    await to.push(descriptor, Buffer.isBuffer(from) ? from : await from.fetch(descriptor, signal), signal);
  } catch (error) {
    const isOurs = Buffer.isBuffer(from);
    const isPartOfIndex = isOurs ? isIndex(descriptor.mediaType) : `/${to.name}`.includes(`/${COMPONENT_DESCRIPTORS}/`);
    if (!isPartOfIndex || !isRefusal(error)) throw error;
    throw new ManifestRefused(error, isOurs ? "index" : { mediaType: descriptor.mediaType }, to.name);
  }
}

/** A target that does not take the index around a component version, or a manifest in it, in its own words. */
export class ManifestRefused extends TransferError {
  readonly refused: Refused;

  constructor(error: RegistryError, refused: Refused, where: string) {
    // Under another name it would be the same manifest.
    const fallbacks = refused === "index" ? "artifact-set or ociArtifact" : "artifact-set";
    const remedy = `Set access-fallback to ${fallbacks} for this target.`;
    super("INDEX_REFUSED", error.message, { where, remedy, cause: error });
    this.refused = refused;
  }
}

/** Not where the registry misses something: that is a fault in what was sent before, or in the registry's memory. */
function isRefusal(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError) || error.code !== "REGISTRY_REFUSED") return false;
  return !error.registryCodes.some((code) => /^(?:MANIFEST|BLOB|MANIFEST_BLOB)_UNKNOWN$/.test(code));
}

async function transferBlob(
  { descriptor, from }: Placement,
  to: Repository,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<void> {
  await persist(
    options.attempts,
    async () => {
      if (Buffer.isBuffer(from)) return to.push(descriptor, from, signal);
      const content = await from.fetch(descriptor, signal);
      return to.push(
        descriptor,
        pipeline(content, counting(options.onBytes), () => {}),
        signal,
      );
    },
    signal,
  );
}

function counting(onBytes: (count: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}
