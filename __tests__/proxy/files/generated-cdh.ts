import type { Random } from "../../../testing/generated/random.ts";

export type ProxyKey = "https_proxy" | "http_proxy" | "no_proxy";
export type ProxyValues = Readonly<Record<ProxyKey, string | undefined>>;

/** A line of a generated document; the parts of those that set a proxy are known. */
interface Line {
  readonly text: string;
  readonly eol: string;
  readonly own?: {
    readonly key: ProxyKey;
    readonly value: string;
    readonly before: string;
    readonly raw: string;
    readonly comment: string;
  };
  /** What a further key of the section begins with, where it could stand below this line. */
  readonly prefix?: string;
}

export interface GeneratedCdh {
  readonly text: string;
  readonly values: ProxyValues;
  /** The document that has other values, made line by line and by no parser. */
  expected(values: ProxyValues, firstLineBreak: string): string;
}

const KEYS: readonly ProxyKey[] = ["https_proxy", "http_proxy", "no_proxy"];

/** Lines that have nothing to do with proxies, and yet look like it. */
const OTHERS = [
  "# [image.image_pull_proxy]",
  '  # https_proxy = "http://commented.out:1"  ',
  "",
  " \t ",
  'name@ = "cc_kbc" # https_proxy = "x"',
  'url@="http://1.2.3.4:8080"   ',
  'text@ = """\n[image.image_pull_proxy]\nhttps_proxy = "decoy" \\\\ # no comment\n\\"""""',
  'list@ = [ "a]", # ]\n  "b", [ "[" ],\n]  # end',
  'inline@ = { "image.x" = "}", b = [1, 2] }',
  "when@ = 1979-05-27 07:32:00 # a date",
  "count@ = 9007199254740993 # more than a double",
  'a@ . "b c" . d = \'lit"eral\\\'\t',
  '"quoted # key@" = "\\u00e9\\"#"',
] as const;

const SECTIONS = [
  "[kbc]",
  "[ credentials . x ] # of credentials",
  '["image.image_pull_proxy"]',
  "[[list]]",
  "[image.other]",
  "[socket]",
];

/** A cdh.toml that nobody would write, with the section in one of the shapes that TOML allows, or without it. */
export function generateCdh(random: Random): GeneratedCdh {
  const style = random.pick(["\n", "\r\n", "mixed"]);
  const eol = () => (style === "mixed" ? random.pick(["\n", "\r\n"]) : style);
  let count = 0;
  const other = (): Line => {
    const line = random.pick(OTHERS as unknown as [string, ...string[]]).replaceAll("@", `_${count++}`);
    return { text: line.replace(/\n/g, eol), eol: eol() };
  };
  const others = (most: number) => Array.from({ length: random.integer(most + 1) }, other);
  const values: Partial<Record<ProxyKey, string>> = {};
  const own = (dots: string): Line[] =>
    KEYS.filter(() => random.chance(0.6)).flatMap((key) => {
      const value = `http://old-${key}${random.pick(["", "#x", "'", "é"])}:1`;
      values[key] = value;
      const raw = value.includes("'") || random.chance(0.5) ? JSON.stringify(value) : `'${value}'`;
      const indent = random.pick(["", "  ", "\t"]);
      const name = random.pick([key, `"${key}"`]);
      const before = `${indent}${dots}${name}${random.pick([" = ", "=", "  =\t"])}`;
      const comment = random.pick(["", "", "  # why", "# tight", "  "]);
      const line = {
        text: before + raw + comment,
        eol: eol(),
        own: { key, value, before, raw, comment },
        prefix: indent + dots,
      };
      return [line, ...others(1)];
    });
  const section = (header: string): Line[] => [{ text: header, eol: eol() }, ...others(3)];

  const shape = random.pick(["section", "below image", "from the root", "none"] as const);
  const headers = SECTIONS.filter(() => random.chance(0.5)).map(section);
  const root =
    shape === "from the root" ? own(random.pick(["image.image_pull_proxy.", 'image . "image_pull_proxy" . '])) : [];
  if (shape === "section") {
    const indent = random.pick(["", "  "]);
    const header = random.pick([
      "[image.image_pull_proxy]",
      '[ image . "image_pull_proxy" ] # the proxy',
      "[image.image_pull_proxy]  ",
    ]);
    headers.splice(random.integer(headers.length + 1), 0, [
      { text: indent + header, eol: eol(), prefix: indent },
      ...others(1),
      ...own(""),
    ]);
  }
  if (shape === "below image")
    headers.splice(random.integer(headers.length + 1), 0, [...section("[image]"), ...own("image_pull_proxy.")]);
  const lines = [...others(3), ...root, ...headers.flat()];
  const open = random.chance(0.2) ? lines.pop() : undefined;
  // A last line without line break.
  const all = open === undefined ? lines : [...lines, { ...open, eol: "" }];
  return {
    text: all.map((line) => line.text + line.eol).join(""),
    values: { https_proxy: values.https_proxy, http_proxy: values.http_proxy, no_proxy: values.no_proxy },
    expected: (wanted, firstLineBreak) => expectedText(all, wanted, firstLineBreak),
  };
}

function expectedText(lines: readonly Line[], wanted: ProxyValues, firstLineBreak: string): string {
  const have = new Set(lines.map(({ own }) => own?.key));
  const added = KEYS.filter((key) => !have.has(key) && wanted[key] !== undefined).map(
    (key) => `${key} = ${JSON.stringify(wanted[key])}`,
  );
  const anchor = lines.findLastIndex(({ prefix }) => prefix !== undefined);
  const texts = lines.map((line, index) => {
    const kept = changed(line, wanted);
    if (index !== anchor || added.length === 0) return kept;
    const lineBreak = line.eol === "" ? firstLineBreak : line.eol;
    const block = added.map((text) => line.prefix + text).join(lineBreak);
    return line.eol === "" ? kept + lineBreak + block : kept + block + lineBreak;
  });
  const text = texts.join("");
  if (anchor >= 0 || added.length === 0) return text;
  const gap = text === "" ? "" : /\n$/.test(text) ? firstLineBreak : firstLineBreak.repeat(2);
  return `${text}${gap}${["[image.image_pull_proxy]", ...added, ""].join(firstLineBreak)}`;
}

function changed({ text, eol, own }: Line, wanted: ProxyValues): string {
  if (own === undefined || wanted[own.key] === own.value) return text + eol;
  const value = wanted[own.key];
  if (value !== undefined) return own.before + JSON.stringify(value) + own.comment + eol;
  return own.comment.includes("#") ? /^[ \t]*/.exec(text)?.[0] + own.comment.trimStart() + eol : "";
}
