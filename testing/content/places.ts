import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "../fakes/registry.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import type { ContentStore } from "./content.ts";
import { createCtf } from "./ctf.ts";

export type PlaceKind = "registry" | "folder" | "tgz";

/** A store of component versions that a command can read. */
export interface Place extends ContentStore {
  /** The part before `//` of component-versions. It writes an archive, which takes no more content then. */
  reference(): string;
}

export async function startPlace(kind: PlaceKind): Promise<Place> {
  if (kind === "registry") {
    const registry = await startFakeRegistry();
    return { ...registry, reference: () => registry.origin };
  }
  const ctf = createCtf();
  return {
    ...ctf,
    reference() {
      ctf.writeIndex();
      if (kind === "folder") return ctf.folder;
      const archive = join(temporaryFolder(), "made.tgz");
      execFileSync("tar", ["-czf", archive, "-C", ctf.folder, "artifact-index.json", "blobs"]);
      return archive;
    },
  };
}

/** All bytes below a path: of files, and of what is in a compressed archive. Nothing where there is nothing. */
export function bytesBelow(path: string): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  if (!statSync(path).isDirectory()) return execFileSync("tar", ["-xOf", path], { maxBuffer: 1 << 28 });
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
  return Buffer.concat(names.filter((name) => statSync(name).isFile()).map((name) => readFileSync(name)));
}

interface Document {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

/** All bytes of a registry that a client finds: manifests, under a tag or not, and the blobs that they refer to. */
export function reachableBytes(registry: FakeRegistry, repositories = registry.repositories()): Buffer {
  const found = repositories.flatMap((repository) => {
    const digests = registry.requests
      .filter(({ method, kind, repository: name }) => method === "PUT" && kind === "manifest" && name === repository)
      .map(({ reference }) => reference);
    return digests.flatMap((reference) => {
      const content = registry.manifest(repository, reference)?.content;
      if (content === undefined) return [];
      const { config, layers = [] }: Document = JSON.parse(content.toString());
      const blobs = [...(config === undefined ? [] : [config]), ...layers];
      return [content, ...blobs.map(({ digest }) => registry.blob(repository, digest) ?? Buffer.alloc(0))];
    });
  });
  return Buffer.concat(found);
}
