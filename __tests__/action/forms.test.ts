import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { type Estate, mainJob, startEstate } from "../../testing/real/estate.ts";
import { ctf, temporaryFolder, unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readDescriptor, readManifest, tagsOf } from "./registry-reader.ts";

const VERSIONS = Object.keys(componentDigests).map((id) => id.split(":") as [string, string]);
// biome-ignore lint/suspicious/noExplicitAny: documents as they lie in the registry
type Resource = any;

/** Resources of all component versions at a path of a registry. */
async function resourcesAt(target: RealRegistry, path: string): Promise<Resource[]> {
  const descriptors = VERSIONS.map(([component, version]) =>
    readDescriptor(target.origin, `${path}/component-descriptors/${component}`, version),
  );
  return (await Promise.all(descriptors)).flatMap((descriptor) => descriptor.component.resources);
}

function digestsOf({ outputs }: ActionResult): Record<string, string> {
  const reported = JSON.parse(outputs["component-versions"] ?? "") as Record<string, string>[];
  return Object.fromEntries(
    reported.map(({ component, version, digest }) => [`${component}:${version}`, digest ?? ""]),
  );
}

const expectedDigests = Object.fromEntries(
  Object.entries(componentDigests).map(([id, digest]) => [id, `sha256:${digest}`]),
);

withParts(["docker-registry", "squid"], "the other forms of access", () => {
  afterEach(stopEverything);

  test.each([
    [
      "relativeOciReference",
      (name: string, host: string) => ({ type: "relativeOciReference", reference: name.replace(`${host}/`, "") }),
    ],
    [
      "ociArtifact",
      (name: string, host: string) => ({ type: "ociArtifact", imageReference: name.replace(host, `http://${host}`) }),
    ],
  ] as const)("%s names every artifact at the target, under its own name and tag", async (access, expected) => {
    const estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    const inputs = { ...mainJob(estate, target, "forms"), access, "consumer-repository": `${target.origin}/forms` };
    const result = await runAction({ inputs });
    expect(result.annotations).toEqual([]);
    expect(digestsOf(result)).toEqual(expectedDigests);
    const written = await resourcesAt(target, "forms");
    for (const { name, reference, digest } of resources) {
      if (reference === undefined) continue;
      const [repository = "", tag = ""] = reference.split(":");
      const full = `${target.host}/forms/${repository}:${tag}@${digest}`;
      expect(written.find((resource) => resource.name === name).access).toEqual(expected(full, target.host));
      expect((await readManifest(target.origin, `forms/${repository}`, tag)).document.schemaVersion).toBe(2);
    }
  });

  test("copy-resources: false leaves artifacts where they are, and takes local blobs along", async () => {
    const estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    const result = await runAction({ inputs: { ...mainJob(estate, target, "referred"), "copy-resources": "false" } });
    expect(result.code).toBe(0);
    expect(digestsOf(result)).toEqual(expectedDigests);
    const accesses = (await resourcesAt(target, "referred")).map(({ access }) => access);
    expect(accesses.filter(({ type }) => type === "ociArtifact")).toHaveLength(5);
    expect(accesses.filter(({ type }) => type === "localBlob")).toHaveLength(2);
  });

  test("dry-run plans every step and writes nothing", async () => {
    const estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    const file = join(temporaryFolder(), "images.json");
    const result = await runAction({
      inputs: { ...mainJob(estate, target), "dry-run": "true", "write-images": `images=${file}` },
    });
    expect(result.code).toBe(0);
    expect(existsSync(file)).toBe(false);
    const kinds = (JSON.parse(result.outputs.plan ?? "") as { kind: string }[]).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(["copy", "mount", "write", "rewrite", "keep", "tag"]));
    expect(Number(result.outputs["bytes-copied"])).toBeGreaterThan(80_000);
    expect(new Set((await target.requests()).map(({ method }) => method))).toEqual(new Set(["GET", "HEAD"]));
  });
});

