import type { Readable } from "node:stream";
import type { Finding } from "../errors/finding.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";

/** A store that is read: a registry, or an archive. Optional methods are capabilities of some kinds only. */
export interface ReadableStore {
  readonly kind: "registry" | "ctf";
  /** For people: the host, or the path of the archive. */
  readonly name: string;
  repository(name: string): ReadableRepository;
  /** The names of all repositories; registries do not list them to everybody. */
  listRepositories?(): Promise<readonly string[]>;
  /** Asks for the API of a store behind a network (distribution-spec, end-1), and fails where it cannot be used. */
  ping?(signal?: AbortSignal): Promise<void>;
}

/** A store that is written. Nothing that is pushed to it can be found before `publish`. */
export interface Store extends ReadableStore {
  repository(name: string): Repository;
  /** The start of absolute references: the host, with `http://` where it speaks plain HTTP. Archives have none. */
  readonly origin?: string;
  /**
   * Ends the transaction: sets the tags, one group after the other, and makes everything that was pushed permanent. All of the tags can be
   * found afterwards or, if it fails, none; PUBLISHED_IN_PART where some could neither be completed nor removed.
   */
  publish(tags: readonly (readonly TagChange[])[], signal?: AbortSignal): Promise<void>;
  /** Of an archive that is a delta: the sizes of the blobs that it omits, in bytes. */
  omitted?(): ReadonlyMap<Digest, number>;
  /** Restores tags that were published. */
  rollback(tags: readonly TagChange[]): Promise<Rollback>;
}

export interface TagChange {
  readonly repository: string;
  readonly tag: string;
  /** A manifest that is in the repository already. */
  readonly target: Descriptor;
  /** The manifest under the tag before; undefined for a new tag. */
  readonly before: Descriptor | undefined;
}

/** A committed archive stays as it was written. */
export type Rollback = ({ readonly kind: "tags" } & RestoredTags) | { readonly kind: "committed" };

/** Every tag that is in neither list is as it was before, as the registry confirmed. */
export interface RestoredTags {
  /** Tags that could not be restored, `repository:tag`. */
  readonly left: readonly string[];
  /** Tags that another client has moved since, with what they lead to; they are not touched. */
  readonly moved: readonly string[];
}

/** One repository of a store. The content that it returns is verified. */
export interface ReadableRepository {
  readonly name: string;
  /** The store, where its repositories share their blobs. */
  readonly store?: ReadableStore;
  /** The descriptor of the manifest under a tag or digest. Fails with MANIFEST_UNKNOWN. */
  resolve(reference: string, signal?: AbortSignal): Promise<Descriptor>;
  exists(target: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /** All tags (distribution-spec, end-8a); empty for a repository that does not exist. */
  listTags(signal?: AbortSignal): Promise<readonly string[]>;
  /** The content, which the descriptor itself may have; the stream fails at its end if size or digest are not those of the descriptor. */
  fetch(target: Descriptor, signal?: AbortSignal): Promise<Readable>;
  /** Manifests with this subject (distribution-spec, end-12a); undefined where the registry has no referrers API. */
  listReferrers?(subject: Digest, signal?: AbortSignal): Promise<readonly Descriptor[] | undefined>;
  /** Asks for the first byte of a blob, on the route that a download would take. */
  probe?(blob: Descriptor, signal?: AbortSignal): Promise<unknown>;
  /** Of an archive that lacks the blob: whether it is a delta that omits it on purpose. Undefined for a blob that it has. */
  absenceOf?(blob: Descriptor): Promise<"omitted" | "missing" | undefined>;
  /** Whether a manifest of this repository refers to the blob, in a store whose repositories share their blobs. */
  refersTo?(blob: Descriptor): Promise<boolean>;
}

/**
 * How the right to push is proved. `token`: by the rights that a token names, or else by a login that is accepted. `upload`: where no token
 * names its rights, by an upload that is begun and cancelled.
 */
export type PushProof = "token" | "upload";

export interface Repository extends ReadableRepository {
  push(expected: Descriptor, content: Readable | Buffer, signal?: AbortSignal): Promise<void>;
  /** Sets a tag to a manifest that is in the repository already. */
  tag(target: Descriptor, tag: string, signal?: AbortSignal): Promise<void>;
  /** Removes a tag; false where the registry does not allow it. */
  untag(tag: string, signal?: AbortSignal): Promise<boolean>;
  /** Mounts a blob from another repository of the same store; false where that is not possible. */
  mount(target: Descriptor, from: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Fails where the registry does not let this run push to the repository, with PUSH_DENIED, UNAUTHORIZED or as a push would. Resolves to the
   * findings of the check.
   */
  checkPushRight?(proof: PushProof, signal?: AbortSignal): Promise<readonly Finding[]>;
}
