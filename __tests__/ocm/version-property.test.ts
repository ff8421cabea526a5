import { beforeAll, expect, test } from "@jest/globals";
import { errorCode } from "../../src/errors/transfer-error.ts";
import { compareVersions, parseVersion } from "../../src/ocm/version/version.ts";
import { parseConstraint } from "../../src/ocm/version/version-constraint.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";
import { askGoSemver, type SemverQuestion, withGoSemver } from "./go-semver.ts";

const QUESTIONS = 20_000;
const SEED = 20_262;

const OPERATORS = ["", "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "^"];
const ODD_OPERATORS = ["==", "!", "~<", ">>", "^^", "-"];
const PRERELEASES = ["-0", "-a", "-a.1", "-a.b", "-rc.1", "-1", "-10", "-9", "-a-b", "-18446744073709551616"];
const ODD_PRERELEASES = ["-", "-01", "-a..b", "-a_b", "-a.01"];
const METADATA = ["+b", "+01", "+a.b-c"];
const NUMBERS = ["0", "0", "0", "1", "1", "2", "2", "3", "10"];
const ODD_NUMBERS = ["01", "18446744073709551615", "18446744073709551616", ""];
const OPEN = ["x", "X", "*"];
const ODD_OPEN = ["xx", "1x", "*1", "|", "2|3"];
const GAPS = ["", " ", " ", "  ", "\t", "\n"];
const ODD_GAPS = ["\u00a0", "\u000b", "_"];

/** Mostly the first, seldom the second. */
const or = ({ chance, pick }: Random, usual: readonly string[], odd: readonly string[], inSoMany = 60) =>
  chance(1 / inSoMany) ? pick(odd) : pick(usual);

function further(random: Random): string {
  const prerelease = random.chance(1 / 4) ? or(random, PRERELEASES, ODD_PRERELEASES, 20) : "";
  return prerelease + (random.chance(1 / 10) ? or(random, METADATA, ["+", "+a..b"], 20) : "");
}

function version(random: Random): string {
  const numbers = Array.from({ length: random.pick([3, 3, 3, 3, 2, 2, 1, 4]) }, () => or(random, NUMBERS, ODD_NUMBERS));
  return or(random, ["", "", "", "v"], ["V", " "]) + numbers.join(".") + further(random);
}

function bound(random: Random): string {
  const { chance, integer } = random;
  const parts = Array.from({ length: chance(1 / 60) ? 4 : 1 + integer(3) }, () =>
    chance(1 / 7) ? or(random, OPEN, ODD_OPEN, 12) : or(random, NUMBERS, ODD_NUMBERS),
  );
  return or(random, ["", "", "", "v"], ["V"]) + parts.join(".") + further(random);
}

function term(random: Random): string {
  const { chance, pick } = random;
  const gap = () => (chance(1 / 3) ? or(random, GAPS, ODD_GAPS) : "");
  if (chance(1 / 8)) return `${bound(random)}${pick([" - ", " - ", "  -  ", " -", "- "])}${bound(random)}`;
  return or(random, OPERATORS, ODD_OPERATORS) + gap() + bound(random) + gap();
}

function constraint(random: Random): string {
  const { chance, integer, pick } = random;
  const group = () =>
    Array.from({ length: chance(1 / 3) ? 1 + integer(3) : 1 }, () => term(random)).join(
      or(random, [", ", ",", " ", " , "], ["", ",,", ";", " & "]),
    );
  if (chance(1 / 200)) return pick(["", " ", ",", "||", "latest", "1 ||", "|| 1"]);
  return Array.from({ length: chance(1 / 4) ? 2 + integer(2) : 1 }, group).join(pick([" || ", "||", "|| ", " ||"]));
}

function question(random: Random): SemverQuestion {
  if (random.chance(1 / 5)) {
    const One = version(random);
    // Chance alone would seldom differ in what stands behind the numbers only.
    const Other = random.chance(1 / 3) ? One.replace(/[-+].*$/s, "") + further(random) : version(random);
    return { One, Other };
  }
  return { Constraint: constraint(random), One: version(random) };
}

function answerTo(asked: SemverQuestion): string {
  if (parseVersion(asked.One) === undefined) return "no version";
  if ("Other" in asked) {
    return parseVersion(asked.Other) === undefined ? "no version" : String(compareVersions(asked.One, asked.Other));
  }
  try {
    return String(parseConstraint(asked.Constraint, "here").allows(asked.One));
  } catch (error) {
    if (errorCode(error) !== "CONSTRAINT_MALFORMED") throw error;
    return "malformed";
  }
}

withGoSemver("the module that the OCM CLIs read constraints with", () => {
  let asked: readonly SemverQuestion[];
  let go: readonly string[];
  beforeAll(() => {
    const random = seeded(SEED);
    asked = Array.from({ length: QUESTIONS }, () => question(random));
    go = askGoSemver(asked);
  });

  test(`answers ${QUESTIONS} random version comparisons as this action does`, () => {
    expect(go).toHaveLength(QUESTIONS);
    const different = asked.flatMap((one, index) => {
      const ours = answerTo(one);
      return ours === go[index] ? [] : [{ ...one, ours, go: go[index] }];
    });
    expect(different.slice(0, 20)).toEqual([]);
  });

  test("the random versions cover all answers", () => {
    const counts = Map.groupBy(go, (answer) => answer);
    for (const answer of ["true", "false", "malformed", "no version", "-1", "0", "1"]) {
      expect({ answer, isOften: (counts.get(answer)?.length ?? 0) > 150 }).toEqual({ answer, isOften: true });
    }
    const allowed = asked.filter((one, index) => "Constraint" in one && go[index] === "true");
    expect(allowed.filter(({ One }) => One.includes("-")).length).toBeGreaterThan(100);
    expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBeGreaterThan(QUESTIONS * 0.8);
  });
});
