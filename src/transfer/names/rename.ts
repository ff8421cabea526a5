import { TransferError } from "../../errors/transfer-error.ts";
import { canonicalHost } from "../../oci/host.ts";
import { invalidRepository } from "../../oci/reference.ts";
import { COMPONENT_DESCRIPTORS } from "../../ocm/descriptor/component-reference.ts";
import { printable } from "../../text/redact.ts";

/** A line of `rename`: path prefixes without slashes at their ends. */
export interface Rename {
  /** `host/path` of the first reference, or the path of a name at the target. */
  readonly from: string;
  /** Path below that of the target; empty to remove the prefix. */
  readonly to: string;
}

/** `from=to` a line. Fails with INPUT_INVALID. */
export function parseRenames(lines: readonly string[], where: string): readonly Rename[] {
  const renames = lines.map((line, index) => parseRename(line, `${where}, line ${index + 1}`));
  const twice = renames.find(({ from }, index) => renames.findIndex((other) => other.from === from) < index);
  if (twice === undefined) return [...renames].sort((one, other) => other.from.length - one.from.length);
  throw new TransferError("INPUT_INVALID", `rename has two lines for ${printable(twice.from, 200)}`, {
    where,
    remedy: "Write one line per prefix; the longest prefix that matches is used.",
  });
}

function parseRename(line: string, where: string): Rename {
  const [from = "", to, ...more] = line.split("=").map((part) => part.trim().replace(/^\/|\/$/g, ""));
  const [first = "", ...rest] = from.split("/");
  const why =
    to === undefined || more.length > 0 || from === ""
      ? "is not of the form from=to"
      : (invalidPrefix(from) ?? invalidTarget(to));
  if (why === undefined && to !== undefined) return { from: [canonicalHost(first), ...rest].join("/"), to };
  throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" ${why}`, {
    where,
    remedy: "Write from=to, both prefixes of a path, for example ghcr.io/acme/=mirror/acme/.",
  });
}

function invalidPrefix(from: string): string | undefined {
  if (from.includes("://")) return "has a scheme, which is no part of a prefix";
  return /[\s@]|\/\//.test(from) ? "has a prefix that no reference begins with" : undefined;
}

function invalidTarget(to: string): string | undefined {
  const why = to === "" ? undefined : invalidRepository(to);
  if (why !== undefined) return `has the path "${printable(to, 100)}", which ${why}`;
  // A tag there that is no version breaks the listing of versions by v1 of the CLI.
  return to.split("/").includes(COMPONENT_DESCRIPTORS) ? "leads to the repositories of component versions" : undefined;
}

/**
 * The repository under the longest matching prefix, or as it is. `first`: host and repository of its first reference, where they are known.
 * Prefixes end at a slash: `ghcr.io/acme` does not match `ghcr.io/acme-internal/app`.
 */
export function renamed(repository: string, first: string | undefined, renames: readonly Rename[]): string {
  const names = first === undefined ? [repository] : [first, repository];
  for (const { from, to } of renames) {
    const name = names.find((each) => each === from || each.startsWith(`${from}/`));
    const path = name === undefined ? "" : [to, name.slice(from.length + 1)].filter((part) => part !== "").join("/");
    if (path !== "") return path;
  }
  return repository;
}
