import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { addComponentVersion } from "../../testing/content/content.ts";
import { makeCtf } from "../../testing/content/ctf.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { copyOfCtf, ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { ctfPlace, readTree, readVersion } from "./place.ts";

afterEach(stopEverything);

const SHOP = "example.org/shop:1.2.0";
const codesOf = ({ annotations }: ActionResult) => annotations.map(({ title }) => title);
const transfer = (source: string, target: string, inputs: Record<string, string> = {}) =>
  runAction({
    inputs: { "component-versions": `${source}//${SHOP}`, recursive: "true", target, ...inputs },
  });

/** Every file below a folder, with its content. */
function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(path).toString("base64")]));
}

describe("as a source", () => {
  test.each([
    ["of a name without extension", "shop"],
    ["of another extension", "shop.zip"],
  ])("an archive %s is told by its content", async (_, name) => {
    const folder = temporaryFolder();
    execFileSync("tar", ["-czf", join(folder, name), "-C", ctf("v1-by-value"), "."]);
    const target = join(temporaryFolder(), "target");
    expect(codesOf(await transfer(join(folder, name), target))).toEqual([]);
    expect(await readTree(ctfPlace(target))).toHaveLength(Object.keys(componentDigests).length);
  });

  test.each([
    ["nothing", () => join(temporaryFolder(), "missing.tgz"), "CTF_MALFORMED"],
    ["an empty folder", () => temporaryFolder(), "CTF_MALFORMED"],
    ["a text", () => textFile("no archive"), "CTF_FORMAT_UNSUPPORTED"],
    ["an empty file", () => textFile(""), "CTF_FORMAT_UNSUPPORTED"],
    ["half an archive", () => halfOf(ctf("v1-by-reference.tgz")), "ARCHIVE_BROKEN"],
  ])("%s is refused", async (_, source, code) => {
    const folder = temporaryFolder();
    const result = await transfer(source(), join(folder, "target.tgz"));
    expect(codesOf(result)).toEqual([code]);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(result.runnerTemp).filter((name) => !name.endsWith(".json"))).toEqual([]);
  });

  function textFile(text: string): string {
    const path = join(temporaryFolder(), "source.tgz");
    writeFileSync(path, text);
    return path;
  }

  function halfOf(archive: string): string {
    const bytes = readFileSync(archive);
    const path = join(temporaryFolder(), "half.tgz");
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    return path;
  }
});

describe("as a target", () => {
  test.each(["target", "target.tar", "target.tgz", "target.tar.gz"])(
    "%s keeps what it has, and gets the rest",
    async (name) => {
      const target = join(temporaryFolder(), name);
      const other = makeCtf([{ id: "example.org/other:1.0.0", blobs: ["of another"] }]);
      const first = await transfer(other, target, { "component-versions": `${other}//example.org/other:1.0.0` });
      expect(codesOf(first)).toEqual([]);
      expect(codesOf(await transfer(ctf("v2-by-value"), target))).toEqual([]);
      const place = ctfPlace(target);
      expect(await readTree(place)).toHaveLength(3);
      const { descriptor } = await readVersion(place, "example.org/other", "1.0.0");
      expect(descriptor.elements).toHaveLength(1);
    },
  );

  test("a folder that holds something else is left alone", async () => {
    const target = temporaryFolder();
    mkdirSync(join(target, "src"));
    writeFileSync(join(target, "src", "main.go"), "package main\n");
    const before = snapshot(target);
    expect(codesOf(await transfer(ctf("v2-by-value"), target))).toEqual(["CTF_MALFORMED"]);
    expect(snapshot(target)).toEqual(before);
  });

  test.each([
    ["a folder under the name of an archive", "target.tgz", "target.tgz/artifact-index.json"],
    ["a file under the name of a folder", "target", "target"],
  ])("%s is left alone", async (_, name, file) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), '{"schemaVersion":1,"artifacts":[]}');
    const before = snapshot(folder);
    expect(codesOf(await transfer(ctf("v2-by-value"), join(folder, name)))).toEqual(["CTF_FORMAT_UNSUPPORTED"]);
    expect(snapshot(folder)).toEqual(before);
  });

  test.each(["target", "target.tgz"])("a dry run leaves nothing at %s", async (name) => {
    const folder = temporaryFolder();
    const result = await transfer(ctf("v1-by-value"), join(folder, "new", name), { "dry-run": "true" });
    expect(codesOf(result)).toEqual([]);
    expect(JSON.parse(result.outputs.plan ?? "")).not.toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(result.runnerTemp).filter((file) => !file.endsWith(".json"))).toEqual([]);
  });

  test("a dry run leaves an archive that is there as it is", async () => {
    const folder = temporaryFolder();
    const target = join(folder, "target.tgz");
    copyFileSync(ctf("v1-by-reference.tgz"), target);
    const before = snapshot(folder);
    expect(codesOf(await transfer(ctf("v1-by-value"), target, { "dry-run": "true" }))).toEqual([]);
    expect(snapshot(folder)).toEqual(before);
  });

  test("an archive that is its own source gets the form that is asked for, in place", async () => {
    const folder = copyOfCtf("v1-by-value");
    expect(codesOf(await transfer(folder, folder))).toEqual([]);
    const tree = await readTree(ctfPlace(folder));
    const accesses = tree.flatMap(({ resources }) => resources.map(({ access }) => access));
    expect(accesses.map(({ mediaType }) => mediaType).filter((type) => /\+tar/.test(type))).toEqual([]);
    const before = snapshot(folder);
    expect(codesOf(await transfer(folder, folder))).toEqual([]);
    expect(snapshot(folder)).toEqual(before);
  });
});

