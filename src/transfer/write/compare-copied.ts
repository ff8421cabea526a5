import type { Transform } from "node:stream";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { keyOf } from "../target/inspect.ts";
import type { Plan, Step } from "../target/plan.ts";
import { type Comparable, createComparison } from "../verify/comparison.ts";

export interface Comparing {
  /** Steps that comparisons carry out, by their keys. */
  readonly done: Map<string, Promise<void>>;
  /** By digest: the comparisons that have to be through before a manifest refers to the blob. */
  readonly compared: ReadonlyMap<Digest, readonly Promise<void>[]>;
}

export interface ComparedBlob {
  readonly comparable: Comparable;
  readonly blob: Descriptor;
  /** The step that moves the blob in any case; without one it has to be read for the comparison alone. */
  readonly carrier: Step | undefined;
  readonly passing: () => Transform;
}

/** Moves the blobs of each comparison in a row, and all comparisons at the same time. */
export function startComparisons({ comparables, steps }: Plan, move: (blob: ComparedBlob) => Promise<void>): Comparing {
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
