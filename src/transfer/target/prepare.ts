import type { Descriptor } from "../../oci/descriptor.ts";
import type { Store } from "../../oci/store.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  componentRepositoryName,
  tagOf,
} from "../../ocm/repository/component-version.ts";
import type { Gathered } from "../source/gather.ts";
import { comparablesIn } from "../verify/comparison.ts";
import { checkComponentDigest } from "./component-digest.ts";
import { buildDesired, type DesiredVersion } from "./desired.ts";
import { checkExisting, type ExistingPolicy, findPresent, findTags, furtherSignatures, keyOf } from "./inspect.ts";
import { keepExistingManifest } from "./keep-existing.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { NameTemplate } from "./published-name.ts";
import type { NameSource } from "./signed-name.ts";
import { supportsReferrersApi } from "./tag-referrers.ts";

export interface PrepareOptions {
  readonly target: ComponentRepository<Store>;
  readonly form: AccessForm;
  readonly published?: NameTemplate | undefined;
  readonly names?: NameSource | undefined;
  readonly existing: ExistingPolicy;
  /** The component version of the same name at the target, or undefined. */
  readonly existingVersion: (source: ComponentVersion) => Promise<ComponentVersion | undefined>;
}

/** Asks the target what it has, and decides on everything else. Nothing is written. */
export async function prepare(
  { versions }: Omit<Gathered, "named">,
  options: PrepareOptions,
  signal?: AbortSignal,
): Promise<Plan> {
  const { target, form, published, names, existing } = options;
  const there = await Promise.all(versions.map(({ version }) => options.existingVersion(version)));
  const location = { origin: target.registry.origin ?? target.registry.name, path: target.path };
  const desiredVersions = versions.map((surveyed, index) => {
    checkExisting(there[index], surveyed.version, existing);
    const signatures = furtherSignatures(there[index], surveyed.version);
    const desired = buildDesired(surveyed, {
      form,
      published,
      names,
      target: location,
      furtherSignatures: signatures,
    });
    checkComponentDigest(surveyed.version.descriptor, desired.manifest);
    return keepExistingManifest(desired, there[index]);
  });
  // A manifest that is overwritten unread is still restored under its tag when the transfer fails.
  const unread = desiredVersions.filter((_, index) => existing === "overwrite" && there[index] === undefined);
  const [present, tagged] = await Promise.all([
    findPresent(
      target.registry,
      desiredVersions.flatMap(({ placements }) => placements),
      signal,
    ),
    findTags(
      target.registry,
      [
        ...desiredVersions.flatMap((desired) => desired.artifactTags),
        ...unread.map(({ componentTag }) => componentTag),
      ],
      signal,
    ),
  ]);
  const componentTags = there.flatMap((version) =>
    version === undefined ? [] : [[tagKey(target, version), version.root] as const],
  );
  return makePlan(desiredVersions, {
    existing,
    comparables: comparablesIn(versions),
    present,
    tags: new Map<string, Descriptor>([...tagged, ...componentTags]),
    supportsReferrers: await supportsReferrersOf(target.registry, desiredVersions, present, signal),
    asTargetRepository: (from) => (!Buffer.isBuffer(from) && from.store === target.registry ? from.name : undefined),
  });
}

/** Requested for an existing subject, if there is one: for a missing one, registries answer anything. */
async function supportsReferrersOf(
  target: Store,
  desiredVersions: readonly DesiredVersion[],
  present: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const placements = desiredVersions.flatMap(({ placements }) => placements);
  const found = placements.find(
    ({ about, to }) => about?.isTaggable === false && present.has(keyOf({ to, descriptor: about.subject })),
  );
  if (found?.about === undefined) return undefined;
  return supportsReferrersApi(target.repository(found.to), found.about.subject, signal);
}

function tagKey({ path }: ComponentRepository, { descriptor }: ComponentVersion): string {
  return `${componentRepositoryName(path, descriptor.name)}:${tagOf(descriptor.version)}`;
}
