import { type ConfigText, lineAt } from "../config.ts";
import { tomlStatements } from "./statements.ts";

export type PathOrigin = (path: readonly string[]) => string;

/** Names keys of a TOML document with their lines. */
export function originsIn({ origin, text }: ConfigText): PathOrigin {
  const starts = new Map(tomlStatements(text).map(({ path, keyStart }) => [JSON.stringify(path), keyStart]));
  return (path) => {
    // Keys in an inline table or a list have the line of its start.
    const prefixes = path.map((_key, index) => JSON.stringify(path.slice(0, path.length - index)));
    const start = prefixes.map((prefix) => starts.get(prefix)).find((known) => known !== undefined);
    return `${origin}${start === undefined ? "" : `, line ${lineAt(text, start)}`}, ${path.join(".")}`;
  };
}
