import type { Finding } from "../../errors/finding.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { singleBlobRepository } from "../../oci/single-blob.ts";
import { verifying } from "../../oci/verify.ts";
import { writeArtifactSet } from "../../stores/artifact-set/write.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Gathered } from "../source/gather.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";

/** The form of artifacts that a target refuses as native manifests of a component version. */
export type AccessFallback = "none" | "artifact-set" | "ociArtifact";

/** A refusal of a target: of every index around component versions, or of manifests of a media type. */
export type Refused = "index" | { readonly mediaType: string };

export interface FallbackOptions {
  readonly form: Exclude<AccessFallback, "none">;
  readonly refused: Refused;
  /** Folder for artifact sets, which is removed after the run. */
  readonly folder: string;
  readonly attempts: number;
}

/** The same component versions, with another form for each artifact that would be refused; undefined where there is none. */
export async function withFallback(
  { versions, ...gathered }: Gathered,
  options: FallbackOptions,
  signal?: AbortSignal,
): Promise<Gathered | undefined> {
  if (!versions.some(({ items }) => items.some((item) => isRefused(item, options.refused)))) return undefined;
  const changed = versions.map(async ({ items, ...resolved }) => ({
    ...resolved,
    items: await Promise.all(
      items.map((item) => (isRefused(item, options.refused) ? inOtherForm(item, options, signal) : item)),
    ),
  }));
  return { ...gathered, versions: await Promise.all(changed) };
}

type Artifact = Extract<ResolvedElement, { kind: "artifact" }>;

async function inOtherForm(
  item: Artifact,
  { form, folder, attempts }: FallbackOptions,
  signal?: AbortSignal,
): Promise<ResolvedElement> {
  if (form === "ociArtifact") return { ...item, form };
  // Packed out of an artifact that was compared with its digest.
  const { element, graph, name, verdict } = item;
  const below = graph.nodes.map(({ descriptor }) => descriptor).filter(({ digest }) => digest !== graph.root.digest);
  const tag = name.tag === undefined ? {} : { tag: name.tag };
  const pack = () => writeArtifactSet(graph.from, [graph.root, ...below], { folder, ...tag }, signal);
  const { descriptor, read } = await retryStream(attempts, pack, signal);
  const access = {
    type: "localBlob",
    localReference: descriptor.digest,
    mediaType: descriptor.mediaType,
    referenceName: formatArtifactReference({ ...name, digest: undefined }),
  };
  const repository = graph.from.name;
  const unknown = (reference: string) => `an artifact set of ${repository} has no ${reference}`;
  const from = singleBlobRepository({ name: repository, unknown }, descriptor.digest, async (target) =>
    verifying(read(), target, repository),
  );
  return { kind: "blob", element, blobs: [descriptor], from, access, verdict };
}

/** Whether the target refuses the artifact in the form of all others. */
function isRefused(item: ResolvedElement, refused: Refused): item is Artifact {
  if (item.kind !== "artifact" || item.form !== undefined) return false;
  return refused === "index" || item.graph.nodes.some(({ descriptor }) => descriptor.mediaType === refused.mediaType);
}

export function fallbackFinding({ form, refused }: Pick<FallbackOptions, "form" | "refused">): Finding {
  const what =
    refused === "index" ? "an index around a component version" : `manifests of the type ${refused.mediaType}`;
  return form === "artifact-set"
    ? {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: artifacts are packed into archive layers.`,
        remedy:
          "v1 of the OCM CLI reads and transfers them; v2 cannot transfer them onwards, they cannot be pulled as images, and their referrers (signatures, SBOMs) are not copied.",
      }
    : {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: artifacts are written by absolute reference.`,
        remedy: "Both OCM CLIs read them under this host alone: a copy under another host or path still points here.",
      };
}
