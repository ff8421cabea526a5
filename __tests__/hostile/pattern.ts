/**
 * Regular expressions as a tree, so that a test can count the steps of a backtracking matcher instead of measuring time: what takes
 * steps in proportion to the text here takes time in proportion to it in V8.
 */
export type Node =
  | { readonly kind: "character"; readonly accepts: (character: string) => boolean }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "choice"; readonly nodes: readonly Node[] }
  | { readonly kind: "group"; readonly index: number; readonly node: Node }
  | { readonly kind: "reference"; readonly index: number }
  | {
      readonly kind: "repeat";
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: "assertion"; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: "look"; readonly node: Node; readonly isBehind: boolean; readonly isNegative: boolean };

export interface Pattern {
  readonly node: Node;
  readonly source: string;
  readonly flags: string;
}

/** Reads what JavaScript has of regular expressions, as far as it is used here; lookbehind over one character only. */
export function parsePattern(source: string, flags: string): Pattern {
  let at = 0;
  let groups = 0;
  const memberOf = (expression: string): ((character: string) => boolean) => {
    const single = new RegExp(`^${expression}$`, flags.replace(/[gymd]/g, ""));
    const known = new Map<string, boolean>();
    return (character) => {
      const answer = known.get(character) ?? single.test(character);
      known.set(character, answer);
      return answer;
    };
  };
  const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);

  function choice(): Node {
    const nodes = [sequence()];
    while (source[at] === "|") {
      at++;
      nodes.push(sequence());
    }
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "choice", nodes };
  }

  function sequence(): Node {
    const nodes: Node[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") nodes.push(quantified(atom()));
    return { kind: "sequence", nodes };
  }

  function quantified(node: Node): Node {
    const [whole, symbol, least, comma, most] = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at)) ?? [];
    if (whole === undefined) return node;
    at += whole.length;
    const isLazy = source[at] === "?";
    if (isLazy) at++;
    const min = symbol === undefined ? Number(least) : symbol === "+" ? 1 : 0;
    const bounded = most ? Number(most) : comma ? Number.POSITIVE_INFINITY : min;
    const max = symbol === undefined ? bounded : symbol === "?" ? 1 : Number.POSITIVE_INFINITY;
    return { kind: "repeat", node, min, max, isLazy };
  }

  function take(length: number): string {
    at += length;
    return source.slice(at - length, at);
  }

  function atom(): Node {
    const rest = source.slice(at);
    if (rest.startsWith("(")) return group();
    if (rest.startsWith("[")) {
      const end = /^\[(?:[^\]\\]|\\.)*\]/s.exec(rest)?.[0].length ?? rest.length;
      return { kind: "character", accepts: memberOf(take(end)) };
    }
    const escaped = /^\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/s.exec(rest)?.[0];
    if (escaped !== undefined) {
      take(escaped.length);
      if (/^\\[1-9]$/.test(escaped)) return { kind: "reference", index: Number(escaped.slice(1)) };
      if (escaped === "\\b") {
        return { kind: "assertion", holds: (text, here) => isWord(text[here - 1]) !== isWord(text[here]) };
      }
      return { kind: "character", accepts: memberOf(escaped) };
    }
    const character = take(1);
    const isEachLine = flags.includes("m");
    if (character === "^") {
      return { kind: "assertion", holds: (text, here) => here === 0 || (isEachLine && text[here - 1] === "\n") };
    }
    if (character === "$") {
      const holds = (text: string, here: number) => here === text.length || (isEachLine && text[here] === "\n");
      return { kind: "assertion", holds };
    }
    return {
      kind: "character",
      accepts: memberOf(character === "{" || character === "}" ? `\\${character}` : character),
    };
  }

  function group(): Node {
    const opening = /^\((?:\?<[A-Za-z]\w*>|\?<?[=!]|\?:)?/.exec(source.slice(at))?.[0] ?? "(";
    at += opening.length;
    const isCapturing = opening === "(" || opening.endsWith(">");
    const index = isCapturing ? ++groups : 0;
    const node = choice();
    at++;
    if (isCapturing) return { kind: "group", index, node };
    if (opening === "(?:") return node;
    return { kind: "look", node, isBehind: opening.includes("<"), isNegative: opening.endsWith("!") };
  }

  const node = choice();
  if (at !== source.length) throw new Error(`cannot read /${source}/ from ${at}`);
  return { node, source, flags };
}

