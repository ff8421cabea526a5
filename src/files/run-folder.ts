import { randomUUID } from "node:crypto";
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasEnded, machineKey, thisProcess } from "./process.ts";

const PREFIX = ".ocm-proxied-transfer";
const NAME = /^\.ocm-proxied-transfer-([0-9a-f]{12})-([1-9][0-9]*)-[0-9a-f-]{36}$/;

/** The path of a folder for temporary files of this run; its name has the process that it belongs to. */
export function runFolder(parent: string): string {
  const own = thisProcess();
  return join(parent, `${PREFIX}-${machineKey(own)}-${own.pid}-${randomUUID()}`);
}

/** Removes the folders of processes of this machine and user that ended without removing them. Failures are ignored. */
export async function removeFoldersOfEndedRuns(parent: string): Promise<void> {
  const machine = machineKey(thisProcess());
  const names = await readdir(parent).catch(() => []);
  const ended = names.filter((name) => {
    const [, key, pid] = NAME.exec(name) ?? [];
    return key === machine && hasEnded(Number(pid));
  });
  await Promise.allSettled(
    ended.map(async (name) => {
      const path = join(parent, name);
      const { uid } = await lstat(path);
      // Everybody can create folders in /tmp.
      if (uid === (process.getuid?.() ?? uid)) await rm(path, { recursive: true, force: true });
    }),
  );
}
