import { spawnSync } from "node:child_process";
import { afterEach, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import { repositoryWith } from "../../testing/real/act.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

withParts(["actionlint"], "actionlint", () => {
  // Whether a shellcheck is on this machine must not matter.
  const lint = (folder: string) => {
    const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
    const { stdout, stderr } = spawnSync(pathOf("actionlint"), args, { cwd: folder, encoding: "utf8" });
    return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  };

  test("finds nothing", () => {
    expect(lint(repositoryWith([".github", "action.yml", "dist"]))).toEqual([]);
  });

  test("still has to ignore the two properties that it does not know", () => {
    const folder = repositoryWith([".github/workflows", "action.yml", "dist"]);
    const unknown = ["workflow_repository", "workflow_sha"].map((name) =>
      expect.stringMatching(new RegExp(`^\\.github/workflows/transfer\\.yml:.* property "${name}" is not defined`)),
    );
    expect(lint(folder)).toEqual(unknown);
  });
});

interface Finding {
  readonly ident: string;
  readonly locations: readonly {
    readonly symbolic: { readonly kind: string; readonly key: { readonly Local?: { readonly verbatim_path: string } } };
  }[];
}

withParts(["zizmor"], "zizmor", () => {
  const audit = (...options: readonly string[]) => {
    const args = [
      "--offline",
      "--no-progress",
      "--quiet",
      "--pedantic",
      "--strict-collection",
      "--format=json",
      ...options,
    ];
    const { stdout, stderr } = spawnSync(pathOf("zizmor"), [...args, "."], { cwd: root, encoding: "utf8" });
    const findings = JSON.parse(stdout === "" ? stderr : stdout) as Finding[];
    return findings.map(({ ident, locations }) => {
      const { key } = (locations.find(({ symbolic }) => symbolic.kind === "Primary") ?? locations[0])?.symbolic ?? {};
      return `${ident} in ${key?.Local?.verbatim_path}`;
    });
  };

  test("finds nothing, smells included", () => {
    expect(audit()).toEqual([]);
  });

  test("still has to ignore what is explained where it is ignored", () => {
    expect(audit("--no-ignores").sort()).toEqual([
      "anonymous-definition in ./.github/workflows/example.yml",
      "anonymous-definition in ./.github/workflows/transfer.yml",
      "concurrency-limits in ./.github/workflows/example.yml",
      "self-repository in ./.github/workflows/ci.yml",
      "self-repository in ./.github/workflows/example.yml",
      "self-repository in ./.github/workflows/release.yml",
      "self-repository in ./.github/workflows/transfer.yml",
    ]);
  });
});
