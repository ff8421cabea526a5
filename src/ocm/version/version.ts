/** A semantic version as OCM relaxes it: what is left out of `v1.2` is zero. */
export interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  /** Dot-separated identifiers; empty for a release. */
  readonly prerelease: readonly string[];
}

const NUMBERS = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/;
const FURTHER = /^(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;
const LONGEST = 256;
const LARGEST = 2n ** 64n - 1n;

/**
 * As github.com/Masterminds/semver/v3, which both generations of the OCM CLI read versions with (`NewVersion`): `v`, zeros in front and
 * missing numbers are fine, zeros in front of a numeric identifier of the prerelease are not. Undefined for all else.
 */
export function parseVersion(text: string): Version | undefined {
  const matched = NUMBERS.exec(text);
  if (matched === null || text.length > LONGEST) return undefined;
  const further = FURTHER.exec(text.slice(matched[0].length));
  if (further === null) return undefined;
  const number = (digits: string | undefined) => BigInt(digits ?? 0);
  const numbers = [number(matched[1]), number(matched[2]), number(matched[3])] as const;
  const prerelease = further[1]?.split(".") ?? [];
  const metadata = further[2]?.split(".") ?? [];
  const isWellFormed =
    numbers.every((each) => each <= LARGEST) &&
    [...prerelease, ...metadata].every((identifier) => identifier !== "") &&
    prerelease.every((identifier) => !/^0\d+$/.test(identifier));
  return isWellFormed ? { numbers, prerelease } : undefined;
}

/**
 * Negative, zero or positive by precedence (https://semver.org/spec/v2.0.0.html#spec-item-11): build metadata does not count, and
 * `v1` equals `1.0.0`. What is no version comes before all that are, in the order of its text.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [parseVersion(one), parseVersion(other)];
  if (left !== undefined && right !== undefined) return comparePrecedence(left, right);
  if (left === undefined && right === undefined) return compareText(one, other);
  return left === undefined ? -1 : 1;
}

export function comparePrecedence(one: Version, other: Version): number {
  for (const [index, number] of one.numbers.entries()) {
    const against = other.numbers[index] ?? 0n;
    if (number !== against) return number < against ? -1 : 1;
  }
  if (one.prerelease.length === 0 || other.prerelease.length === 0) {
    return Math.sign(other.prerelease.length - one.prerelease.length);
  }
  for (const [index, identifier] of one.prerelease.entries()) {
    const against = other.prerelease[index];
    if (against === undefined) return 1;
    if (identifier !== against) return compareIdentifiers(identifier, against);
  }
  return one.prerelease.length === other.prerelease.length ? 0 : -1;
}

/**
 * The highest by precedence, prereleases included, as `--latest` of both OCM CLIs takes it: whoever wants releases only says so by a
 * constraint, applied before. Of several that differ in build metadata or spelling alone, the last by text, so that it is always the
 * same; the CLIs leave that to chance. What is no version is left out.
 */
export function latestOf(versions: readonly string[]): string | undefined {
  return versions
    .filter((version) => parseVersion(version) !== undefined)
    .toSorted((one, other) => compareVersions(one, other) || compareText(one, other))
    .at(-1);
}

/** Whether a tag that reads as a version stands for another one: `v1.2.0` and `1.2.0` for `1.2.0+a`, `1.2` and `1` for `1.2.7`. */
export function isAlias(tag: string, version: string): boolean {
  const [one, other] = [parseVersion(tag), parseVersion(version)];
  if (one === undefined || other === undefined) return false;
  if (comparePrecedence(one, other) === 0) return true;
  const written =
    NUMBERS.exec(tag)
      ?.slice(1)
      .filter((number) => number !== undefined).length ?? 0;
  if (written === 3 || one.prerelease.length > 0) return false;
  return one.numbers.slice(0, written).every((number, index) => number === other.numbers[index]);
}

/** Numbers come before words. A number too large for 64 bits is a word, as in Go. */
function compareIdentifiers(one: string, other: string): number {
  const [left, right] = [numeric(one), numeric(other)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : 1;
  if (left === undefined && right === undefined) return compareText(one, other);
  return left === undefined ? 1 : -1;
}

function numeric(identifier: string): bigint | undefined {
  if (!/^\d+$/.test(identifier)) return undefined;
  const number = BigInt(identifier);
  return number <= LARGEST ? number : undefined;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
