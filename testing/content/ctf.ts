import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import {
  addComponentVersion,
  type ComponentOptions,
  type ContentStore,
  descriptorDocument,
  descriptorOf,
} from "./content.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents that a test may make invalid
type Document = any;

export interface Ctf extends ContentStore {
  readonly folder: string;
  /** Writes the artifact index, changed or not. */
  writeIndex(change?: (index: Document) => Document): void;
}

/** A CTF folder written by hand, since the product's own writer would refuse what is wrong with it. */
export function createCtf(): Ctf {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "blobs"));
  const artifacts: object[] = [];
  const addBlob: Ctf["addBlob"] = (_, content, mediaType, algorithm) => {
    const descriptor = descriptorOf(content, mediaType, algorithm);
    writeFileSync(join(folder, "blobs", descriptor.digest.replace(":", ".")), content);
    return descriptor;
  };
  return {
    folder,
    addBlob,
    addManifest(repository, document, { tag, algorithm, ...options } = {}) {
      const type = options.mediaType ?? (document as { mediaType?: string }).mediaType ?? OCI_MANIFEST;
      const descriptor = addBlob(repository, JSON.stringify(document), type, algorithm);
      const { digest, mediaType } = descriptor;
      artifacts.push({ repository, ...(tag === undefined ? {} : { tag }), digest, mediaType });
      return descriptor;
    },
    writeIndex: (change = (index) => index) =>
      writeFileSync(join(folder, "artifact-index.json"), JSON.stringify(change({ schemaVersion: 1, artifacts }))),
  };
}

export interface MadeVersion extends Omit<ComponentOptions, "name" | "version" | "path"> {
  /** `component:version`, which is what its tag says. */
  readonly id: string;
}

/** A CTF folder of these component versions; `index` changes the artifact index before it is written. */
export function makeCtf(
  versions: readonly MadeVersion[],
  more: { readonly blobs?: readonly (string | Buffer)[]; readonly index?: (index: Document) => Document } = {},
): string {
  const ctf = createCtf();
  for (const blob of more.blobs ?? []) ctf.addBlob("", blob);
  for (const made of versions) addComponentVersion(ctf, { descriptorType: YAML, ...named(made) });
  ctf.writeIndex(more.index);
  return ctf.folder;
}

const YAML = "application/vnd.ocm.software.component-descriptor.v2+yaml";

/** The text of the descriptor; JSON is YAML. */
export function descriptorText(made: MadeVersion): string {
  return JSON.stringify(descriptorDocument(named(made)));
}

function named({ id, ...made }: MadeVersion): ComponentOptions {
  const [name = "", version = ""] = id.split(":");
  return { ...made, name, version };
}
