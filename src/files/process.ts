import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "../errors/transfer-error.ts";

/** A process, as others can look for it. */
export interface ProcessName {
  readonly host: string;
  /** Where its number is valid: containers can share a host name, and each has process numbers of its own. */
  readonly namespace: string;
  readonly pid: number;
}

export function thisProcess(): ProcessName {
  return { host: hostname(), namespace: pidNamespace(), pid: process.pid };
}

/** Identifies host and namespace in a file name. */
export function machineKey({ host, namespace }: Omit<ProcessName, "pid">): string {
  return createHash("sha256").update(`${host} ${namespace}`).digest("hex").slice(0, 12);
}

/** Whether no process of this machine has the number any more. A number that was given to another process counts as running. */
export function hasEnded(pid: number): boolean {
  // Zero and negative numbers are groups of processes (kill(2)).
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

/** As Linux names it (pid_namespaces(7)); empty on systems without. */
function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
