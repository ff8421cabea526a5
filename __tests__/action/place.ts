import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_TYPES } from "../../src/oci/descriptor.ts";
import { type ComponentDescriptor, parseComponentDescriptor } from "../../src/ocm/descriptor/component-descriptor.ts";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";

/** Where component versions lie, read with nothing of the product: over plain HTTP, or out of files as the system's tar unpacks them. */
export interface Place {
  manifest(repository: string, reference: string): Promise<Buffer>;
  blob(repository: string, digest: string): Promise<Buffer>;
}

/** A path of a registry. */
export function registryPlace(origin: string, path: string): Place {
  const get = async (rest: string, headers: Record<string, string> = {}) => {
    const url = `${origin}/v2/${path}/${rest}`;
    const response = await fetch(url, { headers });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  return {
    manifest: (repository, reference) =>
      get(`${repository}/manifests/${reference}`, { accept: MANIFEST_TYPES.join(", ") }),
    blob: (repository, digest) => get(`${repository}/blobs/${digest}`),
  };
}

interface IndexEntry {
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
}

/** A CTF: a folder, or an archive with or without compression. */
export function ctfPlace(path: string): Place {
  const folder = statSync(path).isDirectory() ? path : unpacked(path);
  const index = JSON.parse(readFileSync(join(folder, "artifact-index.json"), "utf8"));
  const entries: readonly IndexEntry[] = index.artifacts;
  const blob = async (_: string, digest: string) => readFileSync(join(folder, "blobs", digest.replace(":", ".")));
  return {
    async manifest(repository, reference) {
      const isMeant = ({ tag, digest }: IndexEntry) => tag === reference || digest === reference;
      const entry = entries.find((candidate) => candidate.repository === repository && isMeant(candidate));
      if (entry === undefined) throw new Error(`${path} lists no ${repository}:${reference}`);
      return blob(repository, entry.digest);
    },
    blob,
  };
}

function unpacked(archive: string): string {
  const folder = temporaryFolder();
  execFileSync("tar", ["-xf", archive, "-C", folder, "--no-same-owner"]);
  if (!existsSync(join(folder, "artifact-index.json"))) throw new Error(`${archive} has no artifact-index.json`);
  return folder;
}

import { onlyFile } from "../../testing/content/tar-bytes.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents as they lie in the registry
type Document = any;

export interface ReadVersion {
  readonly repository: string;
  /** What the tag points to. */
  readonly root: Document;
  readonly descriptor: ComponentDescriptor;
  readonly resources: readonly Document[];
}

/** A component version as the specification says it is found: tag, component manifest, config, layer. Of JSON descriptors only, in an archive or not. */
export async function readVersion(place: Place, component: string, version: string): Promise<ReadVersion> {
  const repository = `component-descriptors/${component}`;
  const parse = (bytes: Buffer): Document => JSON.parse(bytes.toString("utf8"));
  const root = parse(await place.manifest(repository, version));
  const manifest =
    root.manifests === undefined ? root : parse(await place.manifest(repository, root.manifests[0].digest));
  const config = parse(await place.blob(repository, manifest.config.digest));
  const layer = await place.blob(repository, config.componentDescriptorLayer.digest);
  const isArchive = config.componentDescriptorLayer.mediaType.endsWith("+tar");
  const text = (isArchive ? onlyFile(layer, "component-descriptor.yaml") : layer).toString("utf8");
  const descriptor = parseComponentDescriptor(text, `${component}:${version}`);
  return { repository, root, descriptor, resources: JSON.parse(text).component.resources };
}

/** The whole component tree of the fixtures. */
export function readTree(place: Place): Promise<ReadVersion[]> {
  const ids = Object.keys(componentDigests).map((id) => id.split(":") as [string, string]);
  return Promise.all(ids.map(([component, version]) => readVersion(place, component, version)));
}
