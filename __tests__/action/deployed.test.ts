import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse, parseAllDocuments, stringify } from "yaml";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { type PartName, pathOf, withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

const ROOT = "example.org/shop:1.2.0";
const artifacts = resources.filter(({ reference }) => reference !== undefined);
/** The references that deployments have, with the digests of their images. */
const first = new Map(artifacts.map(({ reference, digest }) => [`source.example.test:5000/${reference}`, digest]));

const run = (part: PartName, ...args: string[]) =>
  execFileSync(pathOf(part), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

interface Step {
  readonly images: Readonly<Record<string, string>>;
  readonly codes: readonly string[];
}

async function transfer(inputs: Record<string, string>): Promise<Step> {
  const { outputs, annotations } = await runAction({ inputs: { recursive: "true", ...inputs } });
  expect(annotations).toEqual([]);
  const findings: { code: string }[] = JSON.parse(outputs.findings ?? "");
  return { images: JSON.parse(outputs.images ?? ""), codes: findings.map(({ code }) => code) };
}

withParts(
  ["docker-registry", "distribution", "squid", "crane", "kustomize", "skopeo"],
  "deployments with the references of the first registry, after a .tgz and two registries,",
  () => {
    let steps: readonly Step[];
    /** The last target under the only name that consumers have. */
    let consumer: RealRegistry;
    let folder: string;
    const read = (name: string) => readFileSync(join(folder, name), "utf8");

    beforeAll(async () => {
      folder = temporaryFolder();
      const archive = join(folder, "shop.tgz");
      const estate = await startEstate("docker-registry");
      const [inner, outer] = await Promise.all([
        startRegistry({ kind: "docker-registry" }),
        startRegistry({ kind: "distribution" }),
      ]);
      consumer = await startRegistry({ kind: "distribution", storage: outer.storage, address: uniqueAddress() });
      const packed = await transfer({ ...mainJob(estate, inner), target: archive });
      const imported = await transfer({
        "component-versions": `${archive}//${ROOT}`,
        target: `${inner.origin}/in`,
      });
      const files = [
        "helm=values.yaml",
        "kustomize=images/kustomization.yaml",
        "registries=registries.conf",
        "flux=flux.yaml",
      ];
      const onwards = await transfer({
        "component-versions": `${inner.origin}/in//${ROOT}`,
        target: `${outer.origin}/out/here`,
        "consumer-repository": `http://${consumer.host}/out/here`,
        "write-images": files.map((file) => file.replace("=", `=${folder}/`)).join("\n"),
      });
      steps = [packed, imported, onwards];
      await Promise.all([outer.stop(), estate.source.stop(), inner.stop()]);
    });
    afterAll(stopEverything);

    test("find them as the old references of every transfer", () => {
      for (const { images, codes } of steps) {
        expect(Object.keys(images).sort()).toEqual([...first.keys()].sort());
        expect(codes).not.toContain("NAME_UNKNOWN");
      }
    });

    test("pull the new references of the last transfer", () => {
      for (const [reference, digest] of first) {
        const renewed = steps.at(-1)?.images[reference] ?? "";
        expect(renewed).toMatch(new RegExp(`^${consumer.host.replaceAll(".", "\\.")}/out/here/`));
        expect(run("crane", "digest", "--insecure", renewed).trim()).toBe(digest);
      }
    });

    test("get them from the kustomize component", () => {
      const containers = [...first.keys()].map((image, at) => ({ name: `c${at}`, image }));
      const template = { spec: { containers } };
      const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "shop" }, spec: { template } };
      mkdirSync(join(folder, "base"));
      writeFileSync(join(folder, "base", "deployment.yaml"), stringify(deployment));
      writeFileSync(join(folder, "base", "kustomization.yaml"), stringify({ resources: ["deployment.yaml"] }));
      writeFileSync(join(folder, "kustomization.yaml"), stringify({ resources: ["base"], components: ["images"] }));
      const built: typeof deployment = parse(run("kustomize", "build", folder));
      const digests = built.spec.template.spec.containers.map(({ image }) => {
        expect(image.startsWith(`${consumer.host}/`)).toBe(true);
        return run("crane", "digest", "--insecure", image).trim();
      });
      expect(digests).toEqual([...first.values()]);
    });

    test("get them from the Helm values", () => {
      const { images } = parse(read("values.yaml")) as {
        images: Record<string, { repository: string; digest: string }>;
      };
      for (const { name, digest } of artifacts) {
        const { repository = "", digest: written = "" } = images[name] ?? {};
        expect(run("crane", "digest", "--insecure", `${repository}@${written}`).trim()).toBe(digest);
      }
    });

    test("get them by digest from the mirrors, while the first registry is gone", () => {
      const config = join(folder, "mirrors.conf");
      // The mirrors have no TLS here.
      writeFileSync(config, read("registries.conf").replace(/^(\[\[registry\.mirror\]\])$/gm, "$1\ninsecure = true"));
      for (const [reference, digest] of first) {
        const pinned = `docker://${reference.replace(/:[^:/]+$/, "")}@${digest}`;
        const raw = run("skopeo", "--registries-conf", config, "inspect", "--raw", pinned);
        expect(JSON.parse(raw)).toMatchObject({ schemaVersion: 2 });
      }
    });

    test("get charts and manifests from the OCIRepositories", () => {
      const documents = parseAllDocuments(read("flux.yaml")).map((document) => document.toJS());
      expect(documents).toHaveLength(artifacts.length);
      for (const { metadata, spec } of documents) {
        expect(spec.insecure).toBe(true);
        const reference = `${spec.url.replace("oci://", "")}@${spec.ref.digest}`;
        const { digest } = artifacts.find(({ name }) => name === metadata.name) ?? {};
        expect(run("crane", "digest", "--insecure", reference).trim()).toBe(digest);
      }
      const chart = documents.find(({ metadata }) => metadata.name === "chart");
      expect(chart.spec.layerSelector).toMatchObject({ operation: "copy" });
    });
  },
);
