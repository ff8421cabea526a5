import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { codes } from "../src/errors/codes.ts";

const root = join(import.meta.dirname, "..");

/**
 * Folders (and top-level files) from the top to the bottom: each imports only from those below it. A folder includes its subfolders,
 * except those that are listed themselves. docs/architecture.md has the same list.
 */
const ROOMS = [
  "index",
  "main",
  "commands",
  "preflight",
  "session",
  "setup",
  "report",
  "diagnosis",
  "inputs",
  "transfer",
  "transfer/write",
  "transfer/save",
  "transfer/images",
  "transfer/target",
  "transfer/verify",
  "transfer/source",
  "transfer/names",
  "transfer/pins",
  "logins",
  "stores/elsewhere",
  "stores/artifact-set",
  "stores/inventory",
  "stores/ctf",
  "stores",
  "stores/registry",
  "ocm/repository",
  "ocm/signing",
  "ocm/access",
  "ocm/version",
  "ocm/descriptor",
  "oci",
  "net",
  "net/address",
  "proxy/files",
  "proxy",
  "bounds",
  "archive",
  "files",
  "text",
  "errors",
];

interface Source {
  /** Below `src`. */
  readonly path: string;
  readonly text: string;
}

function read(folder: string, suffix: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(suffix))
    .map((path) => ({ path, text: readFileSync(join(root, folder, path), "utf8") }));
}

const sources = read("src", ".ts");
const withoutEnding = (path: string) => path.replace(/\.ts$/, "");
/** The innermost listed folder of the path. */
const roomOf = (path: string) =>
  ROOMS.filter((room) => room === withoutEnding(path) || path.startsWith(`${room}/`)).reduce(
    (longest, room) => (room.length > longest.length ? room : longest),
    "",
  );

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const STATEMENT = /\b(import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/g;

const imports: Import[] = sources.flatMap(({ path, text }) =>
  [...text.matchAll(STATEMENT)].map(([, , type, specifier, loaded]) => ({
    from: path,
    to: loaded ?? specifier ?? "",
    isType: type !== undefined,
  })),
);

const isOwn = ({ to }: Import) => to.startsWith(".");
const targetOf = ({ from, to }: Import) => normalize(join(dirname(from), to));
const importersOf = (name: string) => [...new Set(imports.filter(({ to }) => to === name).map(({ from }) => from))];

test("every relative import leads to an existing file", () => {
  expect(imports.filter(isOwn).length).toBeGreaterThan(150);
  const paths = new Set(sources.map(({ path }) => path));
  expect(
    imports
      .filter(isOwn)
      .map(targetOf)
      .filter((path) => !paths.has(path)),
  ).toEqual([]);
});

test("every file is in a listed folder, and every listed folder has files", () => {
  expect(sources.map(({ path }) => path).filter((path) => roomOf(path) === "")).toEqual([]);
  expect(ROOMS.filter((room) => !sources.some(({ path }) => roomOf(path) === room))).toEqual([]);
});

const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

test("the architecture page lists the same folders in the same order", () => {
  const [, list = ""] = /^## Folders$[\s\S]*?^```$([\s\S]*?)^```$/m.exec(page) ?? [];
  const listed = list.split("\n").filter((line) => line !== "");
  expect(listed.map((line) => line.split(/\s/)[0])).toEqual(ROOMS);
  expect(listed.filter((line) => !/^\S+\s+\S/.test(line))).toEqual([]);
});

describe("the diagram of the architecture page", () => {
  const topOf = (path: string) => withoutEnding(path).split("/")[0] ?? "";
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from = "", to = ""]) => ({ from, to }));
  const real = imports
    .filter(isOwn)
    .map((each) => ({ from: topOf(each.from), to: topOf(targetOf(each)) }))
    .filter(({ from, to }) => from !== to);
  const isReached = (from: string, to: string): boolean =>
    drawn.some((arrow) => arrow.from === from && (arrow.to === to || isReached(arrow.to, to)));

  test("draws arrows from the top to the bottom only", () => {
    const indexOf = (folder: string) => ROOMS.findIndex((room) => topOf(room) === folder);
    expect(drawn.filter(({ from, to }) => indexOf(from) < 0 || indexOf(to) <= indexOf(from))).toEqual([]);
  });

  test("draws only arrows that stand for an import", () => {
    expect(drawn.filter((arrow) => !real.some(({ from, to }) => arrow.from === from && arrow.to === to))).toEqual([]);
  });

  test("leads along its arrows from every folder to all folders that it imports", () => {
    expect(real.length).toBeGreaterThan(30);
    expect(real.filter(({ from, to }) => !isReached(from, to))).toEqual([]);
  });
});

