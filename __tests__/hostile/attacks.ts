import type { Random } from "../../testing/generated/random.ts";
import type { Node, Pattern } from "./pattern.ts";

/** What may be matched by a class of characters. */
const CHARACTERS = [..."a0 \t\n\r:/@[]-.,=\"'#<>\\%?*_AfJZ{}~()|;&+^!$x\u2028\u0000\u001b\u0085é"];

/** A text that the node matches, more or less: assertions are passed over, and characters of the pattern itself come more often. */
function sample(node: Node, random: Random, source: string): string {
  if (node.kind === "character") {
    const accepted = acceptedBy(node);
    const own = accepted.filter((character) => source.includes(character));
    const some = own.length > 0 && random.chance(0.7) ? own : accepted;
    return some[random.integer(some.length)] ?? "";
  }
  if (node.kind === "sequence") return node.nodes.map((each) => sample(each, random, source)).join("");
  if (node.kind === "choice") return sample(node.nodes[random.integer(node.nodes.length)] ?? node, random, source);
  if (node.kind === "group") return sample(node.node, random, source);
  if (node.kind === "repeat") {
    const times = Math.min(node.max, node.min + random.integer(3));
    return Array.from({ length: times }, () => sample(node.node, random, source)).join("");
  }
  return "";
}

const known = new WeakMap<Node, readonly string[]>();

function acceptedBy(node: Extract<Node, { kind: "character" }>): readonly string[] {
  const before = known.get(node);
  if (before !== undefined) return before;
  const common = CHARACTERS.filter(node.accepts);
  const all = () => Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter(node.accepts);
  const accepted = common.length > 0 ? common : all().slice(0, 1);
  known.set(node, accepted);
  return accepted;
}

/** Every repetition without an end, with what may stand before it. */
function* repetitions(node: Node, before: readonly Node[] = []): Generator<{ body: Node; before: readonly Node[] }> {
  if (node.kind === "sequence") {
    for (const [index, each] of node.nodes.entries())
      yield* repetitions(each, [...before, ...node.nodes.slice(0, index)]);
  } else if (node.kind === "choice") {
    for (const each of node.nodes) yield* repetitions(each, before);
  } else if (node.kind === "group" || node.kind === "look") {
    yield* repetitions(node.node, before);
  } else if (node.kind === "repeat") {
    if (node.max === Number.POSITIVE_INFINITY) yield { body: node.node, before };
    yield* repetitions(node.node, before);
  }
}

export interface Attack {
  readonly prefix: string;
  readonly pump: string;
  readonly suffix: string;
}

/** Texts that make a matcher go a long way before it fails: what a repetition takes, again and again, and then what nothing takes. */
export function* attacksOn({ node, source }: Pattern, random: Random): Generator<Attack> {
  for (const { body, before } of repetitions(node)) {
    const start: Node = { kind: "sequence", nodes: before };
    const bodies =
      body.kind === "character" ? acceptedBy(body) : Array.from({ length: 24 }, () => sample(body, random, source));
    const wholes = Array.from({ length: 4 }, () => sample(start, random, source) + sample(body, random, source));
    // Behind what ends a word, so that each may begin a match.
    const rotated = [1, 2, 3, 4].map(() => sample(body, random, source) + sample(start, random, source));
    for (const pump of new Set([...bodies, ...wholes, ...rotated, sample(node, random, source)])) {
      if (pump === "") continue;
      for (const prefix of new Set(["", "\u0000", sample(start, random, source), sample(start, random, source)])) {
        for (const suffix of ["", "\u0000", "x\n"]) yield { prefix, pump, suffix };
      }
    }
  }
}

export function textOf({ prefix, pump, suffix }: Attack, length: number): string {
  return prefix + pump.repeat(Math.ceil(length / pump.length)) + suffix;
}
