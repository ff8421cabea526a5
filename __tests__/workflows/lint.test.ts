import { afterEach, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import { repositoryWith } from "../../testing/real/act.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { actionlint, zizmor } from "../../testing/workflows/linters.ts";

afterEach(stopEverything);

withParts(["actionlint"], "actionlint", () => {
  test("finds nothing", () => {
    expect(actionlint(repositoryWith([".github", "action.yml", "dist"]))).toEqual([]);
  });

  test("still has to ignore the two properties that it does not know", () => {
    const folder = repositoryWith([".github/workflows", "action.yml", "dist"]);
    const unknown = ["workflow_repository", "workflow_sha"].map((name) =>
      expect.stringMatching(new RegExp(`^\\.github/workflows/transfer\\.yml:.* property "${name}" is not defined`)),
    );
    expect(actionlint(folder)).toEqual(unknown);
  });
});

withParts(["zizmor"], "zizmor", () => {
  test("finds nothing, smells included", () => {
    expect(zizmor(root)).toEqual([]);
  });

  test("still has to ignore what is explained where it is ignored", () => {
    expect(zizmor(root, "--no-ignores").toSorted()).toEqual([
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
