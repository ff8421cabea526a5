import { TransferError } from "../../../errors/transfer-error.ts";
import { printable } from "../../../text/redact.ts";
import { findRegistry } from "./find.ts";

/** A manifest that is to be pushed. */
export interface MeasuredManifest {
  /** For people: `component version acme.org/shop:1.0.0`. */
  readonly of: string;
  readonly layers: number;
  /** Bytes of the largest blob that it refers to. */
  readonly largestBlob: number;
}

/** Fails with TARGET_LIMIT_EXCEEDED where manifests exceed the limits of a known registry. The message has all of them. */
export function checkLimits(registry: string, manifests: readonly MeasuredManifest[]): void {
  const found = findRegistry(registry)?.known;
  if (found?.limits === undefined) return;
  const layers = found.limits.layers?.max ?? Number.POSITIVE_INFINITY;
  const blob = found.limits.blob?.max ?? Number.POSITIVE_INFINITY;
  const exceeding = manifests.flatMap(({ of, layers: count, largestBlob }) => [
    ...(count > layers ? [`${of} has ${count} layers in one manifest, and ${found.vendor} accepts ${layers}`] : []),
    ...(largestBlob > blob ? [`${of} has a blob of ${largestBlob} bytes, and ${found.vendor} accepts ${blob}`] : []),
  ]);
  if (exceeding.length === 0) return;
  throw new TransferError("TARGET_LIMIT_EXCEEDED", printable([...new Set(exceeding)].join("; "), 4000), {
    where: registry,
    remedy: LIMIT_REMEDY,
  });
}

/** No access-fallback changes the number of local blobs, or the size of one. */
export const LIMIT_REMEDY =
  "Each local blob of a component version is a layer: publish fewer in one component version (one archive of many files, or several component versions), or transfer to a registry or archive without this limit.";
