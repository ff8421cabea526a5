import type { Readable } from "node:stream";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { streamOf } from "../../src/oci/content.ts";
import { type Descriptor, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { isDigest } from "../../src/oci/digest.ts";
import type { ReadableRepository, ReadableStore } from "../../src/oci/store.ts";
import { verifying } from "../../src/oci/verify.ts";
import { type ContentStore, descriptorOf } from "./content.ts";

/** A registry to read from, without a socket: content and tags by repository. */
export interface MemoryRegistry extends ReadableStore, ContentStore {
  /** `resolve repository:reference`, in order. */
  readonly asked: readonly string[];
  /** Another tag for a manifest that is there. */
  addTag(repository: string, manifest: Descriptor, tag: string): void;
  /** From now on asking this repository for a manifest fails so. */
  refuse(repository: string, error: Error): void;
}

interface Entry {
  readonly descriptor: Descriptor;
  readonly content: Buffer;
}

/** A name that is a path makes it an archive. */
export function createMemoryRegistry(name = "memory.test"): MemoryRegistry {
  const repositories = new Map<string, Map<string, Entry>>();
  const refusals = new Map<string, Error>();
  const asked: string[] = [];

  function put(repository: string, { descriptor, content }: Entry, tag?: string): Descriptor {
    const entries = repositories.get(repository) ?? new Map();
    repositories.set(repository, entries);
    for (const key of [descriptor.digest, tag]) if (key !== undefined) entries.set(key, { descriptor, content });
    return descriptor;
  }

  function find(repository: string, reference: string): Entry | undefined {
    return repositories.get(repository)?.get(reference);
  }

  const repository = (repositoryName: string): ReadableRepository => ({
    name: repositoryName,
    async resolve(reference) {
      asked.push(`${repositoryName}${isDigest(reference) ? "@" : ":"}${reference}`);
      const refusal = refusals.get(repositoryName);
      if (refusal !== undefined) throw refusal;
      const found = find(repositoryName, reference);
      if (found !== undefined) return found.descriptor;
      throw new TransferError("MANIFEST_UNKNOWN", `${name} has no ${repositoryName}:${reference}`, { where: name });
    },
    exists: async ({ digest }) => find(repositoryName, digest) !== undefined,
    listTags: async () => [...(repositories.get(repositoryName)?.keys() ?? [])].filter((key) => !isDigest(key)),
    async fetch(target): Promise<Readable> {
      const found = find(repositoryName, target.digest);
      if (found === undefined) throw new TransferError("BLOB_UNKNOWN", `${name} has no blob ${target.digest}`);
      return verifying(streamOf(found.content), target, name);
    },
  });

  return {
    kind: /^\/|\.tgz$/.test(name) ? "ctf" : "registry",
    name,
    asked,
    repository,
    addBlob(to, text, mediaType, algorithm) {
      return put(to, { descriptor: descriptorOf(text, mediaType, algorithm), content: Buffer.from(text) });
    },
    addManifest(to, document, { mediaType, tag, algorithm } = {}) {
      const content = Buffer.from(JSON.stringify(document));
      const type = mediaType ?? (document as { mediaType?: string }).mediaType ?? OCI_MANIFEST;
      return put(to, { descriptor: descriptorOf(content, type, algorithm), content }, tag);
    },
    addTag(to, { digest }, tag) {
      const found = find(to, digest);
      if (found === undefined) throw new Error(`${to} has no ${digest}`);
      put(to, found, tag);
    },
    refuse: (to, error) => refusals.set(to, error),
  };
}
