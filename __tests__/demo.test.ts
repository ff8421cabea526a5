import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startCluster } from "../demo/cluster.ts";
import { fixture } from "../demo/estate.ts";
import { ask } from "../demo/network.ts";
import type { ReadOptions } from "../demo/reader.ts";
import { loadStorage } from "../demo/storage.ts";
import { startStory } from "../demo/story.ts";
import { checkRelocated, lostOf, readInCluster, resourcesOf } from "../demo/tree.ts";
import { root, testPath } from "../scripts/parts.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fakes/registry.ts";
import { resources } from "../testing/fixtures/ocm/digests.ts";
import { stopEverything } from "../testing/real/running.ts";

test("the demo tells its story to the end, whatever proxy the machine has", () => {
  const nowhere = "http://127.0.0.1:9";
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "demo/main.ts")], {
    encoding: "utf8",
    env: { PATH: testPath(), HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NODE_USE_ENV_PROXY: "1" },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("names 1 blocked hop: cdn.example.test:8080, refused by the proxy");
  expect(stdout).toMatch(/remedy: +Ask for cdn\.example\.test:8080 to be allowed on the proxy/);
  expect(stdout).toMatch(/5 of 7 artifacts not found: each was to be fetched from localhost:\d+\n/);
  expect(stdout.match(/✓ 7 of 7 artifacts found/g)).toHaveLength(2);
  expect(stdout.match(/✓ 3 of 3 component digests are those that "acme" signed/g)).toHaveLength(2);
  expect(stdout).toContain('the output "hosts" name the same hosts: cdn.example.test:8080, source.example.test:5000\n');
  expect(stdout).toMatch(/a second time: 0 bytes copied, [1-9]\d+ there already/);
  expect(stdout).not.toContain("NOT SO");
  expect(stdout.match(/✓/g)).toHaveLength(Number(stdout.match(/Shown by (\d+) checks/)?.[1]));
  expect(stdout).not.toContain("\u001b");
  expect(stdout.split("\n").length).toBeLessThanOrEqual(46);
});

describe("the demo's reader", () => {
  let registry: FakeRegistry;
  let cluster: ReadOptions;
  beforeEach(async () => {
    registry = await startFakeRegistry();
    await loadStorage(registry, fixture("registry-target.tgz"));
    cluster = await startCluster(registry.port, "v2-native");
  });
  afterEach(stopEverything);

  const verdict = async () => {
    const lines: string[] = [];
    const story = startStory((line) => lines.push(line));
    checkRelocated(story, await readInCluster(cluster));
    return { code: story.end("all is well"), text: lines.join("\n") };
  };
  const shop = "v2-native/component-descriptors/example.org/shop";
  const remove = async (kind: string, repository: string, reference: string) => {
    const response = await fetch(`${registry.origin}/v2/${repository}/${kind}/${reference}`, { method: "DELETE" });
    expect(response.status).toBe(202);
  };

  test("finds every artifact under the other name and path", async () => {
    const versions = await readInCluster(cluster);
    expect(lostOf(versions)).toEqual([]);
    expect(resourcesOf(versions).map(({ digests }) => digests[0])).toEqual(
      expect.arrayContaining(resources.map(({ digest }) => digest)),
    );
  });

  test("is not fooled by the path that the tree was written under", async () => {
    const url = new URL(`${cluster.origin}/v2/${shop}/manifests/1.2.0`);
    expect(await ask(cluster.way, url)).toMatchObject({ status: 404 });
    await expect(ask(cluster.way, new URL(`${registry.origin}/v2/`))).rejects.toThrow("no such host: 127.0.0.1:");
  });

  test("misses a layer that is gone, and the story fails", async () => {
    const layer = "sha256:817f2b0a53e3679732f775ed261695b342a2769aa4006679442ee3f1990e3a35";
    await remove("blobs", shop, layer);
    expect(lostOf(await readInCluster(cluster))).toMatchObject([
      { name: "frontend", problem: `cluster-registry.svc:80 answers 404 for blob ${layer}`, digests: [] },
    ]);
    const { code, text } = await verdict();
    expect(code).toBe(1);
    expect(text).toMatch(/NOT SO:.* 6 of 7 artifacts found/);
    expect(text).not.toContain("all is well");
  });

  test("misses a component version that is gone", async () => {
    await remove("manifests", "v2-native/component-descriptors/example.org/cart", "2.0.0");
    await expect(readInCluster(cluster)).rejects.toThrow("answers 404 for manifest 2.0.0");
  });

  test("takes no other bytes for what a digest names", async () => {
    const readme = resources.find(({ name }) => name === "readme")?.digest ?? "";
    registry.inject({
      when: ({ reference }) => reference === readme,
      act: { kind: "lie", body: Buffer.from("other text") },
    });
    expect(lostOf(await readInCluster(cluster))).toMatchObject([
      { name: "readme", problem: `${readme} has other content` },
    ]);
  });

  test("sees that the v2 CLI changed what was signed", async () => {
    const { code, text } = await verdict();
    expect(code).toBe(1);
    expect(text).toMatch(/✓.* 7 of 7 artifacts found/);
    expect(text).toMatch(/NOT SO:.* 0 of 3 component digests/);
  });
});
