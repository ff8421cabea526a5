import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import {
  addChart,
  addComponentVersion,
  addImage,
  addIndex,
  addReferrer,
  imageResource,
  SBOM,
} from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** A download of component versions with these resources, all of them at the source. */
async function startShop(addResources: (source: FakeRegistry) => readonly object[]) {
  const source = await startFakeRegistry();
  addComponentVersion(source, { resources: addResources(source) });
  const output = temporaryFolder();
  const line = `${source.origin}//acme.org/shop:1.0.0`;
  const folder = join(output, "acme.org", "shop", "1.0.0");
  const download = (given: Readonly<Record<string, string>> = {}) =>
    runForResults("download", { "component-versions": line, output, ...given });
  return { source, output, folder, download };
}

const at = (source: FakeRegistry, repository: string, { digest }: Descriptor, tag?: string) =>
  `${source.origin}/${repository}${tag === undefined ? "" : `:${tag}`}@${digest}`;
const fileIn = (archive: string, name: string) => execFileSync("tar", ["-xOf", archive, name], { encoding: "utf8" });
const onPlatform = (descriptor: Descriptor, os: string, architecture: string, more: object = {}) => ({
  ...descriptor,
  platform: { os, architecture, ...more },
});

/** An index with three images, and one image without index. */
const images = (source: FakeRegistry) => {
  const [amd, arm, windows] = ["{1}", "{2}", "{3}"].map((config) => addImage(source, "images/web", { config }));
  if (amd === undefined || arm === undefined || windows === undefined) throw new Error("three images are needed");
  const index = addIndex(source, "images/web", [
    onPlatform(amd, "linux", "amd64"),
    onPlatform(arm, "linux", "arm64", { variant: "v8" }),
    onPlatform(windows, "windows", "amd64", { "os.version": "10.0.20348.1970" }),
    onPlatform(addImage(source, "images/web", { config: "{4}" }), "unknown", "unknown"),
  ]);
  const single = addImage(source, "images/tool", { config: "{5}" });
  return [
    imageResource("web", at(source, "images/web", index, "2.1")),
    imageResource("tool", at(source, "images/tool", single)),
  ];
};

describe("images", () => {
  test.each([
    ["oci-layout", ["tool", "web"]],
    ["oci-archive", ["tool.tar", "web.tar"]],
  ])("are named by tag, else by version, in the format %s", async (format, names) => {
    const { folder, download } = await startShop(images);
    const { errors, results } = await download({ format });
    expect(errors).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(names);
    const refs = names.map((name) => {
      const path = join(folder, name);
      const text = statSync(path).isFile()
        ? fileIn(path, "index.json")
        : readFileSync(join(path, "index.json"), "utf8");
      return JSON.parse(text).manifests[0].annotations["org.opencontainers.image.ref.name"];
    });
    expect(refs).toEqual(["1.0.0", "2.1"]);
    expect(results.files?.map(({ path }) => path).sort()).toEqual(names.map((name) => join(folder, name)));
  });

  test.each(["oci-layout", "oci-archive", "docker-archive"])(
    "that exist in the format %s are not fetched again",
    async (format) => {
      const { source, download } = await startShop(images);
      const given = { format, platform: "linux/amd64", "preflight-mode": "off" };
      expect((await download(given)).errors).toEqual([]);
      const from = source.requests.length;
      const { errors, results } = await download(given);
      expect(errors).toEqual([]);
      expect(results.bytes).toMatchObject({ copied: 0 });
      const layers = source.requests.slice(from).filter(({ kind, method }) => kind === "blob" && method === "GET");
      // The component descriptor and its config.
      expect(new Set(layers.map(({ repository }) => repository))).toEqual(
        new Set(["component-descriptors/acme.org/shop"]),
      );
    },
  );

  test("of a docker-archive are named after their component", async () => {
    const { folder, download } = await startShop(images);
    expect((await download({ format: "docker-archive", platform: "linux/arm64" })).errors).toEqual([]);
    const manifests = ["tool.tar", "web.tar"].map((name) => JSON.parse(fileIn(join(folder, name), "manifest.json")));
    expect(manifests.map(([{ RepoTags }]) => RepoTags)).toEqual([
      ["acme.org/shop/tool:1.0.0"],
      ["acme.org/shop/web:2.1"],
    ]);
    const [{ Config, Layers }] = manifests[1];
    expect(fileIn(join(folder, "web.tar"), Config)).toBe("{2}");
    expect(fileIn(join(folder, "web.tar"), Layers[0])).toBe("layer");
  });

  test("of several platforms are no docker-archive", async () => {
    const { download, output } = await startShop(images);
    const { errors } = await download({ format: "docker-archive" });
    expect(errors).toEqual([
      "INPUT_MISSING: a docker-archive has one image, and resource web:1.0.0 of acme.org/shop:1.0.0 has several: linux/amd64, linux/arm64, windows/amd64,osver=10.0.20348.1970",
    ]);
    expect(readdirSync(output).filter((name) => name.startsWith("acme"))).toEqual([]);
  });

  test("without all of their layers are no docker-archive", async () => {
    const { download } = await startShop((source) => {
      const foreign = {
        mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        urls: ["https://x.test/"],
      };
      const config = source.addBlob("images/win", "{}", "application/vnd.oci.image.config.v1+json");
      const layers = [{ ...source.addBlob("images/win", "base"), ...foreign }];
      const mediaType = "application/vnd.oci.image.manifest.v1+json";
      const image = source.addManifest("images/win", { schemaVersion: 2, mediaType, config, layers });
      return [imageResource("win", at(source, "images/win", image))];
    });
    expect((await download({ format: "docker-archive" })).errors).toEqual([
      "INPUT_INVALID: resource win:1.0.0 of acme.org/shop:1.0.0 has layers that are not distributed with it",
    ]);
    expect((await download({ format: "oci-archive" })).errors).toEqual([]);
  });
});

