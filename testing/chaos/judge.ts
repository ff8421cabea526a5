import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../../scripts/parts.ts";
import type { ActionResult } from "../real/action.ts";
import type { Target } from "./run.ts";
import type { Expected } from "./tree.ts";
import { damages, lacks, type Shelf } from "./walk.ts";

export interface Judged {
  readonly result: ActionResult;
  /** Has `out`, with the target where that is an archive, and `tmp`, the folder of the system for temporary files. */
  readonly folder: string;
  readonly target: Target;
  readonly expected: readonly Expected[];
}

const documented = new Set(
  [...readFileSync(join(root, "docs/diagnosis.md"), "utf8").matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code),
);

/** What every run has to keep, succeeded or not: a documented code, a complete target, tags that it reports, no temporary files. */
export async function problemsOf({ result, folder, target, expected }: Judged): Promise<readonly string[]> {
  const shelf = target.shelf();
  return [
    ...problemsOfCode(result),
    ...(await damages(shelf)),
    ...(await unreportedTags(result, shelf)),
    ...(result.code === 0
      ? (await Promise.all(expected.map((each) => lacks(shelf, target.path, each, target.host)))).flat()
      : []),
    ...leftovers(result, folder, target),
  ];
}

function problemsOfCode({ code, report, stdout, stderr }: ActionResult): readonly string[] {
  const error = report?.error;
  if (code === 0) return error === undefined ? [] : [`exit code 0 with the error ${error.code}`];
  if (code !== 1 || error === undefined)
    return [`exit code ${code} without an error: ${stderr || stdout.slice(-2000)}`];
  if (error.code === "INTERNAL") return [`INTERNAL: ${error.message}`];
  return documented.has(error.code) ? [] : [`${error.code} is not documented`];
}

/** A run that succeeded set the tags of its plan; one that failed set none, but for those that it names. */
async function unreportedTags({ code, report }: ActionResult, shelf: Shelf): Promise<readonly string[]> {
  const steps: readonly { readonly to?: string }[] = report?.plan ?? [];
  const planned = steps.map(({ to = "" }) => to);
  const { error, findings } = report ?? {};
  const text = JSON.stringify({ error, findings });
  return (await shelf.tags())
    .map(({ repository, tag }) => `${repository}:${tag}`)
    .filter(
      (name) => !(code === 0 ? planned.some((to) => to === name || to.endsWith(`/${name}`)) : text.includes(name)),
    )
    .map((name) => `the tag ${name} is not reported`);
}

function leftovers(
  { runnerTemp, workspace, outputs }: ActionResult,
  folder: string,
  target: Target,
): readonly string[] {
  const below = (path: string) => readdirSync(path, { recursive: true, encoding: "utf8" });
  return [
    ...below(runnerTemp).filter((name) => name !== basename(outputs.report ?? "")),
    ...below(workspace),
    ...below(join(folder, "tmp")),
    ...readdirSync(join(folder, "out")).filter((name) => name !== basename(target.reference)),
    ...below(join(folder, "out")).filter((name) => /(?:^|\/)\.|tmp|part|staging/.test(name)),
  ].map((name) => `the file ${name} is left`);
}
