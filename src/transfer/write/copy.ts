import { pipeline, Transform } from "node:stream";
import { finished } from "node:stream/promises";
import { createLimiter } from "../../bounds/limiter.ts";
import { isConclusive, TransferError } from "../../errors/transfer-error.ts";
import { asOneWork } from "../../net/work.ts";
import { type Descriptor, isIndex, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ReadableRepository, Repository, Store } from "../../oci/store.ts";
import { COMPONENT_DESCRIPTORS } from "../../ocm/descriptor/component-reference.ts";
import { RegistryError } from "../../stores/registry/error.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Placement } from "../target/desired.ts";
import type { Refused } from "../target/fallback.ts";
import { keyOf } from "../target/inspect.ts";
import type { Plan, Step } from "../target/plan.ts";
import { supportsReferrersApi } from "../target/tag-referrers.ts";
import { type Comparable, createComparison } from "../verify/comparison.ts";

export interface CopyOptions {
  readonly target: Store;
  /** Blobs that are copied at the same time. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly onBytes: (count: number) => void;
  /** Called for every completed step; a mount that the registry declined is reported as a copy. */
  readonly onDone: (step: Step, done: Step["kind"]) => void;
}

/**
 * Carries out the plan, but for the tags: every step as soon as those that it needs are done. Content whose pin the digests of its
 * blobs do not decide is compared with it on the way, before any manifest that refers to it is written. The first failure
 * stops the rest; nothing of what was written until then can be seen under a tag. Referrers are no part of a component version: one that
 * the source has lost, or the target refuses, is left. Resolves to the keys of what was left.
 */
export async function copy(plan: Plan, options: CopyOptions, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const context: Context = {
    ...options,
    limiter: createLimiter(options.concurrency),
    supportsReferrers: createSupportsReferrers(options.target, stop),
  };
  const run = async (step: Step, passing?: () => Transform) => {
    // A mount and the upload in its place are one piece of work, with one number of attempts.
    options.onDone(step, await asOneWork(() => perform(step, context, stop, passing)));
  };
  const left = new Set<string>();
  const runOrLeave = async (step: Step) => {
    const leave = () => {
      left.add(keyOf(step.placement));
      options.onDone(step, "left");
    };
    if (step.needs.some((key) => left.has(key))) return leave();
    try {
      await run(step);
    } catch (error) {
      if (!isConclusive(error)) throw error;
      leave();
    }
  };
  const { done, compared } = startComparisons(plan, ({ comparable, blob, carrier, passing }) =>
    carrier === undefined ? drain(comparable.from, blob, context, stop, passing) : run(carrier, passing),
  );
  const comparing = [...compared.values()].flat();
  for (const each of comparing) each.catch((error) => failure.abort(error));

  for (const step of plan.steps) {
    if (done.has(keyOf(step.placement))) continue;
    const { placement } = step;
    const needed = [
      ...step.needs.map((key) => done.get(key)),
      ...placement.needs.flatMap(({ digest }) => compared.get(digest) ?? []),
    ];
    const doing = (async () => {
      await Promise.all(needed);
      await (placement.about === undefined ? run(step) : runOrLeave(step));
    })();
    doing.catch((error) => failure.abort(error));
    done.set(keyOf(placement), doing);
  }
  const results = await Promise.allSettled([...done.values(), ...comparing]);
  if (results.some(({ status }) => status === "rejected")) throw stop.reason;
  return left;
}

interface Comparing {
  /** Steps that comparisons carry out, by their keys. */
  readonly done: Map<string, Promise<void>>;
  /** By digest: the comparisons that have to be through before a manifest refers to the blob. */
  readonly compared: ReadonlyMap<Digest, readonly Promise<void>[]>;
}

interface ComparedBlob {
  readonly comparable: Comparable;
  readonly blob: Descriptor;
  /** The step that moves the blob in any case; without one it has to be read for the comparison alone. */
  readonly carrier: Step | undefined;
  readonly passing: () => Transform;
}

