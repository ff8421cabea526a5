import type { ComponentVersion } from "../ocm/component-version.ts";
import type { Finding } from "../proxy/finding.ts";
import { printable } from "../redact.ts";
import type { Checked } from "./check-content.ts";
import { unpinnedReferences } from "./pins.ts";
import type { TrustedKey } from "./trust.ts";

export function uncheckedSignatures(keys: readonly TrustedKey[]): Finding[] {
  if (keys.length > 0) return [];
  return [
    {
      code: "SIGNATURE_UNCHECKED",
      message: "No signature was asked for: content is compared with digests that anybody may have written.",
      remedy: "Name signatures and their public keys in signatures, name=path.",
    },
  ];
}

/** What a component version has and no digest was compared with. */
export function uncheckedContent(
  checked: readonly (readonly [ComponentVersion, readonly Checked[]])[],
  isRecursive: boolean,
): Finding[] {
  const all = checked.map(([{ descriptor }]) => descriptor);
  const content = checked.flatMap(([{ descriptor }, items]) =>
    items.flatMap(({ element: { name }, unchecked }) =>
      unchecked === undefined ? [] : [`${name} of ${descriptor.name}:${descriptor.version} (${unchecked})`],
    ),
  );
  const references = all.flatMap((descriptor) => {
    const names = isRecursive
      ? unpinnedReferences(descriptor, all).map((name) => [name, "has no digest"])
      : descriptor.references.map(({ name }) => [name, "is not followed"]);
    return names.map(([name, why]) => `reference ${name} of ${descriptor.name}:${descriptor.version} (${why})`);
  });
  const unchecked = [...content, ...references].map((each) => printable(each, 300));
  if (unchecked.length === 0) return [];
  const more = unchecked.length > 10 ? ` and ${unchecked.length - 10} more` : "";
  return [
    {
      code: "CONTENT_UNCHECKED",
      message: `Not compared with any digest: ${unchecked.slice(0, 10).join(", ")}${more}.`,
      remedy:
        "Sign the component version anew to pin what has no digest; set recursive: true to follow references; verify what only the OCM CLI can reach with that.",
    },
  ];
}
