import { expect, test } from "@jest/globals";
import { type AST, parseTOML } from "toml-eslint-parser";
import { tomlStatements } from "../../../../src/proxy/files/toml/statements.ts";
import { seeded } from "../../../../testing/generated/random.ts";
import { generateCdh } from "../generated-cdh.ts";

/** Kind, path and texts of each statement, by the offsets of our tokeniser. */
function ours(text: string) {
  return tomlStatements(text).map(({ kind, path, keyStart, lastKeyStart, valueStart, valueEnd }) => {
    const value = kind === "value" ? { at: valueStart, text: text.slice(valueStart, valueEnd) } : undefined;
    return { kind, path, keyStart, lastKeyStart, value };
  });
}

/** The same by the parser of ESLint. */
function theirs(text: string) {
  const [root] = parseTOML(text).body;
  const statement = (
    kind: string,
    path: readonly (string | number)[],
    key: AST.TOMLKey,
    node?: AST.TOMLContentNode,
  ) => ({
    kind,
    path: path.map(String),
    keyStart: key.range[0],
    lastKeyStart: key.keys.at(-1)?.range[0],
    value: node && { at: node.range[0], text: text.slice(...node.range) },
  });
  const value = (table: readonly (string | number)[], { key, value: node }: AST.TOMLKeyValue) => {
    const names = key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value));
    return statement("value", [...table, ...names], key, node);
  };
  return root.body.flatMap((node) => {
    if (node.type === "TOMLKeyValue") return [value([], node)];
    const header = statement(node.kind === "array" ? "array" : "table", node.resolvedKey, node.key);
    return [header, ...node.body.map((each) => value(node.resolvedKey, each))];
  });
}

test("1,000 generated documents have the statements that the parser of ESLint finds", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const { text } = generateCdh(seeded(seed));
    expect({ seed, statements: ours(text) }).toEqual({ seed, statements: theirs(text) });
  }
});

test.each([
  "",
  "# only a comment",
  "a = 1",
  "a.'b.c' . \"\\u0064\" = [1, [2, '''\n]''']] # ]",
  "[[a.b]]\nc = 1\n[a.b.d]\ne = 2\n[[a.b]]\n[[a.b.f]]\n[a.b.f.g]\nh = 3",
  '[ x ]\r\ny = { z = \'}\', "#" = "\\"}" }\r\n',
  'a = """\n\\""""""\nb = \'\'\'\'\'\'\'\'\nc = 2',
  "a = 1979-05-27 07:32:00\nb=-inf\nc=0xF_F\t# x",
])("%j has the statements that the parser of ESLint finds", (text) => {
  expect(ours(text)).toEqual(theirs(text));
});
