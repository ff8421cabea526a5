import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { encoded, sha256 } from "../../src/oci/digest.ts";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { download, findOcmClis, verify } from "./ocm-cli.ts";

interface Access {
  readonly imageReference?: string;
  readonly globalAccess?: { readonly imageReference: string };
}

const clis = findOcmClis();
const versions = Object.keys(componentDigests);

withParts(
  ["distribution", "crane"],
  "a copy that consumers reach under another host than the one it was pushed to",
  () => {
    describe.each([
      ["ociArtifact", { access: "ociArtifact" }],
      ["global-access", { "global-access": "true" }],
    ])("with %s", (_, inputs) => {
      let consumer: RealRegistry;
      let repository = "";
      let accesses: readonly Access[] = [];

      beforeAll(async () => {
        const target = await startRegistry({ kind: "distribution" });
        consumer = await startRegistry({ kind: "distribution", storage: target.storage, address: uniqueAddress() });
        repository = `${consumer.origin}/moved/here`;
        const result = await runAction({
          inputs: {
            "component-versions": `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`,
            recursive: "true",
            target: `${target.origin}/moved/here`,
            "consumer-repository": repository,
            ...inputs,
          },
        });
        expect(result.annotations).toEqual([]);
        const written: { resources: { after: Access }[] }[] = JSON.parse(result.outputs["component-versions"] ?? "");
        accesses = written.flatMap((version) => version.resources.map(({ after }) => after));
        await target.stop();
      });
      afterAll(stopEverything);

      test("is pulled by its absolute references", () => {
        const references = accesses
          .map(({ imageReference, globalAccess }) => imageReference ?? globalAccess?.imageReference)
          .filter((reference) => reference !== undefined)
          .map((reference) => reference.replace("http://", ""));
        expect(references).toHaveLength(resources.filter(({ reference }) => reference !== undefined).length);
        for (const reference of references) {
          expect(reference.startsWith(`${consumer.host}/moved/here/`)).toBe(true);
          const digest = execFileSync(pathOf("crane"), ["digest", "--insecure", reference], { encoding: "utf8" });
          expect(digest.trim()).toBe(reference.split("@")[1]);
        }
      });

      describe.each(clis)("$name", (cli) => {
        test.each(resources)(
          "downloads $name of $component",
          async ({ component, version, name, digest, reference }) => {
            const file = join(temporaryFolder(), "downloaded");
            await download(cli, `${repository}//${component}:${version}`, name, file);
            if (reference === undefined) expect(sha256(readFileSync(file))).toBe(digest);
            else expect(execFileSync("tar", ["-tf", file], { encoding: "utf8" })).toContain(encoded(digest));
          },
        );

        test.each(versions)("verifies %s", async (id) => {
          await verify(cli, `${repository}//${id}`);
        });
      });
    });
  },
);
