import { TransferError } from "../errors.ts";
import { type ComponentRepository, type ComponentVersion, readComponentVersion } from "../ocm/component-version.ts";
import { componentDigest } from "../ocm/normalise.ts";
import { type SurveyedVersion, type SurveyOptions, surveyVersion } from "./survey.ts";

/** A component version that the user asked for. */
export interface Wanted {
  readonly from: ComponentRepository;
  readonly component: string;
  readonly version: string;
}

export interface Gathered {
  /** Everything to be transferred, each once, referenced component versions before those that refer to them. */
  readonly versions: readonly SurveyedVersion[];
}

export interface GatherOptions extends SurveyOptions {
  readonly recursive: boolean;
}

/** Reads the component versions, on request with all that they refer to, and finds their artifacts. */
export async function gather(
  wanted: readonly Wanted[],
  options: GatherOptions,
  signal?: AbortSignal,
): Promise<Gathered> {
  const reading = new Map<string, Promise<SurveyedVersion>>();
  const reads: Promise<void>[] = [];

  /** The first failure is the one that is told; those behind it are nobody's surprise. */
  function remember(read: Promise<void>): void {
    read.catch(() => {});
    reads.push(read);
  }

  function visit(item: Wanted): void {
    const key = keyOf(item.component, item.version);
    const known = reading.get(key);
    if (known !== undefined) {
      remember(assertSame(known, item, signal));
      return;
    }
    const read = readComponentVersion(item.from, item.component, item.version, signal);
    const surveyed = read.then((version) => surveyVersion(version, options, signal));
    reading.set(key, surveyed);
    remember(
      read.then(({ descriptor }) => {
        if (!options.recursive) return;
        for (const { componentName, version } of descriptor.references)
          visit({ from: item.from, component: componentName, version });
      }),
    );
    remember(surveyed.then(() => {}));
  }

  for (const item of wanted) visit(item);
  // Reading a component version may add others to the list.
  for (let next = 0; next < reads.length; ) {
    const batch = reads.slice(next);
    next = reads.length;
    await Promise.all(batch);
  }
  const versions = new Map<string, SurveyedVersion>();
  for (const [key, surveyed] of reading) versions.set(key, await surveyed);
  return { versions: childrenFirst(versions) };
}

/** The same name and version from two places has to be the same component version. */
async function assertSame(known: Promise<SurveyedVersion>, item: Wanted, signal?: AbortSignal): Promise<void> {
  const { version } = await known;
  if (version.from === item.from) return;
  const other = await readComponentVersion(item.from, item.component, item.version, signal);
  const digests = [version, other].map(({ descriptor }) => componentDigest(descriptor));
  if (digests[0] === digests[1]) return;
  throw new TransferError(
    "COMPONENT_DIGEST_DIFFERS",
    `${item.component}:${item.version} is not the same in ${version.from.display} and ${item.from.display}`,
    {
      where: "input component-versions",
      remedy: "Transfer one of them only, or give one a new version.",
    },
  );
}

function childrenFirst(versions: ReadonlyMap<string, SurveyedVersion>): SurveyedVersion[] {
  const ordered: SurveyedVersion[] = [];
  const entered = new Set<SurveyedVersion>();
  // By hand rather than by recursion: chains of references may be longer than the stack.
  const stack: { surveyed: SurveyedVersion; children: Iterator<SurveyedVersion> }[] = [];
  const enter = (surveyed: SurveyedVersion) => {
    if (entered.has(surveyed)) return;
    entered.add(surveyed);
    stack.push({ surveyed, children: referenced(surveyed.version, versions).values() });
  };
  for (const start of versions.values()) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top.children.next();
      if (done !== true) {
        enter(value);
        continue;
      }
      stack.pop();
      ordered.push(top.surveyed);
    }
  }
  return ordered;
}

function referenced(
  { descriptor }: ComponentVersion,
  versions: ReadonlyMap<string, SurveyedVersion>,
): SurveyedVersion[] {
  return descriptor.references.flatMap(
    ({ componentName, version }) => versions.get(keyOf(componentName, version)) ?? [],
  );
}

function keyOf(component: string, version: string): string {
  return `${component}:${version}`;
}
