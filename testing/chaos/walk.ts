import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { MANIFEST_TYPES } from "../../src/oci/descriptor.ts";
import { descriptorText } from "../content/tar-bytes.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import type { Opened } from "./push.ts";
import type { Expected } from "./tree.ts";

/** A store read with nothing of the product. */
export interface Shelf {
  readonly tags: () => Promise<readonly { readonly repository: string; readonly tag: string }[]>;
  readonly manifest: (repository: string, reference: string) => Promise<Buffer>;
  readonly blob: (repository: string, digest: string) => Promise<Buffer>;
}

/** The repositories below a path of a real registry, as its storage folder lists them: the catalogue is optional and paged. */
export function registryShelf({ origin, headersFor }: Opened, storage: string, path: string): Shelf {
  const root = join(storage, "docker/registry/v2/repositories");
  const get = async (repository: string, rest: string): Promise<Buffer> => {
    const headers = { ...headersFor(repository), accept: [...MANIFEST_TYPES, "application/json", "*/*"].join(", ") };
    const response = await fetch(`${origin}/v2/${repository}/${rest}`, { headers });
    const content = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${repository}/${rest} answers ${response.status}`);
    return content;
  };
  return {
    async tags() {
      const below = existsSync(join(root, path))
        ? readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
        : [];
      const lists = below.filter((name) => name.endsWith("/_manifests/tags"));
      return lists.flatMap((name) =>
        readdirSync(join(root, path, name)).map((tag) => ({
          repository: join(path, name.replace(/\/_manifests\/tags$/, "")),
          tag,
        })),
      );
    },
    manifest: (repository, reference) => get(repository, `manifests/${reference}`),
    blob: (repository, digest) => get(repository, `blobs/${digest}`),
  };
}

interface IndexEntry {
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
}

/** A CTF: a folder or an archive, or nothing at all. */
export function ctfShelf(path: string): Shelf {
  if (!existsSync(path)) return { tags: async () => [], manifest: missing, blob: missing };
  const folder = statSync(path).isDirectory() ? path : unpacked(path);
  const read = (name: string) => readFileSync(join(folder, name));
  const artifacts: readonly IndexEntry[] = existsSync(join(folder, "artifact-index.json"))
    ? JSON.parse(read("artifact-index.json").toString("utf8")).artifacts
    : [];
  const blob = async (_: string, digest: string) => read(join("blobs", digest.replace(":", ".")));
  return {
    tags: async () => artifacts.flatMap(({ repository, tag }) => (tag === undefined ? [] : [{ repository, tag }])),
    async manifest(repository, reference) {
      const entry = artifacts.find(({ repository: of, tag }) => of === repository && tag === reference);
      return blob(repository, entry?.digest ?? reference);
    },
    blob,
  };
}

async function missing(repository: string, reference: string): Promise<Buffer> {
  throw new Error(`there is no archive with ${repository}@${reference}`);
}

function unpacked(archive: string): string {
  const folder = temporaryFolder();
  execFileSync("tar", ["-xf", archive, "-C", folder, "--no-same-owner"]);
  return folder;
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

// biome-ignore lint/suspicious/noExplicitAny: documents as they are in the store
type Document = any;

/** Reads a manifest and all content below it, and compares every digest. Throws at the first fault; resolves to the manifest. */
export async function walk(shelf: Shelf, repository: string, reference: string): Promise<Document> {
  const content = await shelf.manifest(repository, reference);
  if (reference.includes(":") && digestOf(content) !== reference) {
    throw new Error(`${repository}@${reference} is ${digestOf(content)}`);
  }
  const document: Document = JSON.parse(content.toString("utf8"));
  for (const { digest } of document.manifests ?? []) await walk(shelf, repository, digest);
  for (const { digest } of [document.config, ...(document.layers ?? [])].filter((each) => each !== undefined)) {
    const found = digestOf(await shelf.blob(repository, digest));
    if (found !== digest) throw new Error(`${repository}: the blob ${digest} is ${found}`);
  }
  return document;
}

/** Problems of everything that tags lead to. */
export async function damages(shelf: Shelf): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { repository, tag } of await shelf.tags()) {
    await walk(shelf, repository, tag).catch((error: Error) => problems.push(`${repository}:${tag}: ${error.message}`));
  }
  return problems;
}

/** What a component version lacks at the target, of the content that its resources name. */
export async function lacks(shelf: Shelf, path: string, expected: Expected, host: string): Promise<readonly string[]> {
  const repository = join(path, "component-descriptors", expected.name);
  try {
    const root: Document = await walk(shelf, repository, expected.version);
    const manifest: Document =
      root.manifests === undefined ? root : await walk(shelf, repository, root.manifests[0].digest);
    const config: Document = JSON.parse((await shelf.blob(repository, manifest.config.digest)).toString("utf8"));
    const descriptor: Document = parse(
      descriptorText(await shelf.blob(repository, config.componentDescriptorLayer.digest)),
    );
    const { resources } = descriptor.component;
    if (resources.length !== expected.resources) return [`${expected.name} has ${resources.length} resources`];
    const digests = new Set([...manifest.layers, ...(root.manifests ?? [])].map(({ digest }: Document) => digest));
    for (const { name, access } of resources) {
      const { reference = access.imageReference } = access;
      if (reference === undefined) {
        if (!digests.has(access.localReference)) return [`${expected.name} lacks ${access.localReference} of ${name}`];
        continue;
      }
      if (access.imageReference !== undefined && !reference.includes(host)) return [`${name} is at ${reference}`];
      const [, of = "", digest = ""] = /^(?:.*?\.test\/|.*?:\d+\/)?([^:@]+)(?::[^@]+)?@(.+)$/.exec(reference) ?? [];
      await walk(shelf, of, digest);
    }
    return [];
  } catch (error) {
    return [`${expected.name}:${expected.version}: ${(error as Error).message}`];
  }
}
