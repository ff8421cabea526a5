import { describe, expect, test } from "@jest/globals";
import { NOTHING_TO_ALLOW } from "../../../src/report/hosts.ts";
import { NOWHERE } from "../../../src/report/places.ts";
import type { ComponentVersionResult, Results } from "../../../src/report/results.ts";
import { summarise } from "../../../src/report/summary/summary.ts";
import { toAllow } from "../../../testing/product/diagnosed.ts";
import { plannedTransfer } from "../planned.ts";

const nothing: Results = { findings: [], diagnosis: [] };
const nowhere = { allowList: NOTHING_TO_ALLOW, runnerName: "runner", places: NOWHERE, duration: 1300 };
const versionOf = (version: string): ComponentVersionResult => ({
  component: "acme.org/shop",
  version,
  repository: "registry.corp/ocm/component-descriptors/acme.org/shop",
  digest: `sha256:${"0".repeat(64)}`,
  signatures: [],
  state: "written",
  resources: [],
});

const problem = { code: "DENIED", message: "no", where: undefined, remedy: "Ask." } as const;

function tableOf(head: readonly string[], cells: readonly string[]): string {
  const row = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join("")}</tr>`;
  return ["<table>", row("th", head), row("td", cells), "</table>"].join("\n");
}

function folded(title: string, table: string): string {
  return ["<details>", `<summary>${title}</summary>`, table, "</details>"].join("\n");
}

test("the summary starts with the verdict, and has no empty tables", () => {
  expect(summarise({ ...nowhere, command: "transfer", results: nothing, hosts: [], problems: [] })).toBe(
    "## ✅ transfer succeeded\n\n<p>1.3 s</p>\n",
  );
  expect(summarise({ ...nowhere, command: "transfer", results: nothing, hosts: [], problems: [problem] })).toBe(
    "## ❌ transfer failed: DENIED\n\n<p>1.3 s</p>\n\n<p>no</p>\n\n<p><strong>What to do:</strong> Ask.</p>\n",
  );
});

test("the summary has all results in their order", () => {
  const results: Results = {
    componentVersions: [versionOf("1.0.0")],
    files: [
      {
        component: "acme.org/shop",
        version: "1.0.0",
        resource: "readme",
        path: "out/readme",
        mediaType: "text/plain",
        digest: "sha256:0",
      },
    ],
    routes: [
      {
        url: "https://ghcr.io",
        via: "proxy",
        proxy: "http://proxy:3128",
        rule: "HTTPS_PROXY",
        before: "proxy",
        differs: [],
      },
    ],
    diagnosis: [
      {
        code: "PROXY_DENIED",
        host: "cdn.test:443",
        via: "proxy",
        rule: "r",
        "refused-by": "proxy",
        message: "m",
        remedy: "Allow it.",
        inputLines: [],
        asked: "cdn.test:443",
        redirectedFrom: undefined,
        isAnswer: false,
      },
    ],
    findings: [{ code: "HTTPS_PROXY_UNSET", message: "there is none", remedy: "Set it." }],
    bytes: { copied: 1_500_000, mounted: 0, skipped: 999 },
  };
  const hosts = [
    { host: "ghcr.io:443", via: "proxy", rule: "HTTPS_PROXY", "needed-for": "source registry", scheme: "https" },
  ] as const;
  const places = { sources: ["ghcr.io/acme"], target: "registry.corp/ocm" };
  expect(
    summarise({ ...nowhere, places, command: "transfer", results, hosts, problems: [] })
      .trimEnd()
      .split("\n\n"),
  ).toEqual([
    "## ✅ transfer succeeded",
    "<p><code>ghcr.io/acme</code> → <code>registry.corp/ocm</code><br>1 component version written; 1 file; 1 route; 1.5 MB copied, 0 B mounted, 999 B already present; 1.3 s</p>",
    tableOf(
      ["Blocked host", "Refused by", "Code", "What to do"],
      ["<code>cdn.test:443</code>", "proxy", "<code>PROXY&#95;DENIED</code>", "Allow it."],
    ),
    expect.stringMatching(/^```mermaid\ngraph LR\n[\s\S]*```$/),
    tableOf(
      ["Component version", "State", "Component digest", "Repository"],
      [
        "<code>acme.org/shop:1.0.0</code>",
        "written",
        `<code title="sha256:${"0".repeat(64)}">sha256:${"0".repeat(12)}…</code>`,
        "<code>registry.corp/ocm/component-descriptors/acme.org/shop</code>",
      ],
    ),
    tableOf(["Resource", "File"], ["<code>readme</code>", "<code>out/readme</code>"]),
    folded(
      "Full digests (1)",
      tableOf(
        ["Component version", "Component digest"],
        ["<code>acme.org/shop:1.0.0</code>", `<code>sha256:${"0".repeat(64)}</code>`],
      ),
    ),
    tableOf(["Finding", "What to do"], ["<code>HTTPS&#95;PROXY&#95;UNSET</code> there is none", "Set it."]),
    tableOf(["URL", "Route", "Rule"], ["<code>https&#58;//ghcr.io</code>", "proxy", "<code>HTTPS&#95;PROXY</code>"]),
    tableOf(
      ["Host", "Route", "Rule", "Purpose"],
      ["<code>ghcr.io:443</code>", "proxy", "<code>HTTPS&#95;PROXY</code>", "source registry"],
    ),
  ]);
});

const summaryOf = (results: Partial<Results>, more: Partial<Parameters<typeof summarise>[0]> = {}) =>
  summarise({ ...nowhere, command: "transfer", results: { ...nothing, ...results }, hosts: [], problems: [], ...more });

/** The text of each cell in the column, below its head. */
function columnOf(summary: string, head: string): string[] {
  for (const [table] of summary.matchAll(/<table>[\s\S]*?<\/table>/g)) {
    const rows = table.split("\n").slice(1, -1);
    const cells = rows.map((row) => [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/g)].map(([, cell = ""]) => cell));
    const at = cells[0]?.indexOf(head) ?? -1;
    if (at >= 0) return cells.slice(1).map((row) => (row[at] ?? "").replace(/<[^>]+>/g, "").replaceAll("&#64;", "@"));
  }
  return [];
}

describe("a summary", () => {
  test("has the requested component versions before those that they refer to", () => {
    const componentVersions = ["1.0.0", "2.0.0", "3.0.0"].map(versionOf);
    const summary = summaryOf({ componentVersions, requested: ["acme.org/shop:3.0.0"] });
    expect(columnOf(summary, "Component version")).toEqual(
      ["3.0.0", "1.0.0", "2.0.0"].map((v) => `acme.org/shop:${v}`),
    );
  });

  test("has every failure", () => {
    const problems = ["first", "second", "third"].map((message) => ({ ...problem, message }));
    const summary = summaryOf({}, { problems });
    expect(summary).toContain("<p>first</p>");
    expect(columnOf(summary, "Further failure")).toEqual(["DENIED second", "DENIED third"]);
  });

  test("has the accesses that were rewritten, and only these", () => {
    const local = { type: "localBlob", localReference: `sha256:${"1".repeat(64)}`, mediaType: "text/plain" };
    const of = { kind: "resource", version: "1", type: "ociImage" } as const;
    const resources = [
      { ...of, name: "web", before: { type: "ociArtifact", imageReference: "localhost:9999/web:1" }, after: local },
      { ...of, name: "readme", before: local, after: local },
    ];
    const summary = summaryOf({ componentVersions: [{ ...versionOf("1.0.0"), resources }] });
    expect(columnOf(summary, "Access")).toEqual(["localhost:9999/web:1 → localBlob"]);
    expect(columnOf(summary, "Resource")).toEqual(["resource web"]);
  });

  test("has old and new names of images with short digests, and the full ones as titles", () => {
    const after = `registry.corp/ocm/web@sha256:${"a".repeat(64)}`;
    const summary = summaryOf({ images: { "ghcr.io/acme/web:1": after } });
    expect(columnOf(summary, "New name")).toEqual([`registry.corp/ocm/web@sha256:${"a".repeat(12)}…`]);
    expect(summary).toContain(`title="registry.corp/ocm/web&#64;sha256:${"a".repeat(64)}"`);
  });

  test("has the signatures that were verified, each with its algorithms and its key", () => {
    const signature = {
      component: "acme.org/shop",
      version: "1.0.0",
      name: "acme",
      algorithm: "RSASSA-PSS",
      hashAlgorithm: "SHA-256",
      normalisationAlgorithm: "jsonNormalisation/v3",
      "key-fingerprint": `sha256:${"b".repeat(64)}`,
      "certificate-subject": "CN=acme",
    };
    const summary = summaryOf(
      { signatures: [signature], componentVersions: [versionOf("1.0.0")] },
      { command: "verify" },
    );
    expect(columnOf(summary, "State")).toEqual(["verified"]);
    expect(columnOf(summary, "Algorithm")).toEqual(["RSASSA-PSS, SHA-256, jsonNormalisation/v3"]);
    expect(columnOf(summary, "Key")).toEqual([`sha256:${"b".repeat(12)}…`]);
    expect(columnOf(summary, "Certificate (unverified)")).toEqual(["CN=acme"]);
    expect(summary).toContain("1 component version verified; 1 signature verified; 1.3 s");
  });

  test("of a dry run has the plan, and what would happen", async () => {
    const plan = await plannedTransfer();
    const componentVersions = [{ ...versionOf("1.0.0"), state: "planned" as const }];
    const bytes = { copied: 5, mounted: 0, skipped: 4 };
    const summary = summaryOf({ isDryRun: true, plan, componentVersions, bytes });
    expect(summary).toContain("## ✅ dry run succeeded");
    expect(summary).toContain("5 B would be copied, 0 B would be mounted, 4 B already present");
    expect(columnOf(summary, "State")).toEqual(["would be written"]);
    expect(columnOf(summary, "Content")).toEqual([
      expect.stringMatching(/^[\d.k]+ B to copy$/),
      "4 B already at the target",
      "",
    ]);
    expect(columnOf(summary, "Change")).toEqual([
      "far.test/images/shop:2 → localBlob",
      "a local blob stays one",
      "commit on GitHub stays a reference",
    ]);
  });

  test("has commands that read the copy, as words of a shell", async () => {
    const [plan, requested] = [await plannedTransfer(), ["acme.org/shop:1.0.0"]];
    const of = (target: string) => summaryOf({ plan, requested }, { places: { sources: [], target } });
    expect(of("registry.corp/ocm")).toContain("\nocm get componentversions registry.corp/ocm//acme.org/shop:1.0.0\n");
    expect(of("it's here/shop.tgz")).toContain(
      "\nocm get componentversions 'it'\\''s here/shop.tgz//acme.org/shop:1.0.0'\n",
    );
    const failed = summaryOf({ plan, requested }, { places: { sources: [], target: "a.test" }, problems: [problem] });
    expect(failed).not.toContain("ocm get");
  });
});

describe("foreign text in a summary", () => {
  const hostile = "<img src=x onerror=alert(1)> [a](http://b) **c** `d` | e\n# f @team ![g](h) \\ ~i &lt; ::error::j";

  test("contains no Markdown, HTML, mention or command", () => {
    const message = summarise({
      ...nowhere,
      command: "x",
      results: nothing,
      hosts: [],
      problems: [{ ...problem, message: hostile }],
    }).split("\n\n")[2];
    const html = message?.replace(/<\/?(?:p|code)>/g, "");
    expect(html).not.toMatch(/[<>[\]*`|@\\\n]|&lt;|::/);
    expect(html?.replace(/&#\d+;/g, "")).not.toContain("#");
    const decoded = html?.replace(/&#(\d+);/g, (_, unit) => String.fromCharCode(Number(unit)));
    expect(decoded).toBe(hostile.replace("\n", " ").replaceAll("::", ": :"));
  });

  test("is prose for words, and code for all else", () => {
    const message = 'The proxy refused "cdn.test:443" (blobs), see https://a.test/b; 404, after 12 s.';
    const [, , paragraph] = summarise({
      ...nowhere,
      command: "x",
      results: nothing,
      hosts: [],
      problems: [{ ...problem, message }],
    }).split("\n\n");
    expect(paragraph).toBe(
      "<p>The proxy refused &#34;<code>cdn.test:443</code>&#34; (blobs), see <code>https&#58;//a.test/b</code>; 404, after 12 s.</p>",
    );
  });

  test("cannot end a table cell", () => {
    const results = { ...nothing, componentVersions: [{ ...versionOf("1"), component: hostile, repository: hostile }] };
    const summary = summarise({ ...nowhere, command: "x", results, hosts: [], problems: [] });
    expect(summary.match(/<td>/g)).toHaveLength(6);
    expect(summary.match(/<\/td>/g)).toHaveLength(6);
  });
});

