import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { chaptersOf } from "../../src/diagnosis/chapters.ts";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { NOTHING_TO_ALLOW } from "../../src/report/hosts.ts";
import { NOWHERE } from "../../src/report/places.ts";
import { createReporter } from "../../src/report/reporter.ts";
import { summarise } from "../../src/report/summary/summary.ts";
import { createRecordingRunner } from "../../testing/product/recording-runner.ts";

const github = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_ACTION_REPOSITORY: "acme/ocm-proxied-transfer",
  GITHUB_ACTION_REF: "v1.2.3",
};
const address = "https://github.com/acme/ocm-proxied-transfer/blob/v1.2.3/docs/diagnosis.md#proxy_denied";

describe("the chapter of a code", () => {
  test("is at the version of the action that runs, and exists", () => {
    expect(chaptersOf(github)?.("PROXY_DENIED")).toBe(address);
    const page = readFileSync(join(import.meta.dirname, "../../docs/diagnosis.md"), "utf8");
    expect(page).toContain("\n## PROXY_DENIED\n");
  });

  test.each([
    ["an action of a local path", { ...github, GITHUB_ACTION_REPOSITORY: "", GITHUB_ACTION_REF: "" }],
    ["a shell", {}],
    ["a repository that is no name", { ...github, GITHUB_ACTION_REPOSITORY: 'a/b"><img src=x>' }],
    ["a ref that is no name", { ...github, GITHUB_ACTION_REF: "v1) [x](http://a.test" }],
    ["a server that is no origin", { ...github, GITHUB_SERVER_URL: "javascript:alert(1)//" }],
  ])("has no address in %s", (_, environment) => {
    expect(chaptersOf(environment)).toBeUndefined();
  });

  test("is linked by errors, findings and the summary", () => {
    const [runner, chapterOf] = [createRecordingRunner(), chaptersOf(github)];
    const reporter = createReporter(runner, chapterOf);
    const problems = reporter.failed(new TransferError("PROXY_DENIED", "it failed", { remedy: "Fix it." }));
    reporter.finding({ code: "PROXY_DENIED", message: "It is so.", remedy: "Change it." });
    expect(runner.lines).toEqual([
      `error PROXY_DENIED: PROXY_DENIED: it failed. Fix it. See ${address}`,
      `warning PROXY_DENIED: PROXY_DENIED: It is so. Change it. See ${address}`,
    ]);
    const { results } = reporter;
    const options = { command: "transfer", results, problems, places: NOWHERE, hosts: [], duration: 0 };
    const summary = summarise({ ...options, allowList: NOTHING_TO_ALLOW, runnerName: "runner", chapterOf });
    const link = `<a href="${address}"><code>PROXY&#95;DENIED</code></a>`;
    expect(summary).toContain(`Fix it. See ${link}.</p>`);
    expect(summary).toContain(`<td>${link} It is so.</td>`);
  });
});
