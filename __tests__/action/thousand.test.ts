import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const COMPONENTS = 10;
const IMAGES = 10;
const BLOB = 192 * 1024;

/** So many versions of each component, each with a blob of its own and an image that others have too. */
function addVersions(registry: FakeRegistry, count: number): void {
  const images = Array.from({ length: IMAGES }, (_, at) => {
    const repository = `images/number-${at}`;
    const { digest } = addImage(registry, repository, { tag: "1.0.0", layers: [`layer of ${at}`] });
    return `http://${registry.host}/${repository}:1.0.0@${digest}`;
  });
  for (let at = 0; at < count; at++) {
    const name = `example.org/part-${at % COMPONENTS}`;
    const version = `1.${Math.floor(at / COMPONENTS)}.0`;
    addComponentVersion(registry, {
      path: "ocm",
      name,
      version,
      blobs: [Buffer.alloc(BLOB, `blob of ${name}:${version}\n`)],
      resources: [imageResource("image", images[Math.floor(at / COMPONENTS) % IMAGES] ?? "")],
    });
  }
}

interface Moved {
  readonly result: ActionResult;
  readonly requests: readonly string[];
  /** Bytes that the run held, at most. */
  readonly held: number;
}

async function move(count: number): Promise<Moved> {
  const registry = await startFakeRegistry();
  addVersions(registry, count);
  const folder = temporaryFolder();
  const target = join(folder, "target.tgz");
  const held = join(temporaryFolder(), "held");
  const lines = Array.from({ length: COMPONENTS }, (_, at) => `http://${registry.host}/ocm//example.org/part-${at}`);
  const result = await runAction({
    env: { NODE_OPTIONS: `--import=${new URL("live-memory.mjs", import.meta.url)}`, LIVE_MEMORY: held },
    inputs: { "component-versions": lines.join("\n"), "semver-constraint": "*", target },
  });
  const whole = registry.requests.filter(({ status }) => status === 200);
  // The first byte of a blob is what the preflight asks for, and the first question for referrers tells that there is no such API.
  const others = registry.requests
    .filter(({ status }) => status !== 200)
    .map(({ kind, status }) => `${kind} ${status}`);
  expect(others.sort()).toEqual(["blob 206", "referrers 404"]);
  const requests = whole.map(({ method, kind, repository, reference }) =>
    [method, kind, repository, reference].join(" "),
  );
  expect(readdirSync(folder)).toEqual(["target.tgz"]);
  return { result, requests, held: Number(readFileSync(held, "utf8")) };
}

function perKind(requests: readonly string[]): Readonly<Record<string, number>> {
  const kinds = Map.groupBy(requests, (request) => request.split(" ", 2).join(" "));
  return Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length]));
}

test("what ten and a thousand component versions cost", async () => {
  const costs: number[] = [];
  for (const count of [10, 1000]) {
    const { result, requests, held } = await move(count);
    costs.push(held);
    expect(result.annotations).toEqual([]);
    expect(result.report["component-versions"]).toHaveLength(count);
    const images = Math.min(IMAGES, count / COMPONENTS);
    expect(new Set(requests).size).toBe(requests.length);
    expect(perKind(requests)).toEqual({
      "GET base": 1,
      // Those of the components, and of each image, for what hangs on it.
      "GET tags": COMPONENTS + images,
      // Those of the component versions, and of the images.
      "GET manifest": count + images,
      // Config, descriptor and local blob of each; the layers of the images, and the config that they share.
      "GET blob": 3 * count + images + 1,
    });
  }
  // All that is planned is known before it is done, which is some of it for each; of their content nothing is held.
  const [few = 0, many = 0] = costs;
  expect(few).toBeGreaterThan(0);
  expect((many - few) / 990).toBeLessThan(BLOB / 2);
}, 180_000);
