import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import { orderVersions } from "../version/version.ts";
import { type ComponentRepository, componentRepositoryName } from "./component-version.ts";

/** For readability. */
const MAX_NAMED = 5;

/**
 * The error for a component version that is absent, with the tags that its repository has. Any other error, and that of a repository that does
 * not list its tags, stays as it is.
 */
export async function withKnownTags(
  error: unknown,
  { from, component }: { readonly from: ComponentRepository; readonly component: string },
  signal?: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof TransferError) || error.code !== "COMPONENT_VERSION_UNKNOWN") return error;
  const repository = from.registry.repository(componentRepositoryName(from.path, component));
  const tags = await repository.listTags(signal).catch(() => []);
  if (tags.length === 0) return error;
  return new TransferError(error.code, `${error.message}; the repository has ${describeTags(tags)}`, {
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    cause: error,
  });
}

/** The highest versions first: `2.0.0, 1.9.0 and 3 more`. */
export function describeTags(tags: readonly string[]): string {
  const ordered = tags.toSorted((one, other) => orderVersions(other, one));
  const more = ordered.length > MAX_NAMED ? ` and ${ordered.length - MAX_NAMED} more` : "";
  return printable(`${ordered.slice(0, MAX_NAMED).join(", ")}${more}`, 400);
}
