import { createHash } from "node:crypto";
import { MANIFEST_TYPES } from "../src/oci/descriptor.ts";
import { ask, hostOf, type Way } from "./network.ts";

/** A repository as a client addresses it: `http://HOST`, and the path below it. */
export interface Repository {
  readonly way: Way;
  readonly origin: string;
  readonly name: string;
}

export interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string; readonly mediaType: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

export async function fetchManifest(repository: Repository, reference: string): Promise<Manifest> {
  const content = await fetchContent(repository, "manifests", reference, { accept: MANIFEST_TYPES.join(", ") });
  return JSON.parse(content.toString()) as Manifest;
}

export function fetchBlob(repository: Repository, digest: string): Promise<Buffer> {
  return fetchContent(repository, "blobs", digest);
}

/** Fetches an artifact with everything below it. Returns the digests found: manifests, configs and layers. */
export async function fetchArtifact(repository: Repository, digest: string): Promise<readonly string[]> {
  const { config, layers = [], manifests = [] } = await fetchManifest(repository, digest);
  const blobs = [...(config === undefined ? [] : [config]), ...layers].map((blob) => blob.digest);
  for (const blob of blobs) await fetchBlob(repository, blob);
  const children: string[] = [];
  for (const child of manifests) children.push(...(await fetchArtifact(repository, child.digest)));
  return [digest, ...blobs, ...children];
}

/** Nothing counts as found whose bytes are not what its digest says. */
async function fetchContent(
  { way, origin, name }: Repository,
  kind: "manifests" | "blobs",
  reference: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const url = new URL(`/v2/${name}/${kind}/${reference}`, origin);
  const { status, body } = await ask(way, url, headers);
  if (status !== 200) throw new Error(`${hostOf(url)} answers ${status} for ${kind.slice(0, -1)} ${reference}`);
  const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
  if (reference.startsWith("sha256:") && digest !== reference) throw new Error(`${reference} has other content`);
  return body;
}
