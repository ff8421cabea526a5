/** Whether a pattern of Go's `path.Match` (https://pkg.go.dev/path#Match) is for a path: `*` and `?` stop at a slash. One that Go refuses is for none. */
export function matchesPath(path: string, glob: string): boolean {
  const parts = parse([...glob]);
  if (parts === undefined) return false;
  const text = [...path];
  let [at, part] = [0, 0];
  /** After the last star, and what it stands for so far ends here. */
  let retry: { part: number; at: number } | undefined;
  while (at < text.length || part < parts.length) {
    const wanted = parts[part];
    if (wanted === "star") {
      part += 1;
      retry = { part, at };
    } else if (wanted !== undefined && at < text.length && wanted(text[at] ?? "")) {
      part += 1;
      at += 1;
    } else {
      if (retry === undefined || retry.at >= text.length || text[retry.at] === "/") return false;
      retry.at += 1;
      ({ part, at } = retry);
    }
  }
  return true;
}

type Part = "star" | ((sign: string) => boolean);

function parse(signs: readonly string[]): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] ?? "";
    if (sign === "*") parts.push("star");
    else if (sign === "?") parts.push((each) => each !== "/");
    else if (sign === "[") {
      const found = parseClass(signs, at + 1);
      if (found === undefined) return undefined;
      parts.push(found.part);
      at = found.end;
    } else {
      if (sign === "\\") at += 1;
      const literal = signs[at];
      if (literal === undefined) return undefined;
      parts.push((each) => each === literal);
    }
  }
  return parts;
}

/** The class that begins behind a bracket, and where it ends. */
function parseClass(signs: readonly string[], from: number): { readonly part: Part; readonly end: number } | undefined {
  const isNegated = signs[from] === "^";
  const ranges: (readonly [string, string])[] = [];
  let at = isNegated ? from + 1 : from;
  const next = (): string | undefined => {
    if (signs[at] === "-" || signs[at] === "]") return undefined;
    if (signs[at] === "\\") at += 1;
    at += 1;
    return signs[at - 1];
  };
  while (ranges.length === 0 || signs[at] !== "]") {
    const low = next();
    let high = low;
    if (signs[at] === "-") {
      at += 1;
      high = next();
    }
    if (low === undefined || high === undefined) return undefined;
    ranges.push([low, high]);
  }
  const isIn = (sign: string) => ranges.some(([low, high]) => low <= sign && sign <= high);
  return { part: (sign) => isIn(sign) !== isNegated, end: at };
}