/** Moves the blobs of each comparison in a row, and all comparisons at the same time. */
function startComparisons({ comparables, steps }: Plan, move: (blob: ComparedBlob) => Promise<void>): Comparing {
  const carriers = carriersOf(steps);
  const done = new Map<string, Promise<void>>();
  const compared = new Map<Digest, Promise<void>[]>();
  for (const comparable of comparables) {
    const comparison = createComparison(comparable);
    let last: Promise<void> = Promise.resolve();
    for (const [index, blob] of comparable.blobs.entries()) {
      const carrier = carriers.get(blob.digest);
      carriers.delete(blob.digest);
      last = last.then(() => move({ comparable, blob, carrier, passing: () => comparison.passing(index) }));
      if (carrier !== undefined) done.set(keyOf(carrier.placement), last);
    }
    for (const { digest } of comparable.blobs) compared.set(digest, [...(compared.get(digest) ?? []), last]);
  }
  return { done, compared };
}

/** The steps that copy a blob whatever else happens, by its digest: a comparison can look at what they move. */
function carriersOf(steps: readonly Step[]): Map<Digest, Step> {
  const copies = steps.filter(
    ({ kind, placement: { descriptor, about } }) =>
      kind === "copy" && about === undefined && !isManifest(descriptor.mediaType),
  );
  return new Map(copies.map((step) => [step.placement.descriptor.digest, step]));
}

interface Context extends CopyOptions {
  readonly limiter: ReturnType<typeof createLimiter>;
  readonly supportsReferrers: SupportsReferrers;
}

async function perform(
  step: Step,
  context: Context,
  signal: AbortSignal,
  passing?: () => Transform,
): Promise<Step["kind"]> {
  const { placement } = step;
  const to = context.target.repository(placement.to);
  if (step.kind === "skip" || step.kind === "left") return step.kind;
  if (
    placement.about?.isTaggable === false &&
    !(await context.supportsReferrers(placement.to, placement.about.subject))
  ) {
    return "left";
  }
  if (step.kind === "mount" && (await to.mount(placement.descriptor, step.from, signal))) return "mount";
  if (isManifest(placement.descriptor.mediaType)) {
    await transferManifest(placement, to, signal);
    return step.kind;
  }
  const release = await context.limiter.acquire("blobs", signal);
  try {
    await transferBlob(placement, to, context, signal, passing);
  } finally {
    release();
  }
  return step.kind === "mount" ? "copy" : step.kind;
}

/** Reads a blob that is not copied, so that it can be compared. */
async function drain(
  from: ReadableRepository,
  blob: Descriptor,
  { limiter, attempts }: Context,
  signal: AbortSignal,
  passing: () => Transform,
): Promise<void> {
  const release = await limiter.acquire("blobs", signal);
  try {
    const read = async () => finished(pipeline(await from.fetch(blob, signal), passing(), () => {}).resume());
    await retryStream(attempts, read, signal);
  } finally {
    release();
  }
}

type SupportsReferrers = (repository: string, subject: Descriptor) => Promise<boolean>;

/** Requested for the first subject that exists: for a missing one, registries answer anything. The answer holds for the whole target. */
function createSupportsReferrers(target: Store, signal: AbortSignal): SupportsReferrers {
  let asking: Promise<boolean> | undefined;
  return async (repository, subject) => {
    asking ??= supportsReferrersApi(target.repository(repository), subject, signal);
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
  passing?: () => Transform,
): Promise<void> {
  await retryStream(
    options.attempts,
    async () => {
      if (Buffer.isBuffer(from)) return to.push(descriptor, from, signal);
      const content = await from.fetch(descriptor, signal);
      const counted = counting(options.onBytes);
      const passed =
        passing === undefined ? pipeline(content, counted, () => {}) : pipeline(content, passing(), counted, () => {});
      return to.push(descriptor, passed, signal);
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