/** Many times what any text of a test is worth. */
const MAX_STEPS = 200_000;

/**
 * Steps that a backtracking matcher takes to find the first match in the text, or with the flag g all of them; infinitely many where there
 * are too many to be counted.
 */
export function countSteps(pattern: Pattern, text: string): number {
  try {
    return stepsOf(pattern, text);
  } catch (error) {
    if (error instanceof TooManySteps || error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

class TooManySteps extends Error {}

function stepsOf({ node, flags }: Pattern, text: string): number {
  let steps = 0;
  const step = () => {
    if (++steps > MAX_STEPS) throw new TooManySteps();
  };
  const captured: string[] = [];
  type Next = (at: number) => boolean;

  function match(each: Node, at: number, next: Next): boolean {
    step();
    if (each.kind === "character") return at < text.length && each.accepts(text[at] ?? "") && next(at + 1);
    if (each.kind === "assertion") return each.holds(text, at) && next(at);
    if (each.kind === "sequence") return inOrder(each.nodes, 0, at, next);
    if (each.kind === "choice") return each.nodes.some((one) => match(one, at, next));
    if (each.kind === "repeat") return repeat(each, 0, at, next);
    if (each.kind === "reference") {
      const wanted = captured[each.index] ?? "";
      return text.startsWith(wanted, at) && next(at + wanted.length);
    }
    if (each.kind === "look") {
      const from = each.isBehind ? at - 1 : at;
      const isFound = from >= 0 && match(each.node, from, (end) => !each.isBehind || end === at);
      return isFound !== each.isNegative && next(at);
    }
    return match(each.node, at, (end) => {
      captured[each.index] = text.slice(at, end);
      return next(end);
    });
  }

  function inOrder(nodes: readonly Node[], index: number, at: number, next: Next): boolean {
    const [first] = nodes.slice(index, index + 1);
    return first === undefined ? next(at) : match(first, at, (end) => inOrder(nodes, index + 1, end, next));
  }

  function repeat(each: Extract<Node, { kind: "repeat" }>, done: number, at: number, next: Next): boolean {
    const { node: body, min, max, isLazy } = each;
    if (body.kind === "character") return repeatCharacter(each, at, next);
    const again = () =>
      done < max && match(body, at, (end) => (end > at || done < min) && repeat(each, done + 1, end, next));
    if (done < min) return again();
    return isLazy ? next(at) || again() : again() || next(at);
  }

  /** Without a frame of the stack for every character. */
  function repeatCharacter(each: Extract<Node, { kind: "repeat" }>, start: number, next: Next): boolean {
    const { node: body, min, max, isLazy } = each;
    const fits = (at: number) => body.kind === "character" && at < text.length && body.accepts(text[at] ?? "");
    let end = start;
    const most = start + max;
    const advance = () => {
      step();
      if (end >= most || !fits(end)) return false;
      end++;
      return true;
    };
    while (end < start + min) if (!advance()) return false;
    if (isLazy) {
      do if (next(end)) return true;
      while (advance());
      return false;
    }
    while (advance());
    for (; end >= start + min; end--) {
      step();
      if (next(end)) return true;
    }
    return false;
  }

  for (let start = 0; start <= text.length; ) {
    let end = -1;
    const isFound = match(node, start, (at) => {
      end = at;
      return true;
    });
    if (flags.includes("y") || (isFound && !flags.includes("g"))) break;
    start = isFound && end > start ? end : start + 1;
  }
  return steps;
}
