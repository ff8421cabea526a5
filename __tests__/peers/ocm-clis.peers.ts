import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { encoded, sha256 } from "../../src/oci/digest.ts";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { acmePublicKey, ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { download, findOcmClis, verify } from "./ocm-cli.ts";

const clis = findOcmClis();
const versions = Object.keys(componentDigests);

test("an OCM CLI is on the PATH", () => {
  expect(clis.map(({ name }) => name)).not.toEqual([]);
});

const SIGNED = { signatures: `acme=${acmePublicKey}` };

/** Port 9 of loopback refuses connections. */
const GLOBAL_ELSEWHERE = { "global-access": "true", "consumer-repository": "http://127.0.0.1:9/other/place" };

/** What this action writes, by where and in which form. */
const copies: readonly (readonly [place: string, inputs: Record<string, string>])[] = [
  ["a registry", {}],
  ["a registry, by absolute reference", { access: "ociArtifact" }],
  ["a registry, published by name too", { "publish-artifacts": "{repository}:{tag}" }],
  ["a registry, by absolute reference and signed name", { access: "ociArtifact", ...SIGNED }],
  ["a registry, published by signed name too", { "publish-artifacts": "{repository}:{tag}", ...SIGNED }],
  ["a registry, with global access to its own host", { "global-access": "true" }],
  ["a registry, with global access to a host that does not respond", { ...GLOBAL_ELSEWHERE }],
  ["a .tgz, with global access", { ...GLOBAL_ELSEWHERE }],
  ["a .tgz, without recorded references", { "origin-names": "false" }],
  ["a folder", {}],
  ["a .tar", {}],
  ["a .tgz", {}],
];

withParts(["distribution"], "what this action writes is read by", () => {
  describe.each(clis)("$name", (cli) => {
    describe.each(copies)("in %s", (place, inputs) => {
      let repository = "";
      beforeAll(async () => {
        repository = await write(place, inputs);
      });
      afterAll(stopEverything);

      test.each(versions)("gets %s", async (id) => {
        const text = await cli.run("get", "cv", `${repository}//${id}`, "-o", "json");
        const [component = "", version = ""] = id.split(":");
        expect(text).toContain(`"name": "${component}"`);
        expect(text).toContain(version);
      });

      test.each(versions)("lists the versions of %s", async (id) => {
        const [component = "", version = ""] = id.split(":");
        expect(await cli.run("get", "cv", `${repository}//${component}`, "-o", "json")).toContain(
          `"version": "${version}"`,
        );
      });

      test.each(resources)("downloads $name of $component", async ({ component, version, name, digest, reference }) => {
        const file = join(temporaryFolder(), "downloaded");
        await download(cli, `${repository}//${component}:${version}`, name, file);
        if (reference === undefined) expect(sha256(readFileSync(file))).toBe(digest);
        else expect(execFileSync("tar", ["-tf", file], { encoding: "utf8" })).toContain(encoded(digest));
      });

      test.each(versions)("verifies %s", async (id) => {
        await verify(cli, `${repository}//${id}`);
      });

      test("transfers the whole tree onwards", async () => {
        const target = `ctf::${join(temporaryFolder(), "onwards")}`;
        const source = `${repository}//example.org/shop:1.2.0`;
        await cli.run("transfer", "cv", "--recursive", "--copy-resources", source, target);
        for (const id of versions)
          expect(await cli.run("get", "cv", `${target}//${id}`, "-o", "json")).toContain(`"resources"`);
        // v2 of the CLI drops what was signed when it copies by value.
        if (cli.generation === "v1") for (const id of versions) await verify(cli, `${target}//${id}`);
      });
    });
  });
});

/** Archives as the CLIs write them, named without a component. */
const archives: readonly (readonly [name: string, source: () => string, isSigned: boolean])[] = [
  ["a folder of v1", () => ctf("v1-by-value"), true],
  ["a folder of v2", () => ctf("v2-by-value"), false],
  ["a .tgz of v1", () => packed("v1-by-value"), true],
  ["a .tgz of v2", () => packed("v2-by-value"), false],
];

function packed(name: "v1-by-value" | "v2-by-value"): string {
  const path = join(temporaryFolder(), "archive.tgz");
  execFileSync("tar", ["-czf", path, "-C", ctf(name), "."]);
  return path;
}

withParts(["distribution"], "an archive as a whole", () => {
  describe.each(clis)("is read by $name at the target", (cli) => {
    afterAll(stopEverything);

    test.each(archives)("after a transfer of %s", async (_, source, isSigned) => {
      const target = `${(await startRegistry({ kind: "distribution" })).origin}/moved`;
      const result = await runAction({ inputs: { "component-versions": source(), target } });
      expect(result.annotations).toEqual([]);
      for (const id of versions) {
        expect(await cli.run("get", "cv", `${target}//${id}`, "-o", "json")).toContain(`"name": "${id.split(":")[0]}"`);
        // v2 of the CLI drops what was signed when it copies by value.
        if (isSigned) await verify(cli, `${target}//${id}`);
      }
    });
  });
});

/** The repository that a transfer of the fixtures made, as both CLIs spell it. */
async function write(place: string, more: Record<string, string>): Promise<string> {
  const isRegistry = place.startsWith("a registry");
  const suffix = place.split(/,? /)[1] ?? "";
  const target = isRegistry
    ? `${(await startRegistry({ kind: "distribution" })).origin}/moved/here`
    : join(temporaryFolder(), `copy${suffix.startsWith(".") ? suffix : ""}`);
  const source = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
  const inputs = { "component-versions": source, recursive: "true", target, ...more };
  const consumer = isRegistry ? { "consumer-repository": target } : {};
  const result = await runAction({ inputs: { ...consumer, ...inputs } });
  expect(result.annotations).toEqual([]);
  return isRegistry ? target : `ctf::${target}`;
}
