import { createHash } from "node:crypto";
import { join, relative, sep } from "node:path";
import { createLimiter } from "../bounds/limiter.ts";
import { isFileSystemError, TransferError } from "../errors/transfer-error.ts";
import { placeOf } from "../files/place.ts";
import { openWorkFolder, type WorkFolder } from "../files/work-folder.ts";
import { parseAccess } from "../ocm/access/access.ts";
import type { Element } from "../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/repository/component-version.ts";
import type { DownloadedFile } from "../report/results.ts";
import { movedTags } from "../transfer/findings.ts";
import type { ResolvedElement, ResolvedVersion } from "../transfer/source/resolve-elements.ts";
import { isSelected } from "../transfer/source/selector.ts";
import { comparableIn, createComparison } from "../transfer/verify/comparison.ts";
import {
  type SavedBytes,
  type SaveOptions,
  saveArtifact,
  saveBlobs,
  unwritableOutput,
} from "../transfer/write/save.ts";
import { describeAsItIs } from "./describe.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";
import { checkTrust } from "./trust.ts";
import { readTrustedKeys } from "./trusted-keys.ts";

/** Puts the resources of component versions into a folder: local blobs as files, OCI artifacts as OCI image layouts. */
export async function download(run: Run): Promise<void> {
  const { inputs, reporter, workspace } = run;
  if (inputs.output === "") {
    throw new TransferError("INPUT_MISSING", "output is not set", {
      where: "input output",
      remedy: "Name the folder to download to.",
    });
  }
  const root = await placeOf(inputs.output, { workspace, where: "input output" });
  const keys = await readTrustedKeys(inputs.signatures);
  const gathered = await readSource(run);
  const versions = gathered.versions.map((resolved) => wantedOf(resolved, inputs));
  reporter.findings([...movedTags({ versions }), ...checkTrust({ ...gathered, versions }, keys)]);
  await saveVersions(versions, root, run);
  reporter.versions(versions.map(({ version }) => describeAsItIs(version)));
}

async function saveVersions(versions: readonly ResolvedVersion[], root: string, run: Run): Promise<void> {
  const { inputs, reporter, signal } = run;
  const work = await openOutput(root, run);
  const { partial, left } = work;
  const limiter = createLimiter(inputs.concurrency);
  const options = { root, partial, left, attempts: inputs.retries, limiter, signal };
  const bytes = { copied: 0, mounted: 0, skipped: 0 };
  try {
    const folders = versions.map(({ version }) => folderOf(version, inputs.output));
    for (const resolved of versions) {
      const saved = await downloadVersion(resolved, { output: inputs.output, folders }, options);
      for (const { copied, skipped } of saved) {
        bytes.copied += copied;
        bytes.skipped += skipped;
      }
      reporter.downloaded(saved.map(({ file }) => file));
      reporter.bytes({ ...bytes });
      const { name, version } = resolved.version.descriptor;
      reporter.group(
        `${name}:${version}`,
        saved.map(({ file }) => `resource ${file.resource}: ${file.path}`),
      );
    }
  } finally {
    await work.close({ isKept: signal.reason instanceof TransferError });
  }
}

async function openOutput(root: string, { inputs, reporter, signal }: Run): Promise<WorkFolder> {
  try {
    return await openWorkFolder(root, { patience: inputs.stallTimeout, onWait: reporter.finding, signal });
  } catch (error) {
    throw isFileSystemError(error) ? unwritableOutput(root, error) : error;
  }
}

/** Only the selected resources; local blobs are resolved without regard to the selection. */
function wantedOf({ items, ...resolved }: ResolvedVersion, { include, exclude }: Run["inputs"]): ResolvedVersion {
  const { name } = resolved.version.descriptor;
  const isWanted = ({ element }: ResolvedElement) =>
    element.kind === "resource" && isSelected(element, name, { include, exclude });
  return { ...resolved, items: items.filter(isWanted) };
}

interface Saved extends SavedBytes {
  readonly file: DownloadedFile;
}

/** A folder per part of the name, so that acme.org/shop/web and acme.org/shop-web stay two. */
function folderOf({ descriptor: { name, version } }: ComponentVersion, output: string): string {
  return join(output, ...name.split("/").map(safeName), safeName(version));
}

async function downloadVersion(
  resolved: ResolvedVersion,
  { output, folders }: { readonly output: string; readonly folders: readonly string[] },
  options: SaveOptions,
): Promise<Saved[]> {
  const { name, version } = resolved.version.descriptor;
  const folder = folderOf(resolved.version, output);
  // acme.org/shop:1.0.0 and acme.org/shop/1.0.0:2 are nested: no file may take the place of a folder.
  const inside = folders.filter((other) => other.startsWith(`${folder}${sep}`));
  const taken = new Set(inside.map((other) => (other.slice(folder.length + 1).split(sep)[0] ?? "").toLowerCase()));
  const wanted = resolved.items.flatMap((item) =>
    item.kind === "byReference" ? [] : [{ item, path: join(folder, uniqueFileName(item.element, taken)) }],
  );
  return Promise.all(
    wanted.map(async ({ item, path }) => {
      const of = { component: name, version, resource: item.element.name, path };
      const place = join(options.root, relative(output, path));
      return { file: { ...of, ...contentOf(item) }, ...(await save(item, resolved.version, place, options)) };
    }),
  );
}

type SavedItem = Exclude<ResolvedElement, { kind: "byReference" }>;

async function save(
  item: SavedItem,
  version: ComponentVersion,
  path: string,
  options: SaveOptions,
): Promise<SavedBytes> {
  if (item.kind === "artifact") return saveArtifact(item.graph, path, options);
  const comparable = comparableIn(version, item);
  const comparison = comparable === undefined ? undefined : createComparison(comparable);
  return saveBlobs(item.from, item.blobs, path, options, comparison);
}

function contentOf(item: SavedItem): { mediaType: string; digest: string } {
  if (item.kind === "artifact") return { mediaType: item.graph.root.mediaType, digest: item.graph.root.digest };
  const access = parseAccess(item.element.access);
  const mediaType = access.kind === "localBlob" ? access.mediaType : "";
  return { mediaType, digest: item.blobs.map(({ digest }) => digest).join(",") };
}

const MAX_NAME = 120;

/** Names come from the author of a component: each becomes one path segment that cannot point anywhere else. */
function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._+-]+/g, "-").replace(/^\.+/, "_");
  if (safe === "") return "_";
  if (safe.length <= MAX_NAME) return safe;
  // Two long names that begin alike stay two.
  const mark = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${safe.slice(0, MAX_NAME - mark.length - 1)}-${mark}`;
}

function uniqueFileName({ name, extraIdentity }: Element, taken: Set<string>): string {
  const base = safeName([name, ...Object.values(extraIdentity)].join("-"));
  let candidate = base;
  for (let count = 2; taken.has(candidate.toLowerCase()); count++) candidate = `${base}-${count}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}
