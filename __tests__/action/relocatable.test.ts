import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { onlyFile } from "../../testing/content/tar-bytes.ts";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readDescriptor } from "./registry-reader.ts";

withParts(
  ["docker-registry", "distribution", "squid", "crane"],
  "what was transferred, in the hands of a client that knows no OCM",
  () => {
    let target: RealRegistry;
    let elsewhere: RealRegistry;
    const crane = (...args: string[]) => execFileSync(pathOf("crane"), args, { encoding: "utf8", stdio: "pipe" });
    const artifacts = resources.filter(({ reference }) => reference !== undefined);

    beforeAll(async () => {
      const estate = await startEstate("docker-registry");
      target = await startRegistry({ kind: "docker-registry" });
      elsewhere = await startRegistry({ kind: "distribution" });
      const { code } = await runAction({ inputs: mainJob(estate, target) });
      expect(code).toBe(0);
    });
    afterAll(stopEverything);

    test.each(artifacts)("$component $name is an artifact of its own, by digest", ({ component, digest }) => {
      const reference = `${target.host}/moved/here/component-descriptors/${component}@${digest}`;
      expect(JSON.parse(crane("manifest", reference))).toMatchObject({ schemaVersion: 2 });
      expect(crane("validate", "--remote", reference)).toMatch(/^PASS/);
    });

    // As Kyma's lifecycle-manager reads it: no index, no media types, and the archive by the exact name of its file.
    test.each(Object.keys(componentDigests))("the component descriptor of %s is found by its tag and config", (id) => {
      const [component = "", version = ""] = id.split(":");
      const repository = `${target.host}/moved/here/component-descriptors/${component}`;
      const { componentDescriptorLayer: layer } = JSON.parse(crane("config", `${repository}:${version}`));
      const archive = execFileSync(pathOf("crane"), ["blob", `${repository}@${layer.digest}`], { stdio: "pipe" });
      const { component: described } = JSON.parse(onlyFile(archive, "component-descriptor.yaml").toString());
      expect([described.name, described.version]).toEqual([component, version]);
    });

    test("a tag copied to another path on another registry takes everything along", async () => {
      for (const id of Object.keys(componentDigests)) {
        const [component, version] = id.split(":") as [string, string];
        const repository = `component-descriptors/${component}`;
        crane(
          "copy",
          `${target.host}/moved/here/${repository}:${version}`,
          `${elsewhere.host}/a/third/place/${repository}:${version}`,
        );
        const descriptor = await readDescriptor(elsewhere.origin, `a/third/place/${repository}`, version);
        for (const { access } of descriptor.component.resources) {
          expect(access.type).toBe("localBlob");
          expect(JSON.stringify(access)).not.toContain(target.host);
        }
      }
      for (const { component, digest } of artifacts) {
        const reference = `${elsewhere.host}/a/third/place/component-descriptors/${component}@${digest}`;
        expect(crane("validate", "--remote", reference)).toMatch(/^PASS/);
      }
    });

    test("the copy elsewhere is a source again: nothing refers to where it was before", async () => {
      const third = await startRegistry({ kind: "distribution" });
      await target.stop();
      const { code, annotations } = await runAction({
        inputs: {
          "component-versions": `${elsewhere.origin}/a/third/place//example.org/shop:1.2.0`,
          recursive: "true",
          target: third.origin,
        },
      });
      expect(annotations).toEqual([]);
      expect(code).toBe(0);
      const descriptor = await readDescriptor(third.origin, "component-descriptors/example.org/shop", "1.2.0");
      expect(
        descriptor.component.resources.map(
          ({ access }: { access: { localReference: string } }) => access.localReference,
        ),
      ).toEqual(resources.filter(({ component }) => component === "example.org/shop").map(({ digest }) => digest));
    });
  },
);
