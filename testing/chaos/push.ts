import { OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { type ContentStore, descriptorOf } from "../content/content.ts";

/** Content to be pushed: what a test adds, in its order. */
export interface Recording extends ContentStore {
  readonly blobs: readonly { readonly repository: string; readonly digest: string; readonly content: Buffer }[];
  readonly manifests: readonly {
    readonly repository: string;
    readonly reference: string;
    readonly mediaType: string;
    readonly content: Buffer;
  }[];
}

export function recordContent(): Recording {
  const blobs: Recording["blobs"][number][] = [];
  const manifests: Recording["manifests"][number][] = [];
  return {
    blobs,
    manifests,
    addBlob(repository, content, mediaType, algorithm) {
      const descriptor = descriptorOf(content, mediaType, algorithm);
      blobs.push({ repository, digest: descriptor.digest, content: Buffer.from(content) });
      return descriptor;
    },
    addManifest(repository, document, { tag, algorithm, ...options } = {}) {
      const content = Buffer.from(JSON.stringify(document));
      const mediaType = options.mediaType ?? (document as { mediaType?: string }).mediaType ?? OCI_MANIFEST;
      const descriptor = descriptorOf(content, mediaType, algorithm);
      manifests.push({ repository, reference: tag ?? descriptor.digest, mediaType, content });
      return descriptor;
    },
  };
}

/** A real registry, and the headers that it wants for a repository. */
export interface Opened {
  readonly origin: string;
  readonly headersFor: (repository: string) => Readonly<Record<string, string>>;
}

/** Pushes a recording with nothing of the product: blobs first, then manifests in their order. */
export async function push({ blobs, manifests }: Recording, { origin, headersFor }: Opened): Promise<void> {
  await Promise.all(
    blobs.map(async ({ repository, digest, content }) => {
      const headers = headersFor(repository);
      const begun = await fetch(`${origin}/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
      const location = new URL(begun.headers.get("location") ?? "", origin);
      location.searchParams.set("digest", digest);
      await created(await fetch(location, { method: "PUT", headers, body: new Uint8Array(content) }));
    }),
  );
  for (const { repository, reference, mediaType, content } of manifests) {
    const headers = { ...headersFor(repository), "content-type": mediaType };
    const url = `${origin}/v2/${repository}/manifests/${reference}`;
    await created(await fetch(url, { method: "PUT", headers, body: new Uint8Array(content) }));
  }
}

async function created(response: Response): Promise<void> {
  if (response.status !== 201) throw new Error(`${response.url} answers ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
