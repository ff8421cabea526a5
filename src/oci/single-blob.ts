import { TransferError } from "../errors/transfer-error.ts";
import type { Digest } from "./digest.ts";
import type { ReadableRepository } from "./store.ts";

/** One blob as a repository, which has nothing else; `unknown` says so of a manifest that is asked for. */
export function singleBlobRepository(
  { name, unknown }: { readonly name: string; readonly unknown: (reference: string) => string },
  digest: Digest,
  fetch: ReadableRepository["fetch"],
): ReadableRepository {
  return {
    name,
    async resolve(reference) {
      throw new TransferError("MANIFEST_UNKNOWN", unknown(reference), { where: name });
    },
    exists: async (target) => target.digest === digest,
    listTags: async () => [],
    fetch,
  };
}