test("a long table is truncated with a note, since GitHub drops summaries of more than 1 MiB", () => {
  const results = { ...nothing, componentVersions: Array.from({ length: 5000 }, (_, at) => versionOf(`1.0.${at}`)) };
  const summary = summarise({ ...nowhere, command: "transfer", results, hosts: [], problems: [] });
  expect(summary).toContain(":1.0.999<");
  expect(summary).not.toContain(":1.0.1000<");
  expect(summary).toContain("… and 4000 more, in the report");
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
});

describe("a summary stays below 1 MiB", () => {
  const LIMIT = 1024 * 1024;
  const many = <T>(count: number, of: (at: number) => T) => Array.from({ length: count }, (_, at) => of(at));
  /** Each of these characters takes five bytes or more. */
  const NAMES: Readonly<Record<string, (at: number) => string>> = {
    underscores: (at) => `${"_".repeat(200)}${at}`,
    "angle brackets": (at) => `${"<".repeat(400)}${at}`,
    "letters of three bytes": (at) => `${"\u6f22".repeat(300)}${at}`,
    "pairs of surrogates": (at) => `${"\u{1f980}".repeat(200)}${at}`,
    "words with signs": (at) => `${"a_b* ".repeat(80)}${at}`,
  };
  const blockedHost = (at: number) => ({
    code: "PROXY_DENIED" as const,
    host: `${"h".repeat(60)}.${at}.test:443`,
    via: "proxy" as const,
    rule: "r",
    "refused-by": "proxy" as const,
    message: "m",
    remedy: "Allow it.",
    inputLines: [{ input: "no-proxy" as const, line: `h${at}.test` }],
    asked: "a.test:443",
    redirectedFrom: undefined,
    isAnswer: false,
  });
  const resultsOf = (name: (at: number) => string, blocked: number): Results => ({
    componentVersions: many(300, (at) => ({ ...versionOf("1"), component: name(at), repository: name(at) })),
    files: many(300, (at) => ({
      component: "c",
      version: "1",
      resource: name(at),
      path: name(at),
      mediaType: "",
      digest: "",
    })),
    routes: many(300, (at) => ({
      url: name(at),
      via: "proxy",
      proxy: "",
      rule: name(at),
      before: "proxy",
      differs: [],
    })),
    findings: many(300, (at) => ({ code: "LEFT_BY_REFERENCE", message: name(at), remedy: name(at) })),
    diagnosis: many(blocked, blockedHost),
  });
  const hostsOf = (name: (at: number) => string) =>
    many(300, (at) => ({
      host: name(at),
      via: "proxy" as const,
      rule: name(at),
      "needed-for": name(at),
      scheme: "https" as const,
    }));
  const summary = (name: (at: number) => string, blocked: number, written = 0) =>
    summarise(
      {
        command: "transfer",
        results: resultsOf(name, blocked),
        hosts: hostsOf(name),
        allowList: toAllow(many(blocked, (at) => `a${at}.test:443`)),
        runnerName: "r",
        places: NOWHERE,
        duration: 0,
        problems: [problem],
      },
      written,
    );

  test.each(Object.entries(NAMES))("with names of %s, and blocked hosts and lines to paste are complete", (_, name) => {
    const text = summary(name, 50);
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(text).toContain("transfer failed: DENIED");
    for (const { host } of many(50, blockedHost)) expect(text).toContain(host);
    expect(text).toMatch(new RegExp(`no-proxy: ${many(50, (at) => `h${at}.test`).join(",")}`));
    for (const at of many(50, (each) => each)) expect(text).toContain(`a${at}.test`);
    expect(text).toMatch(/… and \d+ more, in the report/);
  });

  test.each([300_000, LIMIT - 150_000, LIMIT - 2000, LIMIT - 40, LIMIT])(
    "together with %i bytes that the step has written before",
    (written) => {
      const text = summary(NAMES.underscores ?? String, 300, written);
      expect(written + Buffer.byteLength(text) < LIMIT || text === "").toBe(true);
      expect(text === "" || text.startsWith("## ❌ transfer failed: DENIED\n")).toBe(true);
      expect(text === "").toBe(written === LIMIT);
    },
  );

  test("and names the output where lines to paste had to give way", () => {
    const text = summary(String, 3000);
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(text.replace(/&#\d+;|<[^>]+>/g, "")).toContain("and 2000 more hosts, in the output");
  });
});
