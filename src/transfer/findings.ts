import { parseAccess } from "../ocm/access.ts";
import { isArtifactSet } from "../ocm/media-types.ts";
import type { Finding } from "../proxy/finding.ts";
import { printable } from "../redact.ts";
import type { Gathered } from "./gather.ts";

/** What is transferred as it is, and deserves a look. */
export function findingsOf(gathered: Omit<Gathered, "named">): Finding[] {
  return [...packedArtifacts(gathered), ...leftByReference(gathered)];
}

function leftByReference({ versions }: Omit<Gathered, "named">): Finding[] {
  const left = versions.flatMap(({ version, items }) =>
    items.flatMap((item) => {
      const { name, access } = item.element;
      const type = typeof access.type === "string" ? access.type : "";
      if (item.kind !== "kept" || item.isAsked || /^none(?:\/v1)?$/i.test(type)) return [];
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
      const isPacked = kind === "layer" && access.kind === "localBlob" && isArtifactSet(access.mediaType);
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
