import { join, relative, sep } from "node:path";
import { createLimiter } from "../bounds/limiter.ts";
import { errorsIn, isFileSystemError, TransferError, throwAll } from "../errors/transfer-error.ts";
import { placeOf } from "../files/place.ts";
import { openWorkFolder, type WorkFolder } from "../files/work-folder.ts";
import type { DownloadedFile } from "../report/results.ts";
import { readTrustedKeys } from "../setup/trusted-keys.ts";
import { movedTags } from "../transfer/findings.ts";
import { fileNames, folderOf } from "../transfer/save/file-names.ts";
import { unwritableOutput } from "../transfer/save/files.ts";
import { type ResourceFile, resourceFiles } from "../transfer/save/resource.ts";
import type { ResolvedElement, ResolvedVersion } from "../transfer/source/resolve-elements.ts";
import { isSelected } from "../transfer/source/selector.ts";
import { describeAsItIs } from "./describe.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";
import { checkTrust } from "./trust.ts";

/** Puts the resources of component versions into a folder: local blobs and charts as files, images in the format that is asked for. */
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
  reporter.findings([...movedTags({ versions }), ...checkTrust({ ...gathered, versions }, keys, reporter)]);
  await saveVersions(versions, root, run);
  reporter.versions(versions.map(({ version }) => describeAsItIs(version)));
}

async function saveVersions(versions: readonly ResolvedVersion[], root: string, run: Run): Promise<void> {
  const { inputs, reporter, signal } = run;
  const planned = await planFiles(versions, root, run);
  const work = await openOutput(root, run);
  const { partial, left } = work;
  const limiter = createLimiter(inputs.concurrency);
  const options = { root, partial, left, attempts: inputs.retries, limiter };
  const bytes = { copied: 0, mounted: 0, skipped: 0 };
  try {
    for (const { id, files } of planned) {
      const saved = await allOrNone(files, ({ save }, stopped) => save({ ...options, signal: stopped }), signal);
      for (const { copied, skipped } of saved) {
        bytes.copied += copied;
        bytes.skipped += skipped;
      }
      reporter.downloaded(files.map(({ file }) => file));
      reporter.bytes({ ...bytes });
      reporter.group(
        id,
        files.map(({ file }) => `resource ${file.resource}: ${file.path}`),
      );
    }
  } finally {
    await work.close({ isKept: signal.reason instanceof TransferError });
  }
}

/** Stops the others at the first failure, and waits for them: nothing may be written after that. */
async function allOrNone<T, R>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const failure = new AbortController();
  const stopped = AbortSignal.any([signal, failure.signal]);
  const works = items.map((item) => work(item, stopped));
  try {
    return await Promise.all(works);
  } catch (error) {
    failure.abort();
    await Promise.allSettled(works);
    throw error;
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

interface PlannedFile extends Pick<ResourceFile, "save"> {
  readonly file: DownloadedFile;
}

interface PlannedVersion {
  readonly id: string;
  readonly files: readonly PlannedFile[];
}

/** All files, before the first one is written. Fails with all errors. */
async function planFiles(versions: readonly ResolvedVersion[], root: string, run: Run): Promise<PlannedVersion[]> {
  const { output } = run.inputs;
  const folders = versions.map(({ version }) => folderOf(version.descriptor, output));
  return allOrErrors(
    versions.map(async (resolved) => {
      const { name, version } = resolved.version.descriptor;
      const names = namesIn(resolved, { output, folders });
      const folder = join(root, relative(output, folderOf(resolved.version.descriptor, output)));
      const files = await allOrErrors(
        resolved.items.map(async (item) => {
          if (item.kind === "byReference") return [];
          const place = { folder, name: names.get(item.element) ?? "" };
          const found = await resourceFiles(item, resolved.version, place, run.inputs, run.signal);
          return found.map(({ path, mediaType, digest, save }) => {
            const named = join(output, relative(root, path));
            const file = { component: name, version, resource: item.element.name, path: named, mediaType, digest };
            return { file, save };
          });
        }),
      );
      return { id: `${name}:${version}`, files: files.flat() };
    }),
  );
}

/** Of the resources of a component version, whether they are selected or not. */
function namesIn(
  { version: { descriptor } }: ResolvedVersion,
  { output, folders }: { readonly output: string; readonly folders: readonly string[] },
) {
  const folder = folderOf(descriptor, output);
  // acme.org/shop:1.0.0 and acme.org/shop/1.0.0:2 are nested: no file may take the place of a folder.
  const inside = folders.filter((other) => other.startsWith(`${folder}${sep}`));
  return fileNames(
    descriptor.elements.filter(({ kind }) => kind === "resource"),
    inside.map((other) => (other.slice(folder.length + 1).split(sep)[0] ?? "").toLowerCase()),
  );
}

async function allOrErrors<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(works);
  throwAll(results.flatMap((result) => (result.status === "rejected" ? errorsIn(result.reason) : [])));
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
