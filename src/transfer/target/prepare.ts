import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Store } from "../../oci/store.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  componentRepositoryName,
  tagOf,
} from "../../ocm/repository/component-version.ts";
import type { DescriptorFormat } from "../../ocm/repository/descriptor-layer.ts";
import { checkLimits, type MeasuredManifest } from "../../stores/registry/known/limits.ts";
import { checkRepositoryNames } from "../../stores/registry/known/repository-names.ts";
import type { Gathered } from "../source/gather.ts";
import { comparablesIn } from "../verify/comparison.ts";
import type { RegistryLocation } from "./access-form.ts";
import { checkComponentDigest } from "./component-digest.ts";
import { type BaseOptions, completeFromTarget } from "./delta/base.ts";
import { buildDesired, type DesiredVersion } from "./desired.ts";
import {
  checkExisting,
  type ExistingPolicy,
  findPresent,
  findTags,
  furtherSignatures,
  keyOf,
  placementsToAsk,
} from "./inspect.ts";
import { keepExistingManifest } from "./keep-existing.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { NameTemplate } from "./published-name.ts";
import type { Naming } from "./signed-name.ts";
import { supportsReferrersApi } from "./tag-referrers.ts";
import { writtenRepositories } from "./written-repositories.ts";

export interface PrepareOptions extends Naming {
  readonly target: ComponentRepository<Store>;
  readonly form: AccessForm;
  readonly descriptorFormat?: DescriptorFormat | undefined;
  readonly published?: NameTemplate | undefined;
  readonly originNames?: boolean | undefined;
  /** The location under which consumers reach the target; default is its own. */
  readonly consumer?: RegistryLocation | undefined;
  /** Whether local blobs also get an absolute access; default false. */
  readonly globalAccess?: boolean | undefined;
  readonly existing: ExistingPolicy;
  /** How blobs that an archive lacks are found at the target; by default, in the repository that they go to. */
  readonly base?: BaseOptions;
  /** The component version of the same name at the target, or undefined. */
  readonly existingVersion: (source: ComponentVersion) => Promise<ComponentVersion | undefined>;
}

const OWN_REPOSITORY: BaseOptions = { repositories: [], isRead: false, concurrency: 1, attempts: 1 };

/** Asks the target what it has, and decides on everything else. Nothing is written. */
export async function prepare(
  { versions }: Omit<Gathered, "named">,
  options: PrepareOptions,
  signal?: AbortSignal,
): Promise<Plan> {
  const { target, form, published, names, renames, originNames = true, existing } = options;
  const isRegistry = target.registry.kind === "registry";
  if (isRegistry) {
    const written = writtenRepositories(versions, { form, published, names, renames, path: target.path });
    checkRepositoryNames(target.registry.name, written);
  }
  const there = await Promise.all(versions.map(({ version }) => options.existingVersion(version)));
  const { origin = target.registry.name } = target.registry;
  const location = { origin, path: target.path, consumer: options.consumer };
  const built: DesiredVersion[] = [];
  for (const [index, surveyed] of versions.entries()) {
    checkExisting(there[index], surveyed.version, existing);
    const signatures = furtherSignatures(there[index], surveyed.version);
    const desired = buildDesired(surveyed, {
      form,
      published,
      names,
      renames,
      originNames,
      globalAccess: options.globalAccess,
      target: location,
      descriptorFormat: options.descriptorFormat,
      furtherSignatures: signatures,
    });
    await checkComponentDigest(surveyed.version.descriptor, desired.manifest);
    built.push(keepExistingManifest(desired, there[index], { originNames }));
  }
  const completed = await completeFromTarget(
    { desired: built, comparables: comparablesIn(versions) },
    { target: target.registry, ...(options.base ?? OWN_REPOSITORY) },
    signal,
  );
  const desiredVersions = completed.desired;
  if (isRegistry) checkLimits(target.registry.name, desiredVersions.flatMap(measured));
  // A manifest that is overwritten unread is still restored under its tag when the transfer fails.
  const unread = desiredVersions.filter((_, index) => existing === "overwrite" && there[index] === undefined);
  const tags = desiredVersions.flatMap(({ artifactTags, componentTag }) => [...artifactTags, componentTag]);
  const asked = [
    ...desiredVersions.flatMap((desired) => desired.artifactTags),
    ...unread.map(({ componentTag }) => componentTag),
  ];
  const [found, tagged] = await untilFirstFailure(
    (stop) =>
      Promise.all([
        findPresent(target.registry, placementsToAsk(desiredVersions, there, target.registry), stop),
        findTags(target.registry, asked, stop),
      ]),
    signal,
  );
  const componentTags = there.flatMap((version) =>
    version === undefined ? [] : [[tagKey(target, version), version.root] as const],
  );
  const tagsBefore = new Map<string, Descriptor>([...tagged, ...componentTags]);
  const right = tags.filter(
    ({ repository, tag, target: { digest } }) => tagsBefore.get(`${repository}:${tag}`)?.digest === digest,
  );
  const present = new Set([
    ...found,
    ...completed.present,
    ...right.map(({ repository: to, target: descriptor }) => keyOf({ to, descriptor })),
  ]);
  return makePlan(desiredVersions, {
    existing,
    comparables: completed.comparables,
    present,
    left: completed.left,
    tags: tagsBefore,
    supportsReferrers: await supportsReferrersOf(target.registry, desiredVersions, present, signal),
    asTargetRepository: (from) => (!Buffer.isBuffer(from) && from.store === target.registry ? from.name : undefined),
  });
}

/** Ends all other requests with the first failure: in an outage, each of them would use up its attempts. */
async function untilFirstFailure<T>(ask: (stop: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const failure = new AbortController();
  try {
    return await ask(signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]));
  } catch (error) {
    failure.abort(error);
    throw error;
  }
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

/** The manifests of a component version, with what registries limit. */
function measured({ version: { descriptor }, placements, changes }: DesiredVersion): MeasuredManifest[] {
  const id = `${descriptor.name}:${descriptor.version}`;
  return placements.flatMap(({ descriptor: { mediaType, digest }, needs, from }) => {
    if (!isManifest(mediaType)) return [];
    const blobs = needs.filter((needed) => !isManifest(needed.mediaType));
    const change = changes.find(({ contents }) => contents.some((content) => content.digest === digest));
    const isOwn = Buffer.isBuffer(from) || change === undefined;
    return {
      of: isOwn ? `component version ${id}` : `${change.element.kind} ${change.element.name} of ${id}`,
      // The config is not a layer.
      layers: Math.max(0, blobs.length - 1),
      largestBlob: blobs.reduce((largest, { size }) => Math.max(largest, size), 0),
    };
  });
}

function tagKey({ path }: ComponentRepository, { descriptor }: ComponentVersion): string {
  return `${componentRepositoryName(path, descriptor.name)}:${tagOf(descriptor.version)}`;
}
