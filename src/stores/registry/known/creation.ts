import { findRegistry } from "./find.ts";

/** Products that name themselves in the challenge of their token server (`service`), at any host. */
const BY_SERVICE: ReadonlyMap<string, string> = new Map([
  [
    // https://github.com/goharbor/harbor/blob/main/src/server/middleware/v2auth/auth.go
    "harbor-registry",
    "Create the project {first} in Harbor (Projects, New Project), with this login as a member that may push.",
  ],
  [
    // https://docs.gitlab.com/administration/packages/container_registry/
    "container_registry",
    "Create the project in GitLab, with its container registry enabled; a target begins with GROUP/PROJECT.",
  ],
]);

/** Whether the first request of an upload may create the repository there. */
export function createsByUpload(registry: string): boolean {
  return findRegistry(registry)?.known.createsByUpload === true;
}

/** Whether a token with the right to push creates the repository, when it is issued. */
export function createsByToken(registry: string): boolean {
  return findRegistry(registry)?.known.createsByToken === true;
}

/** Whether each repository must exist before the first push. */
export function requiresRepositories(registry: string): boolean {
  return findRegistry(registry)?.known.creation?.isRequired === true;
}

/**
 * How to create the repository, or the project or namespace above it, as sentences with a command or page; undefined where that is unknown.
 * `service`: that of the challenge, by which products are recognised at other hosts.
 */
export function creationOf(registry: string, repository: string, service?: string): string | undefined {
  const found = findRegistry(registry);
  const how = found?.known.creation?.how ?? BY_SERVICE.get(service ?? "");
  if (how === undefined) return undefined;
  const [first = "", ...others] = repository.split("/");
  const parts = { repository, first, second: others[0] ?? "REPOSITORY", rest: others.join("/") };
  if (found !== undefined) return found.fill(how, parts);
  return how.replace("{first}", first);
}
