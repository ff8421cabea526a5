/** A semantic version, relaxed as in OCM: missing numbers of `v1.2` are zero. */
export interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  /** Dot-separated identifiers; empty for a release. */
  readonly prerelease: readonly string[];
}

const NUMBERS = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/;
const FURTHER = /^(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;
const MAX_LENGTH = 256;
const MAX_NUMBER = 2n ** 64n - 1n;

/**
 * As github.com/Masterminds/semver/v3 (`NewVersion`), which both generations of the OCM CLI use: `v`, leading zeros and
 * missing numbers are accepted, but no leading zeros in numeric identifiers of the prerelease. Undefined for an invalid version.
 */
export function parseVersion(text: string): Version | undefined {
  const matched = NUMBERS.exec(text);
  if (matched === null || text.length > MAX_LENGTH) return undefined;
  const further = FURTHER.exec(text.slice(matched[0].length));
  if (further === null) return undefined;
  const number = (digits: string | undefined) => BigInt(digits ?? 0);
  const numbers = [number(matched[1]), number(matched[2]), number(matched[3])] as const;
  const prerelease = further[1]?.split(".") ?? [];
  const metadata = further[2]?.split(".") ?? [];
  const isWellFormed =
    numbers.every((each) => each <= MAX_NUMBER) &&
    [...prerelease, ...metadata].every((identifier) => identifier !== "") &&
    prerelease.every((identifier) => !/^0\d+$/.test(identifier));
  return isWellFormed ? { numbers, prerelease } : undefined;
}

/**
 * Negative, zero or positive by precedence (https://semver.org/spec/v2.0.0.html#spec-item-11): build metadata does not count, and
 * `v1` equals `1.0.0`. Invalid versions come first, in the order of their text.
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

/** A total order: versions of the same precedence are ordered by their text. */
export function orderVersions(one: string, other: string): number {
  return compareVersions(one, other) || compareText(one, other);
}

/**
 * The highest by precedence, with prereleases, as in `--latest` of both OCM CLIs: a constraint, applied before, can exclude
 * them. Of several that differ in build metadata or spelling only, the last by text, so that the result is deterministic; in the CLIs it
 * is not. Invalid versions are ignored.
 */
export function latestOf(versions: readonly string[]): string | undefined {
  return versions
    .filter((version) => parseVersion(version) !== undefined)
    .toSorted(orderVersions)
    .at(-1);
}

/** Whether a tag in the form of a version is an alias of another one: `v1.2.0` and `1.2.0` of `1.2.0+a`, `1.2` and `1` of `1.2.7`. */
export function isAlias(tag: string, version: string): boolean {
  const [one, other] = [parseVersion(tag), parseVersion(version)];
  if (one === undefined || other === undefined) return false;
  if (comparePrecedence(one, other) === 0) return true;
  const count = writtenNumbers(tag);
  if (count === 3 || one.prerelease.length > 0) return false;
  return one.numbers.slice(0, count).every((number, index) => number === other.numbers[index]);
}

/** The highest version that a tag can be an alias of: `1.2` is one of any `1.2.x`. */
export function highestAliased(tag: string): string {
  const missing = 3 - writtenNumbers(tag);
  return missing === 0 || parseVersion(tag)?.prerelease.length !== 0
    ? tag
    : tag.replace(NUMBERS, (numbers) => `${numbers}${`.${MAX_NUMBER}`.repeat(missing)}`);
}

function writtenNumbers(tag: string): number {
  const numbers = NUMBERS.exec(tag)?.slice(1) ?? [];
  return numbers.filter((number) => number !== undefined).length;
}

/** Numbers come before words. A number beyond 64 bits is a word, as in Go. */
function compareIdentifiers(one: string, other: string): number {
  const [left, right] = [numeric(one), numeric(other)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : 1;
  if (left === undefined && right === undefined) return compareText(one, other);
  return left === undefined ? 1 : -1;
}

function numeric(identifier: string): bigint | undefined {
  if (!/^\d+$/.test(identifier)) return undefined;
  const number = BigInt(identifier);
  return number <= MAX_NUMBER ? number : undefined;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
