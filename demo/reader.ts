import { type ComponentDescriptor, parseComponentDescriptor } from "../src/ocm/descriptor/component-descriptor.ts";
import { descriptorText } from "../testing/content/tar-bytes.ts";
import type { Way } from "./network.ts";
import { fetchArtifact, fetchBlob, fetchManifest, type Manifest, type Repository } from "./oci.ts";

/** What a reader made of one resource. */
export interface ReadResource {
  readonly name: string;
  /** Host and repository that its access leads to. */
  readonly address: string;
  /** Digests fetched and verified; empty where it was not found. */
  readonly digests: readonly string[];
  readonly problem?: string;
}

export interface ReadVersion {
  readonly descriptor: ComponentDescriptor;
  readonly resources: readonly ReadResource[];
}

export interface ReadOptions {
  readonly way: Way;
  /** `http://HOST` of the registry, by the name that the reader knows. */
  readonly origin: string;
  /** Path prefix below it. */
  readonly path: string;
}

/** Reads a component version and all it refers to as any OCI client can: it knows `options` and what it finds there, no more. */
export async function readTree(options: ReadOptions, component: string, version: string): Promise<ReadVersion[]> {
  const { way, origin, path } = options;
  const repository = { way, origin, name: `${path}/component-descriptors/${component}` };
  const index = await fetchManifest(repository, version);
  const first = index.manifests?.[0];
  const manifest = first === undefined ? index : await fetchManifest(repository, first.digest);
  const descriptor = await fetchDescriptor(repository, manifest);
  const resources: ReadResource[] = [];
  for (const { kind, name, access, digest } of descriptor.elements) {
    if (kind !== "resource") continue;
    const place = placeOf(access, repository, index);
    resources.push({ name, ...(await readResource(place, `sha256:${digest?.value}`)) });
  }
  const referred: ReadVersion[] = [];
  for (const reference of descriptor.references) {
    referred.push(...(await readTree(options, reference.componentName, reference.version)));
  }
  return [{ descriptor, resources }, ...referred];
}

async function fetchDescriptor(repository: Repository, { config }: Manifest): Promise<ComponentDescriptor> {
  if (config === undefined) throw new Error(`${repository.name} holds no component version`);
  const { componentDescriptorLayer: layer } = JSON.parse((await fetchBlob(repository, config.digest)).toString());
  return parseComponentDescriptor(descriptorText(await fetchBlob(repository, layer.digest)), repository.name);
}

interface Place {
  readonly repository: Repository;
  readonly digest: string;
  readonly isArtifact: boolean;
}

/** Where an access leads: into the component's own repository, or to whatever host it names. */
function placeOf(access: Readonly<Record<string, unknown>>, own: Repository, index: Manifest): Place | undefined {
  const { localReference, imageReference } = access;
  if (typeof localReference === "string") {
    const isArtifact = index.manifests?.some(({ digest }) => digest === localReference) ?? false;
    return { repository: own, digest: localReference, isArtifact };
  }
  const [, host, name = "", digest = ""] =
    String(imageReference).match(/^(?:http:\/\/)?([^/]+)\/([^@]+?)(?::[^:/@]+)?@(sha256:.+)$/) ?? [];
  if (host === undefined) return undefined;
  return { repository: { way: own.way, origin: `http://${host}`, name }, digest, isArtifact: true };
}

async function readResource(place: Place | undefined, expected: string): Promise<Omit<ReadResource, "name">> {
  if (place === undefined) return { address: "", digests: [], problem: "has no address that OCI knows" };
  const { repository, digest, isArtifact } = place;
  const address = `${new URL(repository.origin).host}/${repository.name}`;
  if (digest !== expected) return { address, digests: [], problem: `leads to ${digest}, signed was ${expected}` };
  try {
    if (isArtifact) return { address, digests: await fetchArtifact(repository, digest) };
    await fetchBlob(repository, digest);
    return { address, digests: [digest] };
  } catch (error) {
    return { address, digests: [], problem: (error as Error).message };
  }
}
