import type { Finding } from "../../errors/finding.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import type { DigestSpec } from "../../ocm/signing/hash-algorithm.ts";
import { isExcluded } from "../../ocm/signing/pin.ts";
import { printable } from "../../text/redact.ts";
import { pinsIn, unpinnedReferences } from "../pins/pins.ts";
import type { ResolvedElement, ResolvedVersion } from "../source/resolve-elements.ts";
import type { Trust, TrustedKey } from "./trust.ts";

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

export interface UncheckedOptions extends Pick<Trust, "rootsOf"> {
  /** Whether signatures are asked for: they never pin sources. */
  readonly isSigned: boolean;
}

/** Content and references of component versions that no digest was compared with. */
export function uncheckedContent(
  versions: readonly ResolvedVersion[],
  { isSigned, rootsOf }: UncheckedOptions,
): Finding[] {
  const followed = new Set(versions.map(({ version: { descriptor } }) => `${descriptor.name}:${descriptor.version}`));
  const unchecked = versions.flatMap(({ version, items }) => {
    const { descriptor } = version;
    const roots = rootsOf(descriptor);
    const digestsOf = pinsIn(descriptor, roots);
    const content = items.flatMap((item) => {
      const isSource = item.element.kind === "source" && isSigned;
      const why = isSource ? sourceReason(item) : whyUnchecked(item, digestsOf(item.element));
      const unchecked = why === undefined ? [] : [named(item.element.name, version, why)];
      const hasReferrers = isSigned && item.kind === "artifact" && item.referrers.found.length > 0;
      return hasReferrers ? [...unchecked, named(`referrers of ${item.element.name}`, version, REFERRERS)] : unchecked;
    });
    const unpinned = new Set(unpinnedReferences(descriptor, roots));
    const references = descriptor.references.flatMap((reference) => {
      const isFollowed = followed.has(`${reference.componentName}:${reference.version}`);
      if (isFollowed && !unpinned.has(reference)) return [];
      return [named(`reference ${reference.name}`, version, isFollowed ? "has no digest" : "is not followed")];
    });
    return [...content, ...references];
  });
  return findingOf(unchecked);
}

/** Anybody who can write to the repository of an image can add them; they carry signatures of their own. */
const REFERRERS = "no component version pins them";

/** Content that cannot be compared with its digest. With signatures, that is an error. */
export function incomparableContent(versions: readonly ResolvedVersion[]): Finding[] {
  return findingOf(
    versions.flatMap(({ version, items }) =>
      items.flatMap((item) => {
        const why = whyIncomparable(item);
        return why === undefined ? [] : [named(item.element.name, version, why)];
      }),
    ),
  );
}

/** Why the content of an element is not known to be what is pinned; undefined where it is, and where neither access nor digest is. */
export function whyUnchecked(item: ResolvedElement, digests: readonly DigestSpec[]): string | undefined {
  // A digest belongs to content, and any access can be exchanged for an access to nothing.
  if (isNowhere(item) && digests.every(isExcluded)) return undefined;
  if (digests.length === 0) return item.element.kind === "source" ? undefined : "has no digest";
  if (digests.some(isExcluded)) return "is excluded from signatures";
  return item.kind === "byReference" ? item.reason : whyIncomparable(item);
}

function sourceReason(item: ResolvedElement): string | undefined {
  return isNowhere(item) ? undefined : "is a source, which no signature pins";
}

function whyIncomparable(item: ResolvedElement): string | undefined {
  return item.kind !== "byReference" && item.verdict.kind === "incomparable" ? item.verdict.error.message : undefined;
}

function isNowhere({ element: { access } }: ResolvedElement): boolean {
  return typeof access.type === "string" && /^none(?:\/v1)?$/i.test(access.type);
}

function named(what: string, { descriptor: { name, version } }: ComponentVersion, why: string): string {
  return printable(`${what} of ${name}:${version} (${why})`, 300);
}

function findingOf(unchecked: readonly string[]): Finding[] {
  if (unchecked.length === 0) return [];
  const more = unchecked.length > 10 ? ` and ${unchecked.length - 10} more` : "";
  return [
    {
      code: "CONTENT_UNCHECKED",
      message: `Not compared with any digest: ${unchecked.slice(0, 10).join(", ")}${more}.`,
      remedy:
        "Sign the component version again to pin what has no digest; set recursive: true to follow references; verify what only the OCM CLI can reach with that.",
    },
  ];
}
