import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./parts.ts";

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)$/;

/** The chapter of a version in a changelog as https://keepachangelog.com describes it, without its heading. */
export function notesOf(changelog: string, version: string): string {
  const chapter = changelog.split(/^## /m).find((text) => text.startsWith(`[${version}]`));
  if (chapter === undefined) throw new Error(`CHANGELOG.md has no chapter "## [${version}] - YYYY-MM-DD"`);
  const [heading = "", ...lines] = chapter.split("\n");
  if (!/^\[[^\]]+\] - \d{4}-\d{2}-\d{2}$/.test(heading)) throw new Error(`CHANGELOG.md: no date in "## ${heading}"`);
  const notes = lines
    .filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join("\n")
    .trim();
  if (notes === "") throw new Error(`CHANGELOG.md: the chapter of ${version} is empty`);
  return notes;
}

/** `v1` for the highest version of major version 1; undefined for a lower one, and before 1.0.0, where minors may break users. */
export function majorTag(version: string, tags: readonly string[]): string | undefined {
  const parts = partsOf(version);
  if (parts === undefined || parts[0] === 0) return undefined;
  const ofMajor = tags.map(partsOf).filter((other) => other !== undefined && other[0] === parts[0]);
  return ofMajor.some((other) => other !== undefined && compare(other, parts) > 0) ? undefined : `v${parts[0]}`;
}

type Parts = readonly [major: number, minor: number, patch: number];

function partsOf(version: string): Parts | undefined {
  const [, major, minor, patch] = VERSION.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function compare(one: Parts, other: Parts): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** Writes the step outputs `notes` and `major` of the release workflow, on the tag that it runs for. */
function main(environment: NodeJS.ProcessEnv): void {
  const { GITHUB_REF_NAME: tag = "", GITHUB_SHA: commit, GITHUB_REPOSITORY: repository, GITHUB_OUTPUT } = environment;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, but the version in package.json is ${version}`);
  const pinned = `\n\n\`\`\`yaml\n- uses: ${repository}@${commit} # ${tag}\n\`\`\``;
  const notes = notesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version) + pinned;
  const tags = execFileSync("git", ["tag"], { cwd: root, encoding: "utf8" }).split("\n");
  const end = randomUUID();
  const outputs = `notes<<${end}\n${notes}\n${end}\nmajor=${majorTag(version, tags) ?? ""}\n`;
  if (GITHUB_OUTPUT === undefined) process.stdout.write(outputs);
  else appendFileSync(GITHUB_OUTPUT, outputs);
}

if (import.meta.main) main(process.env);
