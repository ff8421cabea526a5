import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { type Estate, mainJob, startEstate } from "../../testing/real/estate.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readDescriptor, readManifest, tagsOf } from "./registry-reader.ts";

const PREFIX = "moved/here/component-descriptors";
const VERSIONS = Object.keys(componentDigests).map((id) => id.split(":") as [string, string]);

for (const kind of ["docker-registry", "distribution"] as const) {
  withParts([kind, "squid"], `a component tree from a ${kind} behind squid, blobs on another host`, () => {
    let estate: Estate;
    let target: RealRegistry;
    let first: ActionResult;
    beforeAll(async () => {
      estate = await startEstate(kind);
      target = await startRegistry({ kind });
      first = await runAction({ inputs: mainJob(estate, target) });
    });
    afterAll(stopEverything);

    test("arrives", async () => {
      expect(first.annotations).toEqual([]);
      expect(first.code).toBe(0);
      for (const [component, version] of VERSIONS) {
        expect(await tagsOf(target.origin, `${PREFIX}/${component}`)).toEqual([version]);
      }
      expect(first.summary).toMatch(/^## ✅ transfer succeeded/);
    });

    test("goes through the proxy to exactly the hosts that the outputs name", async () => {
      const hosts = JSON.parse(first.outputs.hosts ?? "");
      const proxied = hosts
        .filter(({ via }: { via: string }) => via === "proxy")
        .map(({ host }: { host: string }) => host);
      const logged = new Set((await estate.squid.log()).map((request) => request.target));
      expect([...logged].sort()).toEqual(proxied.sort());
      expect(proxied).toEqual(["cdn.example.test:8080", "source.example.test:5000"]);
      expect(first.outputs["allow-list"]).toBe("cdn.example.test:8080\nsource.example.test:5000");
      const direct = hosts.filter(({ via }: { via: string }) => via === "direct");
      expect(direct).toEqual([{ host: target.host, via: "direct", rule: "loopback", "needed-for": "target registry" }]);
    });

    test("never goes round the proxy: source and blob host saw no request that squid did not forward", async () => {
      const logged = await estate.squid.log();
      const forwarded = (host: string) => logged.filter((request) => request.target === host).length;
      expect(
        (await estate.source.requests()).filter(({ userAgent }) => userAgent === "ocm-proxied-transfer"),
      ).toHaveLength(forwarded("source.example.test:5000"));
      expect(estate.blobs.requests).toHaveLength(forwarded("cdn.example.test:8080"));
    });

    test("reads each blob of the source once", () => {
      const whole = estate.blobs.requests.filter(({ headers }) => headers.range === undefined).map(({ path }) => path);
      expect(whole).toHaveLength(new Set(whole).size);
    });

    test("keeps component digests, signatures and everything else but access", async () => {
      const reported = JSON.parse(first.outputs["component-versions"] ?? "");
      for (const [component, version] of VERSIONS) {
        const before = reported.find((entry: { component: string }) => entry.component === component);
        const digest = componentDigests[`${component}:${version}` as keyof typeof componentDigests];
        expect(before).toMatchObject({
          component,
          version,
          state: "written",
          signatures: ["acme"],
          digest: `sha256:${digest}`,
        });
        const descriptor = await readDescriptor(target.origin, `${PREFIX}/${component}`, version);
        expect(descriptor.signatures[0].digest.value).toBe(digest);
        expect(descriptor.component.creationTime).toMatch(/^\d{4}-/);
      }
    });

    test("writes index and access in the form that both CLI generations read", async () => {
      for (const [component, version] of VERSIONS) {
        await expectNativeForm(target.origin, component, version);
      }
    });

    describe("a second time", () => {
      test("copies no blob and writes nothing", async () => {
        const before = (await target.requests()).length;
        const second = await runAction({ inputs: mainJob(estate, target) });
        expect(second.code).toBe(0);
        expect(second.outputs["bytes-copied"]).toBe("0");
        expect(second.outputs["bytes-mounted"]).toBe("0");
        expect(Number(second.outputs["bytes-skipped"])).toBeGreaterThan(100_000);
        const methods = new Set((await target.requests()).slice(before).map(({ method }) => method));
        expect([...methods].sort()).toEqual(["GET", "HEAD"]);
        const states = JSON.parse(second.outputs["component-versions"] ?? "").map(
          ({ state }: { state: string }) => state,
        );
        expect(states).toEqual(["unchanged", "unchanged", "unchanged"]);
      });
    });
  });
}

const OCI_TYPE: Readonly<Record<string, string>> = {
  "application/vnd.docker.distribution.manifest.v2+json": "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json": "application/vnd.oci.image.index.v1+json",
};

/** The shape that the table of access forms asks for, field by field. */
async function expectNativeForm(origin: string, component: string, version: string): Promise<void> {
  const repository = `${PREFIX}/${component}`;
  const annotations = {
    "software.ocm.componentversion": `${component}:${version}`,
    "software.ocm.creator": "ocm-proxied-transfer",
  };
  const index = await readManifest(origin, repository, version);
  expect(index.mediaType).toBe("application/vnd.oci.image.index.v1+json");
  const { manifests, ...rest } = index.document;
  expect(rest).toEqual({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", annotations });

  const [manifestEntry, ...others] = manifests;
  // Manifests below an image index are listed too, without an annotation.
  const nativeEntries = others.filter((entry: { annotations?: object }) => entry.annotations !== undefined);
  const manifest = await readManifest(origin, repository, manifestEntry.digest);
  expect(manifestEntry).toEqual({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: "application/vnd.ocm.software.component-descriptor.v2",
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    size: Buffer.byteLength(manifest.text),
    annotations: { ...annotations, "software.ocm.descriptor": "true" },
  });
  expect(manifest.document.annotations).toEqual(annotations);
  expect(manifest.document.layers[0]).toMatchObject({
    mediaType: "application/vnd.ocm.software.component-descriptor.v2+yaml+tar",
    annotations: { "software.ocm.descriptor": "true" },
  });

  const descriptor = await readDescriptor(origin, repository, version);
  const own = resources.filter((resource) => resource.component === component);
  const natives = own.filter(({ reference }) => reference !== undefined);
  expect(nativeEntries).toHaveLength(natives.length);
  for (const { name, digest, mediaType, reference } of natives) {
    const resource = descriptor.component.resources.find((entry: { name: string }) => entry.name === name);
    const { text } = await readManifest(origin, repository, digest);
    expect(nativeEntries).toContainEqual({
      mediaType,
      digest,
      size: Buffer.byteLength(text),
      annotations: {
        "io.github.ocm-proxied-transfer.origin": expect.stringMatching(`^source.example.test:5000/${reference}$`),
        "software.ocm.artifact": JSON.stringify([{ identity: { name, version: resource.version }, kind: "resource" }]),
      },
    });
    expect(resource.access).toEqual({
      type: "localBlob",
      localReference: digest,
      mediaType: OCI_TYPE[mediaType] ?? mediaType,
      referenceName: reference,
    });
    expect(resource.digest).toEqual({
      hashAlgorithm: "SHA-256",
      normalisationAlgorithm: "ociArtifactDigest/v1",
      value: digest.slice("sha256:".length),
    });
  }
  const locals = own.filter(({ reference }) => reference === undefined);
  expect(manifest.document.layers.slice(1).map((layer: { digest: string }) => layer.digest)).toEqual(
    locals.map(({ digest }) => digest),
  );
}
