import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type ComponentDescriptor, parseComponentDescriptor } from "../../src/ocm/descriptor/component-descriptor.ts";
import { unpack } from "../../testing/real/fixtures.ts";

const folder = join(import.meta.dirname, "../../testing/fixtures/signatures");

/** One per signed tree: see the README beside them. */
export const vectors: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The component versions of a signed tree, by the last part of their names. */
export function readVector(vector: string): Record<string, ComponentDescriptor> {
  return Object.fromEntries(
    readdirSync(join(folder, vector)).map((file) => [
      basename(file, extname(file)),
      parseComponentDescriptor(readFileSync(join(folder, vector, file), "utf8"), `${vector}/${file}`),
    ]),
  );
}

/** The component version that is signed in any case: the one that refers to the others. */
export function rootOf(vector: string): ComponentDescriptor {
  const versions = readVector(vector);
  const root = versions.awkward ?? versions.root ?? versions.legacy;
  if (root === undefined) throw new Error(`${vector} has no root`);
  return root;
}

export type KeyFile =
  | "acme.pkcs1.pem"
  | "acme.pkix.pem"
  | "acme.certificate.pem"
  | "authority.certificate.pem"
  | "other.pkix.pem";

export function readKey(file: KeyFile): string {
  return readFileSync(join(folder, file), "utf8");
}

/** Component descriptors as they lie in the storage of a registry, below a path of it. */
export function readStorage(path: string, ids: readonly string[]): ComponentDescriptor[] {
  const registry = join(unpack("registry-target"), "docker/registry/v2");
  const blob = (digest: string) => {
    const hex = digest.slice("sha256:".length);
    return readFileSync(join(registry, "blobs/sha256", hex.slice(0, 2), hex, "data"));
  };
  const json = (digest: string) => JSON.parse(blob(digest).toString("utf8"));
  return ids.map((id) => {
    const [component = "", version = ""] = id.split(":");
    const tags = join(registry, "repositories", path, "component-descriptors", component, "_manifests/tags");
    const root = json(readFileSync(join(tags, version, "current/link"), "utf8").trim());
    const manifest = root.manifests === undefined ? root : json(root.manifests[0].digest);
    const { digest, mediaType } = json(manifest.config.digest).componentDescriptorLayer;
    const layer = blob(digest).toString("utf8");
    // The one file of the archive begins behind its header.
    const text = mediaType.endsWith("+tar") ? layer.slice(512).replace(/\0+$/, "") : layer;
    return parseComponentDescriptor(text, `${path}/${id}`);
  });
}
