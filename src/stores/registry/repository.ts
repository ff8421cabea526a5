import type { Cache } from "../../bounds/cache.ts";
import { drain } from "../../net/body.ts";
import type { HttpResponse } from "../../net/http.ts";
import { isRedirect } from "../../net/layers/redirects.ts";
import { bytesOf, streamOf } from "../../oci/content.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { verified } from "../../oci/verify.ts";
import { scopeOf } from "./auth/scope.ts";
import { fetchBlob, mountBlob, probeBlob } from "./blobs.ts";
import { TAG_SIZE } from "./cache.ts";
import { registryError } from "./error.ts";
import { DIGEST_HEADER, getManifest, type ManifestContext } from "./manifests.ts";
import { putManifest, tagManifest } from "./push/manifest.ts";
import { checkPushRight, type PushProofs } from "./push/right.ts";
import type { ListReferrers } from "./referrers.ts";
import type { RemoteRegistry, RemoteRepository } from "./store.ts";
import { listTags } from "./tags.ts";
import { noUploads, pushBlob } from "./uploads/push.ts";

export interface RepositoryContext extends ManifestContext {
  readonly proofs: PushProofs;
  readonly listReferrers: ListReferrers;
  /** Tags by repository, as they were when they were first listed. */
  readonly tagLists: Cache<Promise<readonly string[]>>;
}

/** A repository of a store, by its API (distribution-spec 1.1). */
export function createRepository(store: RemoteRegistry, context: RepositoryContext): RemoteRepository {
  const { name, base, client, scopes, where, manifests } = context;
  const uploads = noUploads();

  return {
    name,
    store,

    async resolve(reference, signal) {
      return (await getManifest(reference, context, signal)).descriptor;
    },

    async exists(target, signal) {
      const { mediaType, digest } = target;
      const of = isManifest(mediaType) ? "manifest" : "blob";
      const headers = of === "manifest" ? { accept: mediaType } : {};
      const request = { url: `${base}${of}s/${digest}`, headers, redirects: false };
      let response = await client.request({ ...request, method: "HEAD" }, scopes, signal);
      if (response.status === 405 || response.status === 501) {
        await drain(response);
        response = await client.request({ ...request, method: "GET" }, scopes, signal);
      }
      if (isOfMovedApi(response, `/${of}s/${digest}`)) {
        await drain(response);
        response = await client.request({ ...request, method: "HEAD", redirects: true }, scopes, signal);
      }
      const { status, headers: answered } = response;
      if (status >= 400 && status !== 404) {
        throw await registryError(response, `looking for ${describe(target)} in ${where}`, { of });
      }
      await drain(response);
      // A registry that redirects the request to its storage has found the blob.
      return status < 400 && !isAnother(answered[DIGEST_HEADER], digest);
    },

    listTags(signal) {
      const { tagLists } = context;
      const known = tagLists.get(name);
      if (known !== undefined) return known;
      const asked = listTags(context, signal);
      tagLists.set(name, asked, 0);
      asked.then(
        (tags) => tagLists.set(name, asked, tags.length * TAG_SIZE),
        () => tagLists.delete(name),
      );
      return asked;
    },

    listReferrers: (subject, signal) => context.listReferrers(context, subject, signal),

    async fetch(target, signal) {
      if (target.data !== undefined) return streamOf(target.data);
      if (!isManifest(target.mediaType)) return fetchBlob(target, context, signal);
      const { content } = await getManifest(target.digest, context, signal);
      return streamOf(verified(content, target, where));
    },

    probe: (blob, signal) => probeBlob(blob, context, signal),

    checkPushRight: (proof, signal) => checkPushRight(store.name, context, proof, signal),

    async push(descriptor, content, signal) {
      const doing = `pushing ${describe(descriptor)} to ${where}`;
      if (!isManifest(descriptor.mediaType)) {
        return pushBlob({ base, client, scopes, what: doing, uploads }, descriptor, content, signal);
      }
      const manifest = { descriptor, content: Buffer.isBuffer(content) ? content : await bytesOf(content) };
      await putManifest(descriptor.digest, manifest, { ...context, doing }, signal);
      manifests.set(`${name}@${descriptor.digest}`, manifest, manifest.content.length);
    },

    async tag(descriptor, tag, signal) {
      const { content } = await getManifest(descriptor.digest, context, signal);
      await tagManifest(tag, { descriptor, content }, { ...context, doing: `tagging ${where}:${tag}` }, signal);
    },

    async untag(tag, signal) {
      // Deleting is an action of its own (distribution, spec/auth/scope.md); whether it is granted depends on the account.
      const request = { method: "DELETE", url: `${base}manifests/${tag}` } as const;
      const response = await client.request(request, [scopeOf(name, "delete")], signal);
      await drain(response);
      return response.status < 300;
    },

    mount: (target, from, signal) => mountBlob(target, from, context, signal),
  };
}

/** Whether a redirect leads to the same resource of the API elsewhere, as of a registry that has moved: not to storage, which has no API. */
function isOfMovedApi({ status, headers }: HttpResponse, resource: string): boolean {
  const path = URL.parse(headers.location ?? "", "http://registry")?.pathname ?? "";
  return isRedirect(status) && path.includes("/v2/") && path.endsWith(resource);
}

/** Whether an answer names a digest of the same algorithm that is another one. */
function isAnother(named: string | undefined, digest: Digest): boolean {
  return isDigest(named) && named !== digest && named.length === digest.length;
}

function describe({ mediaType, digest }: Descriptor): string {
  return `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;
}
