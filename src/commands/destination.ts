import type { Store } from "../oci/store.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  readComponentVersion,
  tagOf,
  VersionAliased,
} from "../ocm/repository/component-version.ts";
import { checkRepositoryNames } from "../stores/registry/known/repository-names.ts";
import type { ImageNames } from "../transfer/images/moved-images.ts";
import type { ResolvedVersion } from "../transfer/source/resolve-elements.ts";
import type { RegistryLocation } from "../transfer/target/access-form.ts";
import { existingOrNone } from "../transfer/target/inspect.ts";
import { versionTagsCollide } from "../transfer/target/plan.ts";
import { nameSource } from "../transfer/target/signed-name.ts";
import { type WrittenForms, writtenRepositories } from "../transfer/target/written-repositories.ts";
import type { Run } from "./run.ts";

/** The target of a run. */
export interface Destination {
  readonly target: ComponentRepository<Store>;
  /**
   * The target's component version of the same name and version, or undefined; requested once. Where the target is its own source, the
   * source itself, unless that was read by digest: its tag may lead elsewhere.
   */
  readonly existing: (source: ComponentVersion) => Promise<ComponentVersion | undefined>;
}

/** Undefined without the input target. */
export async function openDestination({ inputs, session, signal }: Run): Promise<Destination | undefined> {
  if (inputs.target === undefined) return undefined;
  const target = await session.openTarget(inputs.target);
  const known = new Map<string, Promise<ComponentVersion | undefined>>();
  return {
    target,
    async existing(source) {
      const { from, isPinned, descriptor } = source;
      if (from.registry === target.registry && from.path === target.path && !isPinned) return source;
      const { name, version } = descriptor;
      const key = `${name}:${version}`;
      const reading = known.get(key) ?? existingOrNone(() => readExisting(target, descriptor, signal), inputs.existing);
      known.set(key, reading);
      reading.catch(() => known.delete(key));
      return reading;
    },
  };
}

/** Fails with VERSION_TAGS_COLLIDE where another version has the tag, which `overwrite` would replace too. */
async function readExisting(
  target: ComponentRepository,
  { name, version }: ComponentVersion["descriptor"],
  signal: AbortSignal,
): Promise<ComponentVersion> {
  try {
    return await readComponentVersion(target, name, version, signal);
  } catch (error) {
    const tag = tagOf(version);
    const isTaken = error instanceof VersionAliased && tagOf(error.version) === tag;
    throw isTaken ? versionTagsCollide({ name, version }, error, tag) : error;
  }
}

/** Fails with REPOSITORY_NAME_REFUSED where the target cannot have the repositories of these component versions. No request is sent. */
export function checkNames(versions: readonly ResolvedVersion[], { target }: Destination, { inputs }: Run): void {
  if (target.registry.kind !== "registry") return;
  checkRepositoryNames(target.registry.name, writtenRepositories(versions, formsOf(inputs, target.path)));
}

/** The repositories that a transfer of these component versions would write to: those of versions that the target has are complete. */
export async function repositoriesToWrite(
  versions: readonly ResolvedVersion[],
  { target, existing }: Destination,
  { inputs }: Run,
): Promise<readonly string[]> {
  const found = await Promise.all(versions.map(({ version }) => existing(version)));
  return writtenRepositories(
    versions.filter((_, index) => found[index] === undefined),
    formsOf(inputs, target.path),
  );
}

function formsOf(inputs: Run["inputs"], path: string): WrittenForms {
  return {
    form: inputs.access,
    published: inputs.publishArtifacts,
    names: nameSource(inputs),
    renames: inputs.renames,
    path,
  };
}

/** The names that deployments pull images of the target by: below consumer-repository, else the target's own, or neutral in an archive. */
export function imageNames({ inputs }: Run, { target: { registry, path } }: Destination): ImageNames {
  const isPlain = registry.origin?.startsWith("http://") === true;
  const own =
    registry.kind === "registry" ? { host: registry.name, path, scheme: isPlain ? "http" : "https" } : undefined;
  const consumer = inputs.consumerRepository ?? own;
  const prefix = consumer === undefined ? "" : [consumer.host, consumer.path].filter((part) => part !== "").join("/");
  return { prefix, isPlainHttp: consumer?.scheme === "http", targetPath: path, names: nameSource(inputs) };
}

/** The input consumer-repository as the location of references. */
export function consumerOf({ inputs }: Pick<Run, "inputs">): RegistryLocation | undefined {
  if (inputs.consumerRepository === undefined) return undefined;
  const { scheme, host, path } = inputs.consumerRepository;
  return { origin: scheme === "http" ? `http://${host}` : host, path };
}
