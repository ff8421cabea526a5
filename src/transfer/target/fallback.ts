import type { Finding } from "../../errors/finding.ts";
import { isIndex } from "../../oci/descriptor.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { singleBlobRepository } from "../../oci/single-blob.ts";
import { verifying } from "../../oci/verify.ts";
import { writeArtifactSet } from "../../stores/artifact-set/write.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import { printable } from "../../text/redact.ts";
import type { Gathered } from "../source/gather.ts";
import type { Node } from "../source/graph.ts";
import type { ResolvedElement } from "../source/resolve-elements.ts";

/** The form of artifacts that a target refuses as native manifests of a component version. */
export type AccessFallback = "none" | "artifact-set" | "ociArtifact";

/** A refusal of a target: of the index around a component version, or of manifests of a kind. */
export type Refused = "index" | ManifestKind;

/** Manifests that a target treats alike: by their own media type, and those of their content. */
export interface ManifestKind {
  readonly mediaType: string;
  /** In order, each once. */
  readonly contents: readonly string[];
}

export function kindOf({ descriptor, needs }: Node): ManifestKind {
  return { mediaType: descriptor.mediaType, contents: [...new Set(needs.map(({ mediaType }) => mediaType))].sort() };
}

export interface FallbackOptions {
  readonly form: Exclude<AccessFallback, "none">;
  readonly refused: Refused;
  /** Folder for artifact sets, which is removed after the run. */
  readonly folder: string;
  readonly attempts: number;
}

/** The same component versions, with another form for each artifact that would be refused, and a finding; undefined where nothing would change. */
export async function withFallback(
  { versions, ...gathered }: Gathered,
  options: FallbackOptions,
  signal?: AbortSignal,
): Promise<{ readonly gathered: Gathered; readonly finding: Finding } | undefined> {
  const { refused } = options;
  const all = versions.flatMap(({ items }) => items);
  // Some registries take an index of manifests, and none of indexes: Gitea, and Quay up to 3.18.
  const isNested = refused === "index" && all.some((item) => isNative(item) && isIndex(item.graph.root.mediaType));
  const isRefused = (item: ResolvedElement): item is Artifact =>
    isNative(item) && (isNested ? isIndex(item.graph.root.mediaType) : isRefusedKind(item, refused));
  if (!all.some(isRefused)) return undefined;
  const changed = versions.map(async ({ items, ...resolved }) => ({
    ...resolved,
    items: await Promise.all(items.map((item) => (isRefused(item) ? inOtherForm(item, options, signal) : item))),
  }));
  const what = isNested ? "an index that lists another index" : describe(refused);
  return {
    gathered: { ...gathered, versions: await Promise.all(changed) },
    finding: fallbackFinding(options.form, what),
  };
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

/** Whether an artifact has the form of all others. */
function isNative(item: ResolvedElement): item is Artifact {
  return item.kind === "artifact" && item.form === undefined;
}

function isRefusedKind({ graph }: Artifact, refused: Refused): boolean {
  return refused === "index" || graph.nodes.some((node) => isSameKind(kindOf(node), refused));
}

function isSameKind(one: ManifestKind, other: ManifestKind): boolean {
  return one.mediaType === other.mediaType && one.contents.join() === other.contents.join();
}

function describe(refused: Refused): string {
  if (refused === "index") return "an index around a component version";
  const contents = refused.contents.length === 0 ? "" : ` with ${printable(refused.contents.join(", "), 200)}`;
  return `manifests of the type ${refused.mediaType}${contents}`;
}

function fallbackFinding(form: FallbackOptions["form"], what: string): Finding {
  return form === "artifact-set"
    ? {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: such artifacts are packed into archive layers.`,
        remedy:
          "v1 of the OCM CLI reads and transfers them; v2 cannot transfer them onwards, they cannot be pulled as images, and their referrers (signatures, SBOMs) are not copied.",
      }
    : {
        code: "ACCESS_FALLBACK",
        message: `The target refuses ${what}: such artifacts are written by absolute reference.`,
        remedy: "Both OCM CLIs read them under this host alone: a copy under another host or path still points here.",
      };
}
