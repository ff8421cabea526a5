import { describe, expect, test } from "@jest/globals";
import type { ComponentVersionResult, Results } from "../../src/report/results.ts";
import { summarise } from "../../src/report/summary.ts";

const nothing: Results = { findings: [], diagnosis: [] };
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

test("the verdict comes first, and empty tables not at all", () => {
  expect(summarise({ allowList: [], command: "transfer", results: nothing, hosts: [], problem: undefined })).toBe(
    "## ✅ transfer succeeded\n",
  );
  expect(summarise({ allowList: [], command: "transfer", results: nothing, hosts: [], problem })).toBe(
    "## ❌ transfer failed: DENIED\n\nno\n\n**What to do:** Ask.\n",
  );
});

test("everything that there is to tell, in its order", () => {
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
  const hosts = [{ host: "ghcr.io:443", via: "proxy", rule: "HTTPS_PROXY", "needed-for": "source registry" }] as const;
  expect(summarise({ allowList: [], command: "transfer", results, hosts, problem: undefined }).split("\n\n")).toEqual([
    "## ✅ transfer succeeded",
    "1.5 MB copied, 0 B mounted, 999 B there already.",
    `| Component version | State | Component digest | Repository |\n| --- | --- | --- | --- |\n| acme.org/shop:1.0.0 | written | <code>sha256:${"0".repeat(64)}</code> | <code>registry.corp/ocm/component-descriptors/acme.org/shop</code> |`,
    "| Resource | File |\n| --- | --- |\n| readme | <code>out/readme</code> |",
    "| URL | Way | Rule |\n| --- | --- | --- |\n| <code>https://ghcr.io</code> | proxy | HTTPS&#95;PROXY |",
    "| Blocked host | Refused by | Code | What to do |\n| --- | --- | --- | --- |\n| <code>cdn.test:443</code> | proxy | <code>PROXY&#95;DENIED</code> | Allow it. |",
    expect.stringMatching(/^```mermaid\ngraph LR\n[\s\S]*```$/),
    "| Host | Way | Rule | Needed for |\n| --- | --- | --- | --- |\n| <code>ghcr.io:443</code> | proxy | HTTPS&#95;PROXY | source registry |",
    "| Finding | What to do |\n| --- | --- |\n| <code>HTTPS&#95;PROXY&#95;UNSET</code> there is none | Set it. |\n",
  ]);
});

describe("text of others is text", () => {
  const hostile = "<img src=x onerror=alert(1)> [a](http://b) **c** `d` | e\n# f @team ![g](h) \\ ~i &lt; ::error::j";

  test("nothing of it is Markdown, HTML, a mention or a command", () => {
    const message = summarise({
      allowList: [],
      command: "x",
      results: nothing,
      hosts: [],
      problem: { ...problem, message: hostile },
    }).split("\n\n")[1];
    expect(message).not.toMatch(/[<>[\]*`|@\\\n]|&lt;|::/);
    expect(message?.replace(/&#\d+;/g, "")).not.toContain("#");
    const decoded = message?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    expect(decoded).toBe(hostile.replace("\n", " ").replaceAll("::", ": :"));
  });

  test("no cell ends before it ends", () => {
    const results = { ...nothing, componentVersions: [{ ...versionOf("1"), component: hostile, repository: hostile }] };
    const row = summarise({ allowList: [], command: "x", results, hosts: [], problem: undefined })
      .trimEnd()
      .split("\n")
      .at(-1);
    expect(row?.split("|")).toHaveLength(6);
  });
});

test("a long table is cut, and says so: more than 1 MiB would not be shown at all", () => {
  const results = { ...nothing, componentVersions: Array.from({ length: 5000 }, (_, at) => versionOf(`1.0.${at}`)) };
  const summary = summarise({ allowList: [], command: "transfer", results, hosts: [], problem: undefined });
  expect(summary).toContain("1.0.999 ");
  expect(summary).not.toContain("1.0.1000 ");
  expect(summary).toContain("… and 4000 more, in the report");
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
});
