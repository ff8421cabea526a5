import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runAction } from "../../testing/real/action.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

test("a reference leads to its resolver, and the scheme written there holds for what lies beside it", async () => {
  const [source, other, target] = [await startFakeRegistry(), await startFakeRegistry(), await startFakeRegistry()];
  addComponentVersion(source, { references: ["acme.org/base:1.0.0"] });
  const image = addImage(other, "images/one", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${other.host}/images/one:1` };
  addComponentVersion(other, { name: "acme.org/base", path: "ocm", resources: [resource("one", access)] });
  const result = await runAction({
    inputs: {
      "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
      recursive: "true",
      resolvers: `acme.org/base=${other.origin}/ocm`,
      target: `${target.origin}/moved`,
    },
  });
  expect(result.annotations).toEqual([]);
  expect(Object.keys(target.tags("moved/component-descriptors/acme.org/base"))).toEqual(["1.0.0"]);
  const [resourceOfBase] = JSON.parse(result.outputs["component-versions"] ?? "")[0].resources;
  expect(resourceOfBase.after).toMatchObject({ type: "localBlob", localReference: image.digest });
  const hosts = JSON.parse(result.outputs.hosts ?? "") as Record<string, string>[];
  expect(hosts.find(({ host }) => host === other.host)?.["needed-for"]).toContain("source registry");
});

test("a registry that only a descriptor names is asked with a login, which is a finding, or not at all", async () => {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const other = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: "s3cret" } });
  addImage(other, "images/one", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${other.host}/images/one:1` };
  addComponentVersion(source, { resources: [resource("one", access)] });
  const inputs = {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    "plain-http": "127.0.0.1",
    credentials: `${other.host}=ada:s3cret`,
  };
  const limited = await runAction({ inputs: { ...inputs, "allowed-registries": "ghcr.io" } });
  expect(limited.annotations.map(({ title }) => title)).toEqual(["REGISTRY_NOT_ALLOWED"]);
  expect(other.requests).toEqual([]);
  const result = await runAction({ inputs });
  expect([result.code, result.annotations.map(({ title }) => title)]).toEqual([0, ["LOGIN_BY_DESCRIPTOR"]]);
  expect(JSON.parse(result.outputs.findings ?? "")).toContainEqual(
    expect.objectContaining({
      code: "LOGIN_BY_DESCRIPTOR",
      message: expect.stringMatching(
        new RegExp(`${other.host} .* resource one:1\\.0\\.0 of acme\\.org/shop:1\\.0\\.0`),
      ),
    }),
  );
  const allowed = await runAction({ inputs: { ...inputs, "allowed-registries": `${other.host}/images` } });
  expect([allowed.code, allowed.annotations]).toEqual([0, []]);
});
