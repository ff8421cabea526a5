/**
 * Whether the whole text is as the glob says: `*` is any number of characters, slashes included, `?` is one, everything else itself.
 * No regular expression is made of it: a mismatch goes back to the last `*` only, so the time is at most length times length.
 */
export function matchesGlob(text: string, glob: string): boolean {
  const [characters, pattern] = [[...text], [...glob]];
  let [read, next] = [0, 0];
  let star: { readonly at: number; read: number } | undefined;
  while (read < characters.length) {
    if (pattern[next] === "*") {
      star = { at: next, read };
      next++;
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === characters[read])) {
      read++;
      next++;
    } else if (star !== undefined) {
      star.read++;
      read = star.read;
      next = star.at + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((character) => character === "*");
}
