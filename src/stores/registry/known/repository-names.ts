import { TransferError } from "../../../errors/transfer-error.ts";
import { invalidRepository } from "../../../oci/reference.ts";
import { printable } from "../../../text/redact.ts";
import { findRegistry } from "./find.ts";
import type { NameRule } from "./known-registry.ts";

/** Names in one message; it is an annotation of the step, whose size is limited. */
const MAX_NAMES = 50;

/**
 * Fails with REPOSITORY_NAME_REFUSED where a registry cannot have repositories of these names: by the grammar of the distribution-spec, or by
 * the rules of a known registry. The message has all of them.
 */
export function checkRepositoryNames(registry: string, names: readonly string[]): void {
  const known = findRegistry(registry)?.known;
  const refused = names.flatMap((name) => {
    const why = invalidRepository(name) ?? violated(known?.names, name);
    return why === undefined ? [] : [`${printable(name, 300)} (${why})`];
  });
  if (refused.length === 0) return;
  const more = refused.length > MAX_NAMES ? ` and ${refused.length - MAX_NAMES} more` : "";
  const rule = known?.names === undefined ? "" : `; ${known.vendor} accepts ${known.names.accepts}`;
  throw new TransferError(
    "REPOSITORY_NAME_REFUSED",
    `${printable(registry, 200)} cannot have these repositories: ${refused.slice(0, MAX_NAMES).join(", ")}${more}${rule}`,
    { where: registry, remedy: known?.names?.maxParts === undefined ? OTHER_NAME : OTHER_REGISTRY },
  );
}

const OTHER_REGISTRY =
  "Transfer to another registry: component versions are stored in PATH/component-descriptors/COMPONENT, which has more parts than this one accepts.";
const OTHER_NAME =
  "Use another path in target, or another template in publish-artifacts; where the name of the component itself is the cause, only another registry, or an archive, can store it.";

function violated(rule: NameRule | undefined, name: string): string | undefined {
  if (rule === undefined) return undefined;
  const parts = name.split("/");
  if (rule.maxParts !== undefined && parts.length > rule.maxParts) return `${parts.length} parts`;
  const { refused } = rule;
  const part = refused === undefined ? undefined : parts.find((each) => refused.test(each));
  return part === undefined ? undefined : `"${part}" has two separators in a row`;
}