withParts(["docker-registry", "squid"], "a CTF folder as the source", () => {
  afterEach(stopEverything);
  let estate: Estate;

  test("by reference: artifacts come from where they are referred to", async () => {
    estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    const inputs = {
      ...mainJob(estate, target, "ctf"),
      "component-versions": `ctf::${ctf("v1-by-reference")}//example.org/shop:1.2.0`,
    };
    const result = await runAction({ inputs });
    expect(result.annotations).toEqual([]);
    expect(digestsOf(result)).toEqual(expectedDigests);
    expect((await resourcesAt(target, "ctf")).map(({ access }) => access.localReference).sort()).toEqual(
      resources.map(({ digest }) => digest).sort(),
    );
  });

  test.each([["v1-by-value"], ["v2-by-value"]] as const)("%s: everything is in the archive", async (archive) => {
    const target = await startRegistry({ kind: "docker-registry" });
    const inputs = {
      "component-versions": `${ctf(archive)}//example.org/shop:1.2.0`,
      recursive: "true",
      target: `${target.origin}/ctf`,
    };
    const result = await runAction({ inputs });
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    // The v2 CLI changed what is signed when it wrote its archive; that is not ours to mend, and not hidden either.
    if (archive === "v1-by-value") expect(digestsOf(result)).toEqual(expectedDigests);
    else expect(digestsOf(result)).not.toEqual(expectedDigests);
    const second = await runAction({ inputs });
    expect(second.outputs["bytes-copied"]).toBe("0");
  });
});

withParts(["distribution"], "a copy that nobody else can read", () => {
  afterEach(stopEverything);
  const repair = (registry: RealRegistry, path: string, more: Record<string, string> = {}) =>
    runAction({
      inputs: {
        "component-versions": `${registry.origin}/${path}//example.org/shop:1.2.0`,
        target: `${registry.origin}/${path}`,
        recursive: "true",
        ...more,
      },
    });

  test.each([
    ["v1-absolute", "ociArtifact"],
    ["v1-relative", "relativeOciReference"],
  ])("%s becomes relocatable in place, while its old host is gone", async (path, form) => {
    const registry = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    const before = await resourcesAt(registry, path);
    expect(before.map(({ access }) => access.type)).toContain(form);
    const result = await repair(registry, path);
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    expect(digestsOf(result)).toEqual(expectedDigests);
    expect(result.outputs.hosts).not.toContain("target.example.test");
    for (const { access } of await resourcesAt(registry, path)) expect(access.type).toBe("localBlob");
    expect(Number(result.outputs["bytes-mounted"])).toBeGreaterThan(100_000);

    const again = await repair(registry, path);
    expect(again.outputs["bytes-copied"]).toBe("0");
    expect(again.outputs["bytes-mounted"]).toBe("0");
  });

  test("v2-native keeps what it has: its form is the right one already", async () => {
    const registry = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    const result = await repair(registry, "v2-native");
    expect(result.code).toBe(0);
    const changes = (JSON.parse(result.outputs.plan ?? "") as { kind: string; resource?: string }[]).filter(
      ({ resource }) => resource,
    );
    const rewritten = changes.filter(({ kind }) => kind === "rewrite").map(({ resource }) => resource);
    // Only v2's Docker media types have to change: v1 does not take them for artifacts.
    expect(rewritten.sort()).toEqual(["legacy", "legacy-multi"]);
  });

  test.each([["relativeOciReference"], ["ociArtifact"]])(
    "v1-relative taken to %s does not pile up paths",
    async (access) => {
      const registry = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
      const onward = `${registry.origin}/onward`;
      const result = await repair(registry, "v1-relative", { target: onward, "consumer-repository": onward, access });
      expect(result.code).toBe(0);
      expect(await tagsOf(registry.origin, "onward/images/frontend")).toEqual(["1.4.0"]);
      expect(JSON.stringify(await resourcesAt(registry, "onward"))).not.toContain("v1-relative");
    },
  );

  test("existing: fail refuses what is there, and changes nothing", async () => {
    const registry = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    const result = await repair(registry, "v1-absolute", { existing: "fail" });
    expect(result.code).toBe(1);
    expect(result.annotations.map(({ title }) => title)).toEqual(["COMPONENT_VERSION_EXISTS"]);
    expect(new Set((await registry.requests()).map(({ method }) => method))).toEqual(new Set(["GET"]));
  });

  test("another component version under the same name is refused, unless it may be overwritten", async () => {
    const registry = await startRegistry({ kind: "distribution", storage: unpack("registry-target") });
    const inputs = { "component-versions": `${registry.origin}/v2-native//example.org/shop:1.2.0`, recursive: "true" };
    const target = `${registry.origin}/v1-absolute`;
    const refused = await runAction({ inputs: { ...inputs, target } });
    expect(refused.annotations.map(({ title }) => title)).toEqual(["COMPONENT_DIGEST_DIFFERS"]);
    const overwritten = await runAction({ inputs: { ...inputs, target, existing: "overwrite" } });
    expect(overwritten.code).toBe(0);
  });
});
