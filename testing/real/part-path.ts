import { findPart, installLine, type PartName } from "../../scripts/parts.ts";

/** Absolute path of a part. Throws where it is not installed; `withParts` skips a suite then. */
export function pathOf(part: PartName): string {
  const path = findPart(part);
  if (path === undefined) throw new Error(`${part} is not installed: ${installLine(part)}`);
  return path;
}
