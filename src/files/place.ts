import { realpathSync } from "node:fs";
import { lstat, mkdir, readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { errorCode, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** As many symbolic links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40;

export interface PlaceOptions {
  /** Folder that the repository of the workflow is checked out to. */
  readonly workspace: string;
  /** The input, as messages name it. */
  readonly where: string;
}

/** Folder whose content a commit can choose: the checkout of a GitHub job, elsewhere the working directory. */
export function workspaceOf(environment: Readonly<Record<string, string | undefined>>): string {
  return resolve(environment.GITHUB_WORKSPACE || ".");
}

/** Whether `path` is `folder` itself or below it. Both are absolute; links are not resolved. */
export function isInside(folder: string, path: string): boolean {
  const route = relative(folder, path);
  return route !== ".." && !route.startsWith(`..${sep}`) && !isAbsolute(route);
}

/** Whether a path is in the workspace, either as written or with its links resolved. */
export async function isInWorkspace(path: string, workspace: string): Promise<boolean> {
  const absolute = resolve(path);
  if (isInside(workspace, absolute)) return true;
  const [folder, place] = await Promise.all([followed(workspace), followed(absolute)]);
  return isInside(folder, absolute) || isInside(folder, place);
}

/**
 * The real path of an output that an input names, whether it exists or not. Links of the user are followed; a link
 * in the workspace may be part of a commit, so it has to stay in the workspace. Fails with PATH_LEADS_OUT.
 */
export async function placeOf(path: string, { workspace, where }: PlaceOptions): Promise<string> {
  const absolute = resolve(path);
  const [folder, place] = await Promise.all([followed(workspace), followed(absolute)]);
  const isNamedInside = isInside(workspace, absolute) || isInside(folder, absolute);
  if (isNamedInside && !isInside(folder, place)) throw leadsOut(path, "the workspace", where);
  return place;
}

/** Creates the folders from `root`, a real path, down to `path`. Fails with PATH_LEADS_OUT where one of them is a link. */
export async function makeFolders(root: string, path: string, where: string): Promise<void> {
  await mkdir(root, { recursive: true });
  let folder = root;
  for (const name of relative(root, path).split(sep)) {
    if (name === "") continue;
    folder = join(folder, name);
    await makeFolder(folder);
    if ((await lstat(folder)).isSymbolicLink()) throw leadsOut(folder, root, where);
  }
}

/** Refuses a link in place of a file that this run reads and rewrites. */
export async function refuseLink(root: string, path: string, where: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() === true) throw leadsOut(path, root, where);
}

/** The real path of an existing file below `root`, a real path. Links are followed as long as they stay in it. Fails with PATH_LEADS_OUT. */
export function placeBelow(root: string, name: string): string {
  const path = join(root, name);
  const place = realpathSync(path);
  if (isInside(root, place)) return place;
  throw leadsOut(path, root, root);
}

/** The destination of a path, with links to missing files resolved too: writing to such a link would create its destination. */
async function followed(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const isMissing = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
    if (!isMissing || links > MAX_LINKS || dirname(path) === path) throw error;
  }
  const parent = await followed(dirname(path), links + 1);
  const place = join(parent, basename(path));
  const target = await readlink(place).catch(() => undefined);
  return target === undefined ? place : followed(resolve(parent, target), links + 1);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

function leadsOut(path: string, folder: string, where: string): TransferError {
  const [link, root] = [printable(path, 300), printable(folder, 300)];
  return new TransferError("PATH_LEADS_OUT", `${link} is, or is below, a symbolic link that leads out of ${root}`, {
    where,
    remedy: "Find out who created the link. If it is intended, name its destination in the input; otherwise remove it.",
  });
}