describe("a platform", () => {
  test.each([
    ["linux/amd64", "{1}"],
    ["linux/aarch64", "{2}"],
    ["windows/amd64,osver=10.0.20348.1", "{3}"],
  ])("%s chooses one image of an index, without the others", async (platform, config) => {
    const { folder, download } = await startShop(images);
    expect((await download({ platform })).errors).toEqual([]);
    const [{ digest }] = JSON.parse(readFileSync(join(folder, "web", "index.json"), "utf8")).manifests;
    const blobs = join(folder, "web", "blobs", "sha256");
    const manifest = JSON.parse(readFileSync(join(blobs, digest.slice(7)), "utf8"));
    expect(readFileSync(join(blobs, manifest.config.digest.slice(7)), "utf8")).toBe(config);
    expect(readdirSync(blobs)).toHaveLength(3);
  });

  test("that no image has fails with a list of those that exist", async () => {
    const { download } = await startShop(images);
    expect((await download({ platform: "linux/riscv64" })).errors).toEqual([
      "PLATFORM_UNKNOWN: resource web:1.0.0 of acme.org/shop:1.0.0 has no image for linux/riscv64, but for linux/amd64, linux/arm64, windows/amd64,osver=10.0.20348.1970",
    ]);
  });

  test("is read from configs where an index does not have it, and in nested indexes", async () => {
    const { folder, download } = await startShop((source) => {
      const config = (architecture: string) => JSON.stringify({ os: "linux", architecture });
      const [amd, arm] = ["amd64", "arm64"].map((name) => addImage(source, "images/web", { config: config(name) }));
      const outer = addIndex(source, "images/web", [
        amd as Descriptor,
        addIndex(source, "images/web", [arm as Descriptor]),
      ]);
      return [imageResource("web", at(source, "images/web", outer))];
    });
    const { errors, results } = await download({ platform: "linux/arm64" });
    expect(errors).toEqual([]);
    expect(results.files?.[0]?.mediaType).toBe("application/vnd.oci.image.manifest.v1+json");
    expect(readdirSync(join(folder, "web", "blobs", "sha256"))).toHaveLength(3);
  });

  test("leaves an index without images as it is", async () => {
    const { download } = await startShop((source) => {
      const image = addImage(source, "images/web");
      const sbom = addReferrer(source, "images/web", image, SBOM);
      return [imageResource("sboms", at(source, "images/web", addIndex(source, "images/web", [sbom])))];
    });
    for (const format of ["oci-layout", "docker-archive"]) {
      const { errors, results } = await download({ platform: "linux/amd64", format });
      expect(errors).toEqual([]);
      expect(results.files?.[0]?.mediaType).toBe("application/vnd.oci.image.index.v1+json");
    }
  });
});

test("a chart is its archive, with its provenance next to it, in any format", async () => {
  for (const format of ["oci-layout", "oci-archive", "docker-archive"]) {
    const { folder, download } = await startShop((source) => {
      const chart = addChart(source, "charts/shop", { archive: "archive", provenance: "signed" });
      return [imageResource("chart", at(source, "charts/shop", chart))];
    });
    const { errors, results } = await download({ format });
    expect(errors).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["chart.tgz", "chart.tgz.prov"]);
    expect(readFileSync(join(folder, "chart.tgz"), "utf8")).toBe("archive");
    expect(readFileSync(join(folder, "chart.tgz.prov"), "utf8")).toBe("signed");
    expect(results.files?.map(({ resource }) => resource)).toEqual(["chart", "chart"]);
  }
});

test.each(["v1-by-value", "v2-by-value"] as const)(
  "charts and images are unpacked from the archive %s",
  async (archive) => {
    const output = temporaryFolder();
    const line = `${ctf(archive)}//example.org/shop:1.2.0`;
    const { errors } = await runForResults("download", { "component-versions": line, output, format: "oci-archive" });
    expect(errors).toEqual([]);
    const folder = join(output, "example.org", "shop", "1.2.0");
    expect(readdirSync(folder).sort()).toEqual(["chart.tgz", "frontend.tar", "readme.txt"]);
    expect(execFileSync("tar", ["-tzf", join(folder, "chart.tgz")], { encoding: "utf8" })).toContain("/Chart.yaml");
    expect(JSON.parse(fileIn(join(folder, "frontend.tar"), "index.json")).manifests).toHaveLength(1);
  },
);

test("a selection does not change the names of files", async () => {
  const { folder, download } = await startShop((source) =>
    ["web", "WEB", "web.tar"].map((name) => imageResource(name, at(source, "images/a", addImage(source, "images/a")))),
  );
  expect((await download({ format: "oci-archive" })).errors).toEqual([]);
  const all = readdirSync(folder).sort();
  expect(all).toEqual(["WEB-2.tar", "web-3.tar", "web.tar"]);
  expect((await download({ format: "oci-archive", include: "name=web.tar" })).errors).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(all);
});
