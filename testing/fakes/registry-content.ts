import { createHash, randomUUID } from "node:crypto";

export type DigestAlgorithm = "sha256" | "sha512";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: `${DigestAlgorithm}:${string}`;
  readonly size: number;
}

export interface StoredManifest {
  readonly mediaType: string;
  readonly content: Buffer;
}

/** One repository, as maps that the registry's routes read and write. */
export interface RepositoryContent {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly uploads: Map<string, Buffer>;
}

export type Content = Map<string, RepositoryContent>;

export function repositoryOf(content: Content, name: string): RepositoryContent {
  let repository = content.get(name);
  if (repository === undefined) {
    repository = { blobs: new Map(), manifests: new Map(), tags: new Map(), uploads: new Map() };
    content.set(name, repository);
  }
  return repository;
}

export function digestOf(content: Buffer, algorithm: DigestAlgorithm = "sha256"): Descriptor["digest"] {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

/** The algorithm of a digest that a client names. */
export function algorithmOf(digest: string): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

export function resolveManifest(repository: RepositoryContent, reference: string): StoredManifest | undefined {
  return repository.manifests.get(repository.tags.get(reference) ?? reference);
}

export function startUpload(repository: RepositoryContent): string {
  const id = randomUUID();
  repository.uploads.set(id, Buffer.alloc(0));
  return id;
}

interface ManifestDocument {
  readonly mediaType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly (Descriptor & { readonly urls?: readonly string[] })[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
}

/** Digest of what a manifest says something about. */
export function subjectOf(manifest: Buffer): string | undefined {
  return (JSON.parse(manifest.toString()) as ManifestDocument).subject?.digest;
}

/** What a manifest names and the repository lacks: a registry refuses it then. */
export function missingContent(repository: RepositoryContent, manifest: Buffer): readonly string[] {
  const { config, layers = [], manifests = [] } = JSON.parse(manifest.toString()) as ManifestDocument;
  const blobs = [...(config === undefined ? [] : [config]), ...layers.filter(({ urls }) => urls === undefined)];
  return [
    ...blobs.filter(({ digest }) => !repository.blobs.has(digest)),
    ...manifests.filter(({ digest }) => !repository.manifests.has(digest)),
  ].map(({ digest }) => digest);
}

/** The media type that a manifest says of itself. */
export function declaredMediaType(manifest: Buffer): string | undefined {
  return (JSON.parse(manifest.toString()) as ManifestDocument).mediaType;
}
