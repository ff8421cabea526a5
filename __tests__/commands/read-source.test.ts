import type { IncomingHttpHeaders } from "node:http";
import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const shopOf = ({ origin }: FakeRegistry) => `${origin}//acme.org/shop:1.0.0`;
const probesOf = ({ requests }: FakeRegistry) =>
  requests.filter(({ kind, headers }) => kind === "blob" && headers.range !== undefined);
const unavailable = { when: () => true, act: { kind: "respond", status: 500 } } as const;

/** A shop with two images. */
async function startShop(name = "acme.org/shop") {
  const source = await startFakeRegistry();
  const resources = ["one", "two"].map((each) => {
    addImage(source, `images/${each}`, { tag: "1", layers: [each] });
    return resource(each, { type: "ociArtifact", imageReference: `${source.origin}/images/${each}:1` });
  });
  addComponentVersion(source, { name, resources });
  return source;
}

const preflight = (given: Readonly<Record<string, string>>) =>
  runForResults("preflight", { "preflight-mode": "fail", "copy-resources": "true", ...given });

test("a preflight asks for the API of source and target first, and probes a blob of the source", async () => {
  const [source, target] = [await startShop(), await startFakeRegistry()];
  const { errors, lines } = await preflight({ "component-versions": shopOf(source), target: `${target.origin}/moved` });
  expect(errors).toEqual([]);
  expect(lines).toContain("preflight: every host that is needed can be reached");
  expect([source, target].map(({ requests }) => requests[0]?.kind)).toEqual(["base", "base"]);
  expect(probesOf(source)).toHaveLength(1);
});

test("the other sources are read and probed when one is unavailable, which is asked for its API only", async () => {
  const [source, dead] = [await startShop(), await startFakeRegistry({ faults: [unavailable] })];
  const { errors } = await preflight({ "component-versions": `${shopOf(dead)}\n${shopOf(source)}` });
  expect(errors.map((error) => error.split(":")[0])).toEqual(["REGISTRY_UNAVAILABLE"]);
  expect(probesOf(source)).toHaveLength(1);
  expect(new Set(dead.requests.map(({ kind }) => kind))).toEqual(new Set(["base"]));
});

test("an unavailable target is asked for its API only", async () => {
  const [source, dead] = [await startShop(), await startFakeRegistry({ faults: [unavailable] })];
  const { errors } = await preflight({ "component-versions": shopOf(source), target: `${dead.origin}/moved` });
  expect(errors.map((error) => error.split(":")[0])).toEqual(["REGISTRY_UNAVAILABLE"]);
  expect(new Set(dead.requests.map(({ kind }) => kind))).toEqual(new Set(["base"]));
});

test("errors of manifests, blobs and the target are reported together, in this order", async () => {
  const [source, target] = [await startShop(), await startFakeRegistry()];
  let probed = "";
  const isProbed = ({ headers, reference }: { headers: IncomingHttpHeaders; reference: string }) => {
    if (headers.range !== undefined) probed = reference;
    return reference === probed;
  };
  source.inject({ when: isProbed, act: { kind: "respond", status: 403 } });
  source.inject({
    when: ({ kind, repository }) => kind === "manifest" && repository === "images/two",
    act: { kind: "respond", status: 404 },
  });
  target.inject({ when: ({ kind }) => kind === "manifest", act: { kind: "respond", status: 400 } });
  const { errors } = await preflight({ "component-versions": shopOf(source), target: `${target.origin}/moved` });
  expect(errors.map((error) => error.split(":")[0])).toEqual(["MANIFEST_UNKNOWN", "DENIED", "REGISTRY_REFUSED"]);
});
