import { TransferError } from "../errors/transfer-error.ts";
import { isRecord } from "../oci/descriptor.ts";
import { parseRepository, type RepositorySpec } from "../ocm/descriptor/component-reference.ts";
import { parseConstraint, type VersionConstraint } from "../ocm/version/version-constraint.ts";

/** A repository in which component references are looked up. */
export interface OcmResolver {
  /** Beginning of component names, in whole segments; empty for every component. */
  readonly prefix: string;
  /** Glob of component names, whose `*` also stands for slashes. */
  readonly pattern?: string;
  /** The versions that are looked up here; all of them without it. */
  readonly versions?: VersionConstraint;
  readonly repository: RepositorySpec;
}

/** The resolvers of v1 (`ocm.config.ocm.software`) and of v2 (`resolvers.config.ocm.software`); none of other documents. Throws CONSTRAINT_MALFORMED. */
export function parseResolvers(document: Record<string, unknown>, type: string): OcmResolver[] {
  if (type !== V1 && type !== V2) return [];
  const entries = Array.isArray(document.resolvers) ? document.resolvers.filter(isRecord) : [];
  const byPriority = entries.toSorted((one, other) => priority(other) - priority(one));
  return byPriority.flatMap(({ repository: record, prefix, componentNamePattern, versionConstraint }) => {
    const repository = isRecord(record) ? repositoryOf(record) : undefined;
    if (repository === undefined) return [];
    if (type === V1) return [{ prefix: textOf(prefix).replace(/(?<!\/)\/+$/, ""), repository }];
    const constraint = textOf(versionConstraint);
    // v2 compiles a pattern that is not set as the empty one, which no component matches.
    const pattern = textOf(componentNamePattern);
    const versions = constraint === "" ? {} : { versions: parseConstraint(constraint, WHERE) };
    return [{ prefix: "", pattern, repository, ...versions }];
  });
}

const V1 = "ocm.config.ocm.software";
const V2 = "resolvers.config.ocm.software";
const WHERE = "ocm-config, resolvers";

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** v1 tries the highest one first; 10 is its default. */
function priority({ priority: value }: Record<string, unknown>): number {
  return typeof value === "number" ? value : 10;
}

/** A repository specification of either generation; undefined for kinds that are not supported, which other programs may use. */
function repositoryOf({ type, baseUrl, subPath, filePath }: Record<string, unknown>): RepositorySpec | undefined {
  try {
    if (typeof filePath === "string" && filePath !== "") return parseRepository(`${type}::${filePath}`, WHERE);
    if (typeof baseUrl !== "string" || baseUrl === "") return undefined;
    const path = typeof subPath === "string" && subPath !== "" ? `/${subPath.replace(/^\/+/, "")}` : "";
    return parseRepository(`${type}::${baseUrl.replace(/(?<!\/)\/+$/, "")}${path}`, WHERE);
  } catch (error) {
    if (error instanceof TransferError) return undefined;
    throw error;
  }
}