test("the twelve questions of the architecture page name existing files", () => {
  const [, questions = ""] = /^## Twelve questions$([\s\S]*?)(?=^## )/m.exec(page) ?? [];
  const rows = questions.split("\n").filter((line) => /^\| (?:Where|Who) /.test(line));
  const named = rows.map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
  expect(named).toHaveLength(12);
  expect(named.filter((paths) => paths.length === 0)).toEqual([]);
  expect(named.flat().filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("no folder is a flat list of more than 15 files", () => {
  const counts = Map.groupBy(sources, ({ path }) => dirname(path));
  expect([...counts].filter(([, files]) => files.length > 15).map(([folder]) => folder)).toEqual([]);
});

test("imports point downwards", () => {
  const upwards = imports
    .filter(isOwn)
    .map((each) => ({ ...each, target: targetOf(each) }))
    .filter(({ from, target }) => roomOf(from) !== roomOf(target))
    .filter(({ from, target }) => ROOMS.indexOf(roomOf(from)) > ROOMS.indexOf(roomOf(target)));
  expect(upwards).toEqual([]);
});

test("no imports form a cycle", () => {
  const below = Map.groupBy(
    imports.filter((each) => isOwn(each) && !each.isType),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) cycles.push([...above, path].join(" → "));
    if (done.has(path) || above.includes(path)) return;
    for (const each of below.get(path) ?? []) visit(targetOf(each), [...above, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  expect(cycles).toEqual([]);
});

describe("the importers of a module", () => {
  test("are one file for the toolkit of GitHub: that of the runner", () => {
    expect(importersOf("@actions/core")).toEqual(["report/runner.ts"]);
  });

  test("are in net only for undici", () => {
    expect(new Set(importersOf("undici").map(roomOf))).toEqual(new Set(["net"]));
  });

  test("are in net only for sockets; other folders import at most the address checks of node:net", () => {
    const modules = ["node:http", "node:https", "node:http2", "node:tls", "node:dns"];
    const isNet = (path: string) => path.startsWith("net/");
    expect(modules.flatMap(importersOf).length).toBeGreaterThan(0);
    expect(modules.flatMap(importersOf).filter((path) => !isNet(path))).toEqual([]);
    const taken = sources
      .filter(({ path }) => !isNet(path))
      .flatMap(({ text }) => [...text.matchAll(/import \{([^}]*)\} from "node:net"/g)])
      .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()));
    expect(taken.filter((name) => !/^isIP(?:v[46])?$/.test(name))).toEqual([]);
  });

  test("are the entry and the runner for the environment of the process", () => {
    const readers = sources.filter(({ text }) => /\bprocess\.env\b/.test(text)).map(({ path }) => path);
    expect(readers.sort()).toEqual(["index.ts", "report/runner.ts"]);
  });
});

test("no file has a default export", () => {
  expect(
    sources.filter(({ text }) => /\bexport\s+default\b|\bas\s+default\b/.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

test("no file re-exports from another", () => {
  expect(
    sources.filter(({ text }) => /^export (?:type )?(?:\*|\{[^}]*\}) from /m.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

test("a store is recognised by its kind or a named capability, not by the methods that it happens to have", () => {
  const isOfStores = ({ path }: Source) => /^(?:commands|preflight|session|transfer|stores|oci)\b/.test(path);
  const checks = sources
    .filter(isOfStores)
    .flatMap(({ path, text }) => [...text.matchAll(/"(\w+)" in /g)].map(([, name]) => `${path}: ${name}`));
  // The result of a parser is its value or a problem.
  expect(checks).toEqual(["commands/explain.ts: problem"]);
});

describe("codes", () => {
  const others = sources.filter(({ path }) => path !== "errors/codes.ts").map(({ text }) => text);

  test("are all used", () => {
    const unused = Object.keys(codes).filter((code) => !others.some((text) => new RegExp(`\\b${code}\\b`).test(text)));
    expect(unused).toEqual([]);
  });

  test("are all listed", () => {
    const used = others.flatMap((text) =>
      [...text.matchAll(/new (?:Transfer|Registry)Error\(\s*"([^"]*)"/g)].map(([, code]) => code ?? ""),
    );
    expect(used.length).toBeGreaterThan(40);
    expect(used.filter((code) => !Object.hasOwn(codes, code))).toEqual([]);
  });

  test("have a name in capitals and a unique sentence each", () => {
    for (const [code, sentence] of Object.entries(codes)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(Object.values(codes)).size).toBe(Object.keys(codes).length);
  });
});

test("the bundle holds one undici", () => {
  const bundled = read("dist", ".js")
    .map(({ text }) => text)
    .join("\n");
  expect(bundled.match(/\bclass BalancedPool extends\b/g)).toHaveLength(1);
});
