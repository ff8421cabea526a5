import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../scripts/parts.ts";
import { makeCtf } from "../testing/content/ctf.ts";
import { temporaryFolder } from "../testing/real/fixtures.ts";
import { stopEverything } from "../testing/real/running.ts";
import { measure } from "./measure.ts";

const MIB = 1024 * 1024;
/** A component descriptor lists so many blobs at most. */
const BLOBS_PER_VERSION = 2000;

/** Contents by their names on the command line. */
const CONTENTS: Readonly<Record<string, () => Iterable<Buffer>>> = {
  "400MB": () => Array.from({ length: 8 }, () => randomBytes(50 * 1e6)),
  "1GiB": () => Array.from({ length: 8 }, () => randomBytes(128 * MIB)),
  small: () => Array.from({ length: 20_000 }, (_, at) => Buffer.from(`blob ${at}\n`.repeat(50))),
  text: () => Array.from({ length: 8 }, (_, at) => textOf(16 * MIB, at)),
};

/** Text that compresses as source code does. */
function textOf(size: number, seed: number): Buffer {
  const words =
    randomBytes(4096)
      .toString("base64")
      .match(/.{3,9}/g) ?? [];
  const lines: string[] = [];
  for (let length = 0, at = seed; length < size; at = (at * 31 + 7) % 1_000_003) {
    const line = `${words[at % words.length]} = ${words[(at >> 3) % words.length]}(${at});\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, size);
}

const ocm = findProgram("ocm-v1") ?? findProgram("ocm");
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CONTENTS);
for (const name of names) {
  const rows: object[] = [];
  const contents = CONTENTS[name];
  if (contents === undefined) throw new Error(`${name} is not one of ${Object.keys(CONTENTS).join(", ")}`);
  const blobs = [...contents()];
  const bytes = blobs.reduce((total, { length }) => total + length, 0);
  const versions = Array.from({ length: Math.ceil(blobs.length / BLOBS_PER_VERSION) }, (_, at) => ({
    id: `example.org/archived:1.${at}.0`,
    blobs: blobs.slice(at * BLOBS_PER_VERSION, (at + 1) * BLOBS_PER_VERSION),
  }));
  const source = makeCtf(versions);
  const out = temporaryFolder();
  const [folder, tgz] = [join(out, "folder"), join(out, "archive.tgz")];
  const row = (what: string, wall: number, more: object = {}) =>
    rows.push({ content: name, what, "wall s": wall.toFixed(2), "MB/s": Math.round(bytes / wall / 1e6), ...more });
  const transfer = async (what: string, from: string, target: string) => {
    const { wall, cpu, peakMemory } = await measure({ inputs: { "component-versions": `ctf::${from}`, target } });
    row(what, wall, { "cpu s": cpu.toFixed(2), "memory MiB": Math.round(peakMemory) });
  };
  await transfer("folder to folder", source, folder);
  await transfer("folder to tgz", source, tgz);
  rows.push({ content: name, what: "tgz / content", "MB/s": (statSync(tgz).size / bytes).toFixed(3) });
  rmSync(folder, { recursive: true });
  await transfer("tgz to folder", tgz, folder);
  if (ocm !== undefined) {
    const target = join(out, "ocm.tgz");
    const started = performance.now();
    const home = temporaryFolder();
    execFileSync(ocm, ["transfer", "ctf", "-t", "tgz", source, target], {
      env: { PATH: "/usr/bin:/bin", HOME: home, TMPDIR: out },
      cwd: home,
    });
    row("folder to tgz, ocm v1", (performance.now() - started) / 1000);
  }
  console.table(rows);
  await stopEverything();
}
