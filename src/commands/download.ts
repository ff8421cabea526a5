import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorMessage, TransferError } from "../errors.ts";
import { parseAccess } from "../ocm/access.ts";
import type { Element } from "../ocm/component-descriptor.ts";
import { componentDigest } from "../ocm/normalise.ts";
import type { Descriptor } from "../registry/descriptor.ts";
import { OCI_INDEX } from "../registry/descriptor.ts";
import { encoded } from "../registry/digest.ts";
import type { Graph } from "../transfer/graph.ts";
import type { SurveyedVersion } from "../transfer/survey.ts";
import { preflight } from "./preflight.ts";
import type { DownloadedFile, Run } from "./run.ts";

/** Puts the resources of component versions into a folder: local blobs as files, OCI artifacts as OCI image layouts. */
export async function download(run: Run): Promise<void> {
  const { inputs, runner, results, signal } = run;
  if (inputs.output === "") {
    throw new TransferError("INPUT_MISSING", "output is not set", {
      where: "input output",
      remedy: "Name the folder to download to.",
    });
  }
  const { versions } = await preflight(run);
  const files: DownloadedFile[] = [];
  results.files = files;
  results.bytes = { copied: 0, mounted: 0, skipped: 0 };
  for (const surveyed of versions) {
    const { name, version } = surveyed.version.descriptor;
    runner.startGroup(`${name}:${version}`);
    const written = await downloadVersion(surveyed, join(inputs.output, safeName(name), safeName(version)), signal);
    for (const { file, size } of written) {
      files.push(file);
      results.bytes.copied += size;
      runner.info(`resource ${file.resource}: ${file.path}`);
    }
    runner.endGroup();
  }
  results.componentVersions = versions.map(({ version: { descriptor, from, repository } }) => ({
    component: descriptor.name,
    version: descriptor.version,
    repository: `${from.registry.name}/${repository.name}`,
    digest: `sha256:${componentDigest(descriptor)}`,
    signatures: descriptor.signatures,
    state: "unchanged",
    resources: descriptor.elements.map(({ kind, name, version, type, access }) => ({
      kind,
      name,
      version,
      type,
      before: access,
      after: access,
    })),
  }));
}

interface Written {
  readonly file: DownloadedFile;
  readonly size: number;
}

async function downloadVersion(
  { version, items }: SurveyedVersion,
  folder: string,
  signal: AbortSignal,
): Promise<Written[]> {
  const { name, version: number } = version.descriptor;
  const written: Written[] = [];
  const taken = new Set<string>();
  for (const item of items) {
    if (item.element.kind !== "resource" || item.kind === "kept") continue;
    const path = join(folder, uniqueFileName(item.element, taken));
    const of = { component: name, version: number, resource: item.element.name, path };
    if (item.kind === "artifact") {
      await writeLayout(item.graph, path, signal);
      const { mediaType, digest } = item.graph.root;
      written.push({
        file: { ...of, mediaType, digest },
        size: sum(item.graph.nodes.map(({ descriptor }) => descriptor)),
      });
    } else {
      await writeBlobs(item.blobs, (blob) => version.repository.fetch(blob, signal), path);
      const access = parseAccess(item.element.access);
      const digest = item.blobs.map((blob) => blob.digest).join(",");
      written.push({
        file: { ...of, mediaType: access.kind === "localBlob" ? access.mediaType : "", digest },
        size: sum(item.blobs),
      });
    }
  }
  return written;
}

/** An OCI image layout (image-spec, image-layout.md): `oci-layout`, `index.json`, and every blob by its digest. */
async function writeLayout({ root, from, nodes }: Graph, folder: string, signal: AbortSignal): Promise<void> {
  await inPlace(folder, async (partial) => {
    await mkdir(join(partial, "blobs", "sha256"), { recursive: true });
    for (const { descriptor } of nodes) {
      const algorithm = descriptor.digest.slice(0, descriptor.digest.indexOf(":"));
      await mkdir(join(partial, "blobs", algorithm), { recursive: true });
      await pipeline(
        await from.fetch(descriptor, signal),
        createWriteStream(join(partial, "blobs", algorithm, encoded(descriptor.digest))),
      );
    }
    const { mediaType, digest, size } = root;
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType, digest, size }] };
    await writeFile(join(partial, "index.json"), JSON.stringify(index));
    await writeFile(join(partial, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  });
}

async function writeBlobs(
  blobs: readonly Descriptor[],
  fetch: (blob: Descriptor) => Promise<Readable>,
  file: string,
): Promise<void> {
  await inPlace(file, async (partial) => {
    for (const blob of blobs) await pipeline(await fetch(blob), createWriteStream(partial, { flags: "a" }));
  });
}

/** Writes beside the final path and renames at the end: what bears the name is whole. */
async function inPlace(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await mkdir(join(path, ".."), { recursive: true });
    await rm(partial, { recursive: true, force: true });
    await write(partial);
    await rm(path, { recursive: true, force: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (typeof (error as { syscall?: unknown }).syscall !== "string" || "hop" in (error as object)) throw error;
    throw new TransferError("OUTPUT_UNWRITABLE", `${path} cannot be written: ${errorMessage(error)}`, {
      where: "input output",
      remedy: "See that the folder can be written and has room.",
      cause: error,
    });
  }
}

/** Names come from whoever wrote the component: they become one path segment that cannot point anywhere else. */
function safeName(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9._+-]+/g, "-")
    .replace(/^\.+/, "_")
    .slice(0, 120);
  return basename(safe === "" ? "_" : safe);
}

function uniqueFileName({ name, extraIdentity }: Element, taken: Set<string>): string {
  const identity = Object.entries(extraIdentity).map(([, value]) => value);
  const base = safeName([name, ...identity].join("-"));
  let candidate = base;
  for (let count = 2; taken.has(candidate.toLowerCase()); count++) candidate = `${base}-${count}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}

function sum(descriptors: readonly Descriptor[]): number {
  return descriptors.reduce((total, { size }) => total + size, 0);
}
