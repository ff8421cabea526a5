import { expect, test } from "@jest/globals";
import { parse, parseAllDocuments } from "yaml";
import { sha256 } from "../../../src/oci/digest.ts";
import { fluxRepositories } from "../../../src/transfer/images/flux-repositories.ts";
import { moved } from "../moved.ts";

const SHOP = "registry.corp/ocm/component-descriptors/acme.org/shop";

function read(...[images, options]: [Parameters<typeof fluxRepositories>[0], object?]) {
  const documents = parseAllDocuments(fluxRepositories(images, "registry.corp/ocm", options));
  return documents.map((document) => document.toJS() as { metadata: { name: string }; spec: Record<string, unknown> });
}

const namesOf = (images: Parameters<typeof fluxRepositories>[0]) => read(images).map(({ metadata }) => metadata.name);

test("each resource is an OCIRepository by digest", () => {
  expect(read([moved("frontend", "far.test/app:1.4")])).toEqual([
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      metadata: { name: "frontend" },
      spec: { interval: "60m", url: `oci://${SHOP}`, ref: { digest: sha256("frontend") } },
    },
  ]);
});

test("a chart is copied as it is, and plain HTTP is allowed where consumers use it", () => {
  const [chart] = read([moved("chart", undefined, { isChart: true })], { isPlainHttp: true });
  expect(chart?.spec).toMatchObject({
    insecure: true,
    layerSelector: { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" },
  });
});

test("names are valid labels, and distinct", () => {
  const odd = ["My_App", "my.app", "Ünïcode", "日本", "x".repeat(80), "010", "-a-"];
  const names = namesOf([
    ...odd.map((name) => moved(name, undefined)),
    moved("db", undefined),
    moved("db", undefined, { version: "2.0.0" }),
  ]);
  expect(new Set(names).size).toBe(odd.length + 2);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test("a name that looks like a number stays a string", () => {
  const [, document = ""] = fluxRepositories([moved("010", undefined)], "r.test").split("---\n");
  expect(parse(document, { version: "1.1" }).metadata.name).toBe("010");
});

test("without resources there is no object", () => {
  expect(fluxRepositories([], "r.test").replace(/^#.*\n/gm, "")).toBe("");
});
