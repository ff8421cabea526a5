import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import { comparePrecedence, parseVersion, type Version } from "./version.ts";

export interface VersionConstraint {
  /** False for an invalid version. */
  allows(version: string): boolean;
}

/** A version to compare with, and the count of its given numbers: one for `1.x`, none for `*`. */
interface Bound {
  readonly version: Version;
  readonly given: 0 | 1 | 2 | 3;
}

/** All terms have to match. */
interface Group {
  readonly terms: readonly { readonly operator: Operator; readonly bound: Bound }[];
  /** Whether one of its versions is a prerelease; otherwise prereleases never match. */
  readonly includesPrereleases: boolean;
}

const MAX_LENGTH = 512;
const MAX_GROUPS = 32;

/** Whitespace of Go's regular expressions. */
const SPACE = "[\\t\\n\\f\\r ]";
/** As lenient as in Go: characters after `x`, `X` or `*` are ignored. */
const NUMBER = "[0-9|xX*]+";
const IDENTIFIERS = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const VERSION = `v?${NUMBER}(?:\\.${NUMBER}){0,2}(?:-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?`;
const RANGE = new RegExp(`${SPACE}*(${VERSION})${SPACE}+-${SPACE}+(${VERSION})${SPACE}*`, "g");
const TERM = new RegExp(`${SPACE}*(?:(=[<>]?|!=|[<>]=?|~>?|\\^)${SPACE}*)?(${VERSION})`, "y");
const SEPARATOR = new RegExp(`${SPACE}*(?:,|(?<=${SPACE}))`, "y");
const REST = new RegExp(`${SPACE}*$`, "y");

/**
 * A constraint by the rules of github.com/Masterminds/semver/v3 v3.5.0, which both generations of the OCM CLI use (`-c`,
 * `--semver-constraint`), with its surprises: `^*` allows 0.0.0 only, `<=*` 0.0.x, and `!=*` all but 0.0.0. Ranges are parsed before
 * `||`: `1||2 - 3` is `>=1 || 2, <=3`, while `1|| 2 - 3` has the expected alternatives. Fails with CONSTRAINT_MALFORMED.
 */
export function parseConstraint(text: string, where: string): VersionConstraint {
  const malformed = (why: string) =>
    new TransferError("CONSTRAINT_MALFORMED", `${where}: "${printable(text, 100)}" ${why}`, {
      where,
      remedy: 'Write it as for the OCM CLIs, for example ">=1.2, <2", "~1.2", "^1", "1.2.x" or "1.2 - 1.4 || >=2.1".',
    });
  if (text.length > MAX_LENGTH) throw malformed(`is longer than ${MAX_LENGTH} characters`);
  const alternatives = text.replace(RANGE, (_, low, high) => `>= ${low}, <= ${high} `).split("||");
  if (alternatives.length > MAX_GROUPS) throw malformed(`has more than ${MAX_GROUPS} alternatives`);
  const groups = alternatives.map((alternative) => {
    const group = parseGroup(alternative);
    if (group === undefined) throw malformed("is not a valid version constraint");
    return group;
  });
  return {
    allows(candidate) {
      const version = parseVersion(candidate);
      return version !== undefined && groups.some((group) => matches(group, version));
    },
  };
}

function matches({ terms, includesPrereleases }: Group, version: Version): boolean {
  if (version.prerelease.length > 0 && !includesPrereleases) return false;
  return terms.every(({ operator, bound }) => OPERATORS[operator](version, bound));
}

/** Parsed from left to right: one pattern for the complete text takes exponential time in the number of gaps. */
function parseGroup(text: string): Group | undefined {
  const terms: Group["terms"][number][] = [];
  for (let position = 0; ; ) {
    const term = matchAt(TERM, text, position);
    const [matched = "", operator = "", version = ""] = term ?? [];
    const bound = parseBound(version);
    if (bound === undefined) return undefined;
    terms.push({ operator: operator as Operator, bound });
    position += matched.length;
    if (matchAt(REST, text, position) !== null) break;
    const separator = matchAt(SEPARATOR, text, position);
    if (separator === null) return undefined;
    position += separator[0].length;
  }
  return { terms, includesPrereleases: terms.some(({ bound }) => bound.version.prerelease.length > 0) };
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** Numbers after the first wildcard are ignored, but the prerelease is not. */
function parseBound(text: string): Bound | undefined {
  const [, numbers = "", prerelease = ""] = /^v?([^-+]*)(-[^+]*)?/.exec(text) ?? [];
  const parts = numbers.split(".");
  const open = parts.findIndex((part) => /^[xX*]$/.test(part));
  const given = (open < 0 ? parts.length : open) as Bound["given"];
  const zeros = given === 3 ? [] : Array<string>(3 - given).fill("0");
  const version = parseVersion(given === 3 ? text : [...parts.slice(0, given), ...zeros].join(".") + prerelease);
  return version === undefined ? undefined : { version, given };
}

type Operator = keyof typeof OPERATORS;

const OPERATORS = {
  "": equals,
  "=": equals,
  "!=": differs,
  ">": isAbove,
  "<": isBelow,
  ">=": isAtLeast,
  "=>": isAtLeast,
  "<=": isAtMost,
  "=<": isAtMost,
  "~": staysWithinMinor,
  "~>": staysWithinMinor,
  "^": staysCompatible,
} as const;

function equals(version: Version, bound: Bound): boolean {
  return bound.given < 3 ? staysWithinMinor(version, bound) : comparePrecedence(version, bound.version) === 0;
}

function differs(version: Version, { version: bound, given }: Bound): boolean {
  if (given === 0 || given === 3) return comparePrecedence(version, bound) !== 0;
  if (!sharesNumbers(version, bound, given)) return true;
  return given === 2 && version.prerelease.join(".") !== bound.prerelease.join(".");
}

/** Above `1.2` is 1.3. */
function isAbove(version: Version, { version: bound, given }: Bound): boolean {
  const isHigher = comparePrecedence(version, bound) > 0;
  return given === 0 || given === 3 ? isHigher : isHigher && !sharesNumbers(version, bound, given);
}

function isBelow(version: Version, bound: Bound): boolean {
  return comparePrecedence(version, bound.version) < 0;
}

function isAtLeast(version: Version, bound: Bound): boolean {
  return comparePrecedence(version, bound.version) >= 0;
}

/** Up to `1.2` is all of 1.2. */
function isAtMost(version: Version, { version: bound, given }: Bound): boolean {
  if (given === 3) return comparePrecedence(version, bound) <= 0;
  return sharesNumbers(version, bound, given === 1 ? 1 : 2) || comparePrecedence(version, bound) < 0;
}

function staysWithinMinor(version: Version, { version: bound, given }: Bound): boolean {
  if (comparePrecedence(version, bound) < 0) return false;
  const isAnything = (given === 0 || given === 3) && bound.numbers.every((number) => number === 0n);
  return isAnything || sharesNumbers(version, bound, given === 1 ? 1 : 2);
}

/** The first number that is not zero stays, and so do those before it. */
function staysCompatible(version: Version, { version: bound, given }: Bound): boolean {
  if (comparePrecedence(version, bound) < 0) return false;
  const [major, minor] = bound.numbers;
  if (major > 0n || given === 1) return sharesNumbers(version, bound, 1);
  return sharesNumbers(version, bound, minor > 0n || given === 2 ? 2 : 3);
}

function sharesNumbers(one: Version, other: Version, count: 1 | 2 | 3): boolean {
  return one.numbers.slice(0, count).every((number, index) => number === other.numbers[index]);
}
