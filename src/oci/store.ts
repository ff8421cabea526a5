import type { Readable } from "node:stream";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";

/** One repository of a registry or of an archive. What it hands out is verified. */
export interface ReadableRepository {
  readonly name: string;
  /** The descriptor of the manifest under a tag or digest; a TransferError MANIFEST_UNKNOWN where there is none. */
  resolve(reference: string, signal?: AbortSignal): Promise<Descriptor>;
  exists(target: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /** All tags (distribution-spec, end-8a); none where there is no such repository. */
  listTags(signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Manifests whose subject is this one, which the repository has (distribution-spec, end-12a); undefined where at most tags can tell,
   * and no such method where there never are any.
   */
  listReferrers?(subject: Digest, signal?: AbortSignal): Promise<readonly Descriptor[] | undefined>;
  /** The content; the stream fails at its end if size or digest are not those of the descriptor. */
  fetch(target: Descriptor, signal?: AbortSignal): Promise<Readable>;
}

export interface Repository extends ReadableRepository {
  push(expected: Descriptor, content: Readable | Buffer, signal?: AbortSignal): Promise<void>;
  /** Makes a tag point to a manifest that is in the repository already. */
  tag(target: Descriptor, tag: string, signal?: AbortSignal): Promise<void>;
  /** Removes a tag; false where the registry does not allow it. */
  untag(tag: string, signal?: AbortSignal): Promise<boolean>;
  /** Takes a blob over from another repository of the same registry; false where that is not possible. */
  mount(target: Descriptor, from: string, signal?: AbortSignal): Promise<boolean>;
}

export interface Registry<R extends ReadableRepository = Repository> {
  /** For people: the host, or the path of the archive. */
  readonly name: string;
  repository(name: string): R;
}

export type ReadableRegistry = Registry<ReadableRepository>;
