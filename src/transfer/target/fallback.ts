import type { Finding } from "../../errors/finding.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { singleBlobRepository } from "../../oci/single-blob.ts";
import { verifying } from "../../oci/verify.ts";
import { writeArtifactSet } from "../../stores/artifact-set/write.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Gathered } from "../source/gather.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";

/** The form of artifacts that a target does not take as native manifests of a component version. */
export type AccessFallback = "none" | "artifact-set" | "ociArtifact";

/** What a target refused: every index around component versions, or manifests of a media type. */
export type Refused = "index" | { readonly mediaType: string };

export interface FallbackOptions {
  readonly form: Exclude<AccessFallback, "none">;
  readonly refused: Refused;
  /** Folder for artifact sets, which are gone when the run is over. */
  readonly folder: string;
  readonly attempts: number;
}

/** The same component versions, with another form for each artifact that would be refused. */
export async function withFallback(
  { versions, ...gathered }: Gathered,
  options: FallbackOptions,
  signal?: AbortSignal,
): Promise<Gathered> {
  const changed = versions.map(async ({ items, ...surveyed }) => ({
    ...surveyed,
    items: await Promise.all(items.map((item) => changedItem(item, options, signal))),
  }));
  return { ...gathered, versions: await Promise.all(changed) };
}

async function changedItem(
  item: ResolvedElement,
  { form, refused, folder, attempts }: FallbackOptions,
  signal?: AbortSignal,
): Promise<ResolvedElement> {
  if (item.kind !== "artifact" || item.form !== undefined || !isRefused(item, refused)) return item;
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

function isRefused({ graph }: Extract<ResolvedElement, { kind: "artifact" }>, refused: Refused): boolean {
  return refused === "index" || graph.nodes.some(({ descriptor }) => descriptor.mediaType === refused.mediaType);
}

export function fallbackFinding({ form, refused }: Pick<FallbackOptions, "form" | "refused">): Finding {
  const what =
    refused === "index" ? "an index around a component version" : `manifests of the type ${refused.mediaType}`;
  return form === "artifact-set"
    ? {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: artifacts are packed into archive layers.`,
        remedy:
          "v1 of the OCM CLI reads and transfers them; v2 cannot transfer them onwards, nobody can pull them as images, and what hangs on them (signatures, SBOMs) stays behind.",
      }
    : {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: artifacts are written by absolute reference.`,
        remedy: "Both OCM CLIs read them under this host alone: a copy under another host or path still points here.",
      };
}