describe("a run that is stopped while it writes", () => {
  const LARGE = 1024 * 1024;

  test.each<[NodeJS.Signals, string[], string[]]>([
    ["SIGTERM", ["INTERRUPTED"], [".target.tgz.partial"]],
    // Nothing tidies up then; the next run does.
    ["SIGKILL", [], [".target.tgz.lock", ".target.tgz.partial"]],
  ])(
    "%s: the archive that was there stays, and the next run goes on with what is complete",
    async (signal, codes, left) => {
      const folder = temporaryFolder();
      const target = join(folder, "target.tgz");
      copyFileSync(ctf("v1-by-reference.tgz"), target);
      const before = readFileSync(target);
      const source = await startFakeRegistry();
      const [complete, unfinished] = [randomBytes(LARGE), randomBytes(LARGE)];
      addComponentVersion(source, { path: "ocm", blobs: [complete, unfinished] });
      const isBlob = (content: Buffer) => asked({ method: "GET", kind: "blob", reference: sha256(content) });
      source.inject({ when: isBlob(unfinished), times: 1, act: { kind: "stall", after: LARGE / 2 } });
      const inputs = {
        "component-versions": `${source.origin}/ocm//acme.org/shop:1.0.0`,
        target,
        "preflight-mode": "off",
        // Something to be masked, so that there is output from the start.
        credentials: "unused.test=ada:s3cret",
      };
      let kill: ((signal: NodeJS.Signals) => void) | undefined;
      const staged = join(folder, ".target.tgz.partial", sha256(complete).replace(":", "."));
      const running = runAction({
        inputs,
        onOutput: (_, send) => {
          kill = send;
        },
      });
      const watching = setInterval(() => {
        if (!existsSync(staged) || kill === undefined) return;
        kill(signal);
        clearInterval(watching);
      }, 10);
      const result = await running.finally(() => clearInterval(watching));
      expect(result.code).not.toBe(0);
      expect(codesOf(result)).toEqual(codes);
      expect(readFileSync(target).equals(before)).toBe(true);
      expect(readdirSync(folder).filter((name) => name !== "target.tgz")).toEqual(left);

      const again = await runAction({ inputs });
      expect(codesOf(again)).toEqual([]);
      expect(source.requests.filter(isBlob(complete))).toHaveLength(1);
      const { descriptor } = await readVersion(ctfPlace(target), "acme.org/shop", "1.0.0");
      expect(descriptor.elements).toHaveLength(2);
      expect(readdirSync(folder)).toEqual(["target.tgz"]);
    },
  );
});
