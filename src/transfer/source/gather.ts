import { TransferError } from "../../errors/transfer-error.ts";
import type { ComponentDescriptor } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentRepository, ComponentVersion } from "../../ocm/repository/component-version.ts";
import { withKnownTags } from "../../ocm/repository/known-tags.ts";
import { componentDigest } from "../../ocm/signing/normalise.ts";
import { isNesting } from "../pins/pins.ts";
import { createReadAliases } from "./alias-tags.ts";
import { createBudget, createHold, MAX_CONTENTS, MAX_VERSIONS, tooManyVersions } from "./budget.ts";
import { isAbsence } from "./locate.ts";
import { childrenFirst, keyOf } from "./order.ts";
import { createReadVersion, type ReadVersion, type VersionReference } from "./read-version.ts";
import { type ResolvedVersion, type ResolveOptions, resolveElements } from "./resolve-elements.ts";

/** At the same time: more than a host has slots for, and few enough to hold a manifest of each. */
const MAX_ARTIFACTS_READ = 64;

/** A component version that the user asked for. */
export interface VersionRequest extends VersionReference {
  /** The component version, where it had to be read to find out which version the digest pins. */
  readonly known?: ComponentVersion;
  /** Whether another component version refers to it, rather than the user. */
  readonly isReferred?: boolean;
  /** `component:version` that refers to it. */
  readonly referrer?: string;
}

export interface Gathered {
  /** Everything to be transferred, each once, referenced component versions before those that refer to them. */
  readonly versions: readonly ResolvedVersion[];
  /** Those of them that the user asked for. */
  readonly named: readonly ComponentVersion[];
  /** What could not be read or found, in the order of the input. A transfer needs all of it. */
  readonly errors: readonly unknown[];
}

export interface GatherOptions extends ResolveOptions {
  readonly recursive: boolean;
  /** Whether to find the alias tags of component versions. */
  readonly withAliases?: boolean;
  /** Remembers what was read, where more than one of these belong to a run. */
  readonly readVersion?: ReadVersion;
  /** Where else a referenced component is looked up, when it is not where the reference was found. */
  readonly resolve?: (component: string, version: string) => Promise<readonly ComponentRepository[]>;
}

