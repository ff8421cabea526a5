import { parse } from "yaml";
import { MANIFEST_TYPES } from "../../src/oci/descriptor.ts";
import { onlyFile } from "../../testing/content/tar-bytes.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents as they lie in the registry
type Document = any;

/** A manifest as any client sees it: its bytes, its type and the document in it. */
export async function readManifest(origin: string, repository: string, reference: string) {
  const response = await fetch(`${origin}/v2/${repository}/manifests/${reference}`, {
    headers: { accept: MANIFEST_TYPES.join(", ") },
  });
  if (!response.ok) throw new Error(`${repository}:${reference} answers ${response.status}`);
  const text = await response.text();
  return { mediaType: response.headers.get("content-type"), text, document: JSON.parse(text) as Document };
}

export async function readBlob(origin: string, repository: string, digest: string): Promise<Buffer> {
  const response = await fetch(`${origin}/v2/${repository}/blobs/${digest}`);
  if (!response.ok) throw new Error(`${repository}@${digest} answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The component descriptor under a tag, read as the specification says: tag, component manifest, config, layer. */
export async function readDescriptor(origin: string, repository: string, tag: string): Promise<Document> {
  const root = (await readManifest(origin, repository, tag)).document;
  const manifest =
    root.manifests === undefined ? root : (await readManifest(origin, repository, root.manifests[0].digest)).document;
  const config = JSON.parse((await readBlob(origin, repository, manifest.config.digest)).toString());
  const archive = await readBlob(origin, repository, config.componentDescriptorLayer.digest);
  return parse(onlyFile(archive, "component-descriptor.yaml").toString());
}

export async function tagsOf(origin: string, repository: string): Promise<string[]> {
  const response = await fetch(`${origin}/v2/${repository}/tags/list`);
  return response.ok ? (((await response.json()) as Document).tags ?? []) : [];
}
