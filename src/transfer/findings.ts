import type { Finding } from "../errors/finding.ts";
import type { Store } from "../oci/store.ts";
import { parseAccess } from "../ocm/access/access.ts";
import { canonicalJson, isJsonObject } from "../ocm/descriptor/json.ts";
import { isArtifactSet } from "../ocm/repository/media-types.ts";
import { printable } from "../text/redact.ts";
import { firstName } from "./names/first-name.ts";
import type { Gathered } from "./source/gather.ts";
import type { DesiredVersion } from "./target/desired.ts";
import type { DesiredReferrer } from "./target/desired-referrers.ts";

/** Findings about content that is transferred as it is. */
export function findingsOf(gathered: Omit<Gathered, "named">): Finding[] {
  return [
    ...movedTags(gathered),
    ...packedArtifacts(gathered),
    ...leftByReference(gathered),
    ...unreadReferrers(gathered),
  ];
}

/** Global accesses of local blobs that name another place than the copy. */
export function droppedGlobalAccesses(desired: readonly Pick<DesiredVersion, "changes">[]): Finding[] {
  const dropped = desired.flatMap(({ changes }) =>
    changes.flatMap(({ element, before, after }) => {
      const { globalAccess } = before;
      if (!isJsonObject(globalAccess)) return [];
      if (canonicalJson(globalAccess) === canonicalJson(after.globalAccess ?? null)) return [];
      const { imageReference, ref, type } = globalAccess;
      const place = [imageReference, ref, type].find((each) => typeof each === "string");
      return [`${element.name} (${printable(String(place), 200)})`];
    }),
  );
  if (dropped.length === 0) return [];
  return [
    {
      code: "GLOBAL_ACCESS_DROPPED",
      message: `Global accesses of local blobs name other places, and are not copied: ${listed(dropped)}.`,
      remedy: "Set global-access: true for consumers that need absolute references; they then name the copy.",
    },
  ];
}

/** Images without a first reference: the hints of their accesses are used in their place. */
export function unknownNames({ versions }: Pick<Gathered, "versions">): Finding[] {
  const unknown = versions.flatMap(({ version, items }) =>
    items.flatMap(({ kind, element }) => {
      if (kind !== "artifact") return [];
      const first = firstName(element, version);
      if (first?.kind === "reference") return [];
      return [first === undefined ? element.name : `${element.name} (${printable(first.text, 120)})`];
    }),
  );
  if (unknown.length === 0) return [];
  return [
    {
      code: "NAME_UNKNOWN",
      message: `The source does not record which registry images came from: ${listed(unknown)}.`,
      remedy:
        "Their old references in images have no host, and files that match references of deployments omit them. Transfer from the original registry, or from a copy with origin-names, for complete names.",
    },
  ];
}

/** Tags of accesses that lead to another artifact than the one that is pinned, which is the one that is taken. */
export function movedTags({ versions }: Pick<Gathered, "versions">): Finding[] {
  const moved = versions.flatMap(({ version: { descriptor }, items }) =>
    items.flatMap((item) => {
      if (item.kind !== "artifact" || item.movedTag === undefined) return [];
      const { tag, has, pinned } = item.movedTag;
      const where = `${item.element.name} of ${descriptor.name}:${descriptor.version}`;
      return [`${where} (${printable(tag, 200)} leads to ${has}, taken was ${pinned})`];
    }),
  );
  if (moved.length === 0) return [];
  return [
    {
      code: "TAG_MOVED",
      message: `Tags lead to other artifacts than those that are pinned, which were taken by their digests: ${listed(moved)}.`,
      remedy: "Restore the tags, or make a new component version: other readers of the source go by them.",
    },
  ];
}

/** An archive that omits blobs: other tools take it for a complete one, and fail in the middle of what they do. */
export function deltaWritten({ name, omitted }: Pick<Store, "name" | "omitted">): Finding[] {
  const sizes = [...(omitted?.() ?? new Map<never, number>()).values()];
  if (sizes.length === 0) return [];
  const bytes = sizes.reduce((total, size) => total + size, 0);
  return [
    {
      code: "DELTA_WRITTEN",
      message: `${printable(name, 300)} is a delta: it omits ${sizes.length} blob(s) of ${bytes} bytes that its receiver has.`,
      remedy: "Transfer it with this action, to a target that has the base. Other tools cannot read it.",
    },
  ];
}

/** Referrers that cannot be found at the target. */
export function leftReferrers(left: readonly DesiredReferrer[]): Finding[] {
  if (left.length === 0) return [];
  const byImage = Map.groupBy(left, ({ element }) => element.name);
  const images = [...byImage].map(([name, referrers]) => {
    const kinds = referrers.map(({ tag, type, graph }) => printable(tag ?? type ?? graph.root.digest, 80));
    return `${name} (${[...new Set(kinds)].join(", ")})`;
  });
  return [
    {
      code: "REFERRERS_LEFT",
      message: `Signatures, SBOMs or attestations of images stay behind: ${images.join("; ")}.`,
      remedy:
        "They are where the images came from. With access: ociArtifact all of them go along; to a registry with the referrers API, or a CTF, all but cosign's tags.",
    },
  ];
}

function unreadReferrers({ versions }: Omit<Gathered, "named">): Finding[] {
  const unread = versions.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === "artifact" ? item.referrers.unread : [])),
  );
  if (unread.length === 0) return [];
  return [
    {
      code: "REFERRERS_UNREAD",
      message: `The source does not list all referrers of the images: ${listed([...new Set(unread)])}.`,
      remedy: "If the images are signed or have SBOMs, see that the credentials may read these too, and run again.",
    },
  ];
}

function leftByReference({ versions }: Omit<Gathered, "named">): Finding[] {
  const left = versions.flatMap(({ version, items }) =>
    items.flatMap((item) => {
      const { name, access } = item.element;
      const type = typeof access.type === "string" ? access.type : "";
      if (item.kind !== "byReference" || item.isOnRequest || /^none(?:\/v1)?$/i.test(type)) return [];
      const why = item.reason.replace(/ stays a reference$/, "");
      return [`${name} of ${version.descriptor.name}:${version.descriptor.version} (${printable(type, 40)}: ${why})`];
    }),
  );
  if (left.length === 0) return [];
  return [
    {
      code: "LEFT_BY_REFERENCE",
      message: `What cannot be copied by value stays where it is: ${listed(left)}.`,
      remedy: "See that readers of the copy reach it there, or make it a local blob or OCI artifact at its origin.",
    },
  ];
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}

function packedArtifacts({ versions }: Omit<Gathered, "named">): Finding[] {
  const packed = versions.flatMap(({ version, items }) =>
    items.flatMap(({ kind, element }) => {
      const access = parseAccess(element.access);
      const isPacked = kind === "blob" && access.kind === "localBlob" && isArtifactSet(access.mediaType);
      return isPacked ? [`${element.name} of ${version.descriptor.name}:${version.descriptor.version}`] : [];
    }),
  );
  if (packed.length === 0) return [];
  return [
    {
      code: "ARTIFACT_SET_KEPT",
      message: `Images or charts are packed in archive layers, and stay so: ${listed(packed)}.`,
      remedy:
        "They are pinned as the bytes that they are packed in, or cannot be unpacked. v1 of the OCM CLI reads them; nobody can pull them as images.",
    },
  ];
}
