import { TransferError } from "../errors/transfer-error.ts";
import { isRecord } from "../oci/descriptor.ts";
import { parseRepository, type RepositorySpec } from "../ocm/descriptor/component-reference.ts";

/** A repository in which component references are looked up. */
export interface OcmResolver {
  /** Beginning of component names, in whole segments; empty for every component. */
  readonly prefix: string;
  /** Glob of component names, whose `*` also stands for slashes. */
  readonly pattern?: string;
  readonly repository: RepositorySpec;
}

/** The resolvers of v1 (`ocm.config.ocm.software`) and of v2 (`resolvers.config.ocm.software`); none of other documents. */
export function parseResolvers(document: Record<string, unknown>, type: string): OcmResolver[] {
  if (type !== "ocm.config.ocm.software" && type !== "resolvers.config.ocm.software") return [];
  const entries = Array.isArray(document.resolvers) ? document.resolvers.filter(isRecord) : [];
  const byPriority = entries.toSorted((one, other) => priority(other) - priority(one));
  return byPriority.flatMap(({ repository, prefix, componentNamePattern: pattern }) => {
    const spec = isRecord(repository) ? repositoryOf(repository) : undefined;
    if (spec === undefined) return [];
    if (typeof pattern === "string" && pattern !== "") return [{ prefix: "", pattern, repository: spec }];
    return [{ prefix: typeof prefix === "string" ? prefix.replace(/(?<!\/)\/+$/, "") : "", repository: spec }];
  });
}

/** v1 tries the highest one first; 10 is its default. */
function priority({ priority: value }: Record<string, unknown>): number {
  return typeof value === "number" ? value : 10;
}

/** A repository specification of either generation; undefined for kinds that are not supported, which other programs may use. */
function repositoryOf({ type, baseUrl, subPath, filePath }: Record<string, unknown>): RepositorySpec | undefined {
  const where = "ocm-config, resolvers";
  try {
    if (typeof filePath === "string" && filePath !== "") return parseRepository(`${type}::${filePath}`, where);
    if (typeof baseUrl !== "string" || baseUrl === "") return undefined;
    const path = typeof subPath === "string" && subPath !== "" ? `/${subPath.replace(/^\/+/, "")}` : "";
    return parseRepository(`${type}::${baseUrl.replace(/(?<!\/)\/+$/, "")}${path}`, where);
  } catch (error) {
    if (error instanceof TransferError) return undefined;
    throw error;
  }
}
