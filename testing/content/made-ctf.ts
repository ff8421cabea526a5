import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/oci/digest.ts";
import { temporaryFolder } from "../real/fixtures.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents that a test may want to be as wrong as can be
type Document = any;

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const YAML = "application/vnd.ocm.software.component-descriptor.v2+yaml";
const CONFIG = "application/vnd.ocm.software.component.config.v1+json";

export interface MadeVersion {
  /** `component:version`, which is what its tag says. */
  readonly id: string;
  readonly resources?: readonly Document[];
  readonly references?: readonly string[];
  /** Content of local blobs, in the order of the layers. */
  readonly blobs?: readonly (string | Buffer)[];
  /** The text of the descriptor, however wrong; default one that says the above. */
  readonly descriptor?: string | Buffer;
  readonly descriptorType?: string;
  /** Changes the component manifest before it is written. */
  readonly manifest?: (manifest: Document) => Document;
  readonly config?: (config: Document) => Document;
}

/** A CTF folder of these component versions; `index` changes the artifact index before it is written. */
export function makeCtf(
  versions: readonly MadeVersion[],
  more: { readonly blobs?: readonly (string | Buffer)[]; readonly index?: (index: Document) => Document } = {},
): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "blobs"));
  const put = (content: string | Buffer, mediaType: string) => {
    const digest = sha256(content);
    writeFileSync(join(folder, "blobs", digest.replace(":", ".")), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  for (const blob of more.blobs ?? []) put(blob, "");
  const artifacts = versions.map((version) => {
    const { id, manifest = asItIs, config = asItIs, blobs = [], descriptorType = YAML } = version;
    const [component = "", number = ""] = id.split(":");
    const tag = number.replace("+", ".build-");
    const descriptor = put(version.descriptor ?? descriptorText(version), descriptorType);
    const layers = blobs.map((blob) => put(blob, "application/octet-stream"));
    const configBlob = put(JSON.stringify(config({ componentDescriptorLayer: descriptor })), CONFIG);
    const document = { schemaVersion: 2, mediaType: MANIFEST, config: configBlob, layers: [descriptor, ...layers] };
    const { digest } = put(JSON.stringify(manifest(document)), MANIFEST);
    return { repository: `component-descriptors/${component}`, tag, digest, mediaType: MANIFEST };
  });
  const { index = asItIs } = more;
  writeFileSync(join(folder, "artifact-index.json"), JSON.stringify(index({ schemaVersion: 1, artifacts })));
  return folder;
}

function asItIs<T>(document: T): T {
  return document;
}

/** JSON is YAML. */
export function descriptorText({ id, resources = [], references = [], blobs = [] }: MadeVersion): string {
  const [name = "", version = ""] = id.split(":");
  const local = blobs.map((blob, at) => localBlob(`blob-${at}`, sha256(blob)));
  return JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name,
      version,
      provider: "example.org",
      repositoryContexts: [],
      sources: [],
      componentReferences: references.map((reference, at) => {
        const [componentName, referenced] = reference.split(":");
        return { name: `reference-${at}`, componentName, version: referenced };
      }),
      resources: [...local, ...resources],
    },
  });
}

export function localBlob(name: string, localReference: string, more: Document = {}): Document {
  const access = { type: "localBlob", localReference, mediaType: "application/octet-stream", ...more };
  return { name, version: "1.0.0", type: "blob", relation: "local", access };
}
