import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "@jest/globals";
import { type Descriptor, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { sha256 } from "../../src/oci/digest.ts";
import { addComponentVersion, addIndex, imageResource } from "../../testing/content/content.ts";
import { tar } from "../../testing/content/tar-bytes.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

const PLATFORMS = ["amd64", "arm64"] as const;

/** An image with a compressed layer, as Docker and its config describe it. */
function addRealImage(source: FakeRegistry, architecture: string): Descriptor {
  const layer = tar({ name: "etc/platform", content: architecture });
  const rootfs = { type: "layers", diff_ids: [sha256(layer)] };
  const config = JSON.stringify({ architecture, os: "linux", config: {}, rootfs });
  return source.addManifest("images/web", {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: source.addBlob("images/web", config, "application/vnd.oci.image.config.v1+json"),
    layers: [source.addBlob("images/web", gzipSync(layer), "application/vnd.oci.image.layer.v1.tar+gzip")],
  });
}

withParts(["distribution", "skopeo", "crane"], "a download", () => {
  afterEach(stopEverything);

  async function start(given: Readonly<Record<string, string>>) {
    const source = await startFakeRegistry();
    const images = PLATFORMS.map((name) => addRealImage(source, name));
    const entries = images.map((image, index) => ({
      ...image,
      platform: { os: "linux", architecture: PLATFORMS[index] },
    }));
    const index = addIndex(source, "images/web", entries);
    addComponentVersion(source, {
      resources: [imageResource("web", `${source.origin}/images/web:1.4.0@${index.digest}`)],
    });
    const output = temporaryFolder();
    const line = `${source.origin}//acme.org/shop:1.0.0`;
    expect((await runCommand("download", { "component-versions": line, output, ...given })).errors).toEqual([]);
    const target = await startRegistry({ kind: "distribution" });
    return { path: join(output, "acme.org", "shop", "1.0.0", "web"), target, index, images };
  }

  const run = (part: "skopeo" | "crane", ...args: readonly string[]) =>
    execFileSync(pathOf(part), args, { encoding: "utf8", stdio: "pipe" }).trim();
  const copy = (...args: readonly string[]) =>
    run("skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", ...args);

  /** The digest under a tag, whose content is complete. */
  function imported(reference: string): string {
    expect(run("crane", "validate", "--remote", reference)).toMatch(/^PASS/);
    return run("crane", "digest", reference);
  }

  test("in the format oci-layout is imported by skopeo and crane, all platforms of it", async () => {
    const { path, target, index } = await start({});
    copy("--all", `oci:${path}:1.4.0`, `docker://${target.host}/skopeo:1`);
    run("crane", "push", path, `${target.host}/crane:1`);
    for (const name of ["skopeo", "crane"]) expect(imported(`${target.host}/${name}:1`)).toBe(index.digest);
  });

  test("of one platform in the format oci-layout is imported by skopeo and crane", async () => {
    const { path, target, images } = await start({ platform: "linux/arm64" });
    copy(`oci:${path}:1.4.0`, `docker://${target.host}/skopeo:1`);
    run("crane", "push", path, `${target.host}/crane:1`);
    for (const name of ["skopeo", "crane"]) expect(imported(`${target.host}/${name}:1`)).toBe(images[1]?.digest);
  });

  test("in the format oci-archive is imported by skopeo, and unpacked by crane", async () => {
    const { path, target, index } = await start({ format: "oci-archive" });
    copy("--all", `oci-archive:${path}.tar:1.4.0`, `docker://${target.host}/skopeo:1`);
    mkdirSync(path);
    execFileSync("tar", ["-xf", `${path}.tar`, "-C", path]);
    run("crane", "push", path, `${target.host}/crane:1`);
    for (const name of ["skopeo", "crane"]) expect(imported(`${target.host}/${name}:1`)).toBe(index.digest);
  });

  test.each(PLATFORMS)("in the format docker-archive is imported by skopeo and crane, %s", async (architecture) => {
    const { path, target } = await start({ format: "docker-archive", platform: `linux/${architecture}` });
    const listed = run("skopeo", "inspect", "--config", `docker-archive:${path}.tar:acme.org/shop/web:1.4.0`);
    expect(JSON.parse(listed)).toMatchObject({ architecture, os: "linux" });
    copy(`docker-archive:${path}.tar`, `docker://${target.host}/skopeo:1`);
    run("crane", "push", `${path}.tar`, `${target.host}/crane:1`);
    for (const name of ["skopeo", "crane"]) {
      imported(`${target.host}/${name}:1`);
      expect(JSON.parse(run("crane", "config", `${target.host}/${name}:1`))).toMatchObject({ architecture });
    }
  });
});