/** Reads the component versions, on request with all that they refer to, and finds their artifacts. */
export async function gather(
  wanted: readonly VersionRequest[],
  options: GatherOptions,
  signal?: AbortSignal,
): Promise<Gathered> {
  const { readVersion = createReadVersion() } = options;
  const reading = new Map<string, Promise<ComponentVersion>>();
  const found = new Map<string, ComponentVersion>();
  const versions = new Map<string, ResolvedVersion>();
  const errors = new Set<unknown>();
  const work: Promise<void>[] = [];
  // One error for everything beyond the limit: it is reported once.
  const tooMany = tooManyVersions();
  // The complete tree of component versions is in memory, and its size is up to its publishers.
  const hold = createHold(tooMany);
  const budget = createBudget({ max: MAX_CONTENTS, concurrency: MAX_ARTIFACTS_READ, error: tooMany }, signal);

  const readAliases = createReadAliases(signal);

  function start(job: Promise<void>): void {
    work.push(job.catch((error) => void errors.add(error)));
  }

  function visit(item: VersionRequest): void {
    const key = keyOf(item.component, item.version);
    const known = reading.get(key);
    if (known !== undefined) {
      start(assertSame(known, item));
      return;
    }
    if (reading.size >= MAX_VERSIONS) throw tooMany;
    const read = item.isReferred ? readReferred(item) : readWanted(item);
    reading.set(key, read);
    start(
      read.then(hold).then((version) => {
        found.set(key, version);
        if (options.recursive) visitReferences(version);
      }),
    );
  }

  async function survey(key: string, version: ComponentVersion, roots: readonly ComponentDescriptor[]): Promise<void> {
    const [surveyed, aliases] = await Promise.all([
      resolveElements(version, { budget, ...options, roots }, signal),
      options.withAliases === true ? readAliases(version) : [],
    ]);
    versions.set(key, { ...surveyed, aliases });
    for (const error of surveyed.errors) errors.add(error);
  }

  function visitReferences({ from, descriptor }: ComponentVersion): void {
    const referrer = keyOf(descriptor.name, descriptor.version);
    for (const { componentName, version } of descriptor.references) {
      visit({ from, component: componentName, version, isReferred: true, referrer });
    }
  }

  /** Tries the repository of the reference, then the resolvers. The first error is thrown. */
  async function readReferred({ from, component, version, referrer }: VersionRequest): Promise<ComponentVersion> {
    try {
      return await readVersion({ from, component, version }, signal);
    } catch (error) {
      if (!isAbsence(error)) throw unknownReference(error, referrer);
      for (const other of (await options.resolve?.(component, version)) ?? []) {
        const there = await unlessAbsent(readVersion({ from: other, component, version }, signal));
        if (there !== undefined) return there;
      }
      throw unknownReference(error, referrer);
    }
  }

  async function readWanted(item: VersionRequest): Promise<ComponentVersion> {
    if (item.known !== undefined) return item.known;
    try {
      return await readVersion(item, signal);
    } catch (error) {
      throw item.digest === undefined ? await withKnownTags(error, item, signal) : error;
    }
  }

  /** The same name and version from two lines has to be the same component version. */
  async function assertSame(known: Promise<ComponentVersion>, item: VersionRequest): Promise<void> {
    const version = await known;
    // A reference names a component version, not its location.
    if (item.isReferred) return;
    const other = await readWanted(item);
    const digests = [version, other].map(({ descriptor }) => componentDigest(descriptor));
    if (digests[0] === digests[1]) return;
    const [one, two] = [version, other].map(({ from, root }) => `${from.display} (${root.digest})`);
    throw new TransferError(
      "COMPONENT_DIGEST_DIFFERS",
      `${item.component}:${item.version} is not the same in ${one} and ${two}`,
      {
        where: "input component-versions",
        remedy: "Transfer one of them only, or give one a new version.",
      },
    );
  }

  // Where one line pins what another names by its tag, it is the pinned manifest that is read.
  for (const item of wanted.filter(({ digest }) => digest !== undefined)) visit(item);
  for (const item of wanted.filter(({ digest }) => digest === undefined)) visit(item);
  // Reading a component version may add others to the list.
  for (let next = 0; next < work.length; ) {
    const batch = work.slice(next);
    next = work.length;
    await Promise.all(batch);
  }
  // The pins of roots signed in mode `top` are known when everything is read.
  const roots = [...found.values()].map(({ descriptor }) => descriptor).filter(isNesting);
  await Promise.all(
    [...found].map(([key, version]) => survey(key, version, roots).catch((error) => errors.add(error))),
  );
  const inOrder = [...reading.keys()].flatMap((key) => {
    const surveyed = versions.get(key);
    return surveyed === undefined ? [] : [[key, surveyed] as const];
  });
  const named = new Set(wanted.map(({ component, version }) => keyOf(component, version)));
  const { ordered, cycles } = childrenFirst(new Map(inOrder));
  return {
    versions: ordered,
    named: ordered
      .map(({ version }) => version)
      .filter(({ descriptor }) => named.has(keyOf(descriptor.name, descriptor.version))),
    errors: [...errors, ...(options.recursive ? cycles : [])],
  };
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    "COMPONENT_VERSION_UNKNOWN",
    "Transfer the whole tree to where it is looked for, or name the repository that has it in resolvers.",
  ],
  [
    "VERSION_ALIASED",
    "The reference has to name the version that the component descriptor has: correct it where the component version was made.",
  ],
]);

/** Adds the referring component version: the user never wrote this name. */
function unknownReference(error: unknown, referrer = ""): unknown {
  if (!(error instanceof TransferError) || referrer === "") return error;
  const remedy = REMEDIES.get(error.code);
  if (remedy === undefined) return error;
  const where = error.where === undefined ? {} : { where: error.where };
  return new TransferError(error.code, `${error.message}, to which ${referrer} refers`, {
    ...where,
    remedy,
    cause: error,
  });
}

async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}
