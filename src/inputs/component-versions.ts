import { TransferError } from "../errors/transfer-error.ts";
import {
  type ComponentVersionSpec,
  isComponentName,
  parseComponentVersion,
  parseRepository,
  type RepositorySpec,
} from "../ocm/descriptor/component-reference.ts";
import { parseConstraint, type VersionConstraint } from "../ocm/version/version-constraint.ts";
import { printable } from "../text/redact.ts";
import type { VersionSelection } from "../transfer/source/select-versions.ts";
import type { InputReader } from "./input-reader.ts";

/** A repository in which references to components below a name are looked up. */
export interface ResolverSpec {
  /** `acme.org/shop` for itself and every component below it; empty for every component. */
  readonly prefix: string;
  readonly repository: RepositorySpec;
  /** Glob of component names instead, whose `*` also stands for slashes. */
  readonly pattern?: string;
  /** The versions that are looked up here; all of them without it. */
  readonly versions?: VersionConstraint;
}

/** What is read from where. Throws `VERSION_MISSING` for a line that leaves the version open, unless the selection decides it. */
export function readSources(input: InputReader): {
  readonly componentVersions: readonly ComponentVersionSpec[];
  /** For lines without version and digest. */
  readonly versions: VersionSelection;
  readonly resolvers: readonly ResolverSpec[];
} {
  const constraint = input.text("semver-constraint");
  const versions = {
    constraint: constraint === "" ? undefined : parseConstraint(constraint, "input semver-constraint"),
    isLatestOnly: input.boolean("latest"),
    withAliases: input.boolean("aliases"),
  };
  const isOpen = versions.constraint === undefined && !versions.isLatestOnly;
  return {
    componentVersions: input.parseLines("component-versions", (line, where) => {
      const spec = parseComponentVersion(line, where);
      const isNamed = spec.component === undefined || spec.version !== undefined || spec.digest !== undefined;
      if (isOpen && !isNamed) throw versionMissing(line, where);
      return spec;
    }),
    versions,
    resolvers: input.parseLines("resolvers", parseResolver),
  };
}

function parseResolver(line: string, where: string): ResolverSpec {
  const at = line.indexOf("=");
  const prefix = line.slice(0, Math.max(at, 0)).trim().replace(/\/$/, "");
  const isName = prefix === "" || /^[a-z][-a-z0-9.]*$/.test(prefix) || isComponentName(prefix);
  const lineOf = (repository: string) => `${prefix}=${repository}`;
  if (at >= 0 && isName) return { prefix, repository: parseRepository(line.slice(at + 1).trim(), where, lineOf) };
  throw new TransferError("INPUT_INVALID", `${where}: "${printable(line, 200)}" is not of the form prefix=repository`, {
    where,
    remedy: "Write the beginning of component names and their repository, for example acme.org/shop=ghcr.io/acme/ocm.",
  });
}

function versionMissing(line: string, where: string): TransferError {
  return new TransferError("VERSION_MISSING", `"${printable(line, 200)}" has no version`, {
    where,
    remedy: `Write the version after the component: ${printable(line, 200)}:1.2.0; or set semver-constraint ('*' for all) or latest.`,
  });
}
