import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../../scripts/parts.ts";
import type { ActionResult } from "../real/action.ts";
import type { Expected } from "./tree.ts";
import { damages, digestOf, lacks, type Shelf } from "./walk.ts";

export interface Target {
  readonly reference: string;
  /** Path of all repositories. */
  readonly path: string;
  /** Host in absolute references. */
  readonly host: string;
  readonly shelf: () => Shelf;
}

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
    ...(await problemsOfTags(result, shelf)),
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

interface PlannedStep {
  readonly digest?: string;
  readonly to?: string;
}

/** A run that succeeded set the tags of its plan, each to its digest; one that failed set none, but for those that it names. */
async function problemsOfTags({ code, report }: ActionResult, shelf: Shelf): Promise<readonly string[]> {
  const { plan = [], error, findings } = report ?? {};
  const named = JSON.stringify({ error, findings });
  const problems = (await shelf.tags()).map(async ({ repository, tag }) => {
    const name = `${repository}:${tag}`;
    if (code !== 0) return named.includes(name) ? [] : [`the tag ${name} is not reported`];
    const step = (plan as readonly PlannedStep[]).find(({ to }) => to === name || to?.endsWith(`/${name}`));
    if (step === undefined) return [`the tag ${name} is not planned`];
    const found = await shelf.manifest(repository, tag).then(digestOf, (error: Error) => error.message);
    return found === step.digest ? [] : [`the tag ${name} is ${found}, and not ${step.digest}`];
  });
  return (await Promise.all(problems)).flat();
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
    ...below(join(folder, "out")).filter((name) => !isOfTarget(name, basename(target.reference))),
  ].map((name) => `the file ${name} is left`);
}

/** The archive, or the folder with the files of a CTF. */
function isOfTarget(path: string, target: string): boolean {
  if (path === target) return true;
  const [first, ...below] = path.split("/");
  return first === target && /^(?:artifact-index\.json|blobs|blobs\/sha(?:256|512)\.[0-9a-f]+)$/.test(below.join("/"));
}
