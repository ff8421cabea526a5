import { readdirSync } from "node:fs";
import { afterEach, expect, test } from "@jest/globals";
import { diagnosisOf } from "../../testing/product/preflight-row.ts";
import { runAction } from "../../testing/real/action.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** Files and folders that a registry holds, of every repository: sessions, tags, links, blobs. */
function stored({ storage }: RealRegistry): readonly string[] {
  return readdirSync(storage, { recursive: true, encoding: "utf8" });
}

async function writesTo(target: RealRegistry): Promise<readonly string[]> {
  const requests = await target.requests();
  expect(requests.length).toBeGreaterThan(0);
  return requests.flatMap(({ method, path }) => (method === "GET" || method === "HEAD" ? [] : [`${method} ${path}`]));
}

withParts(["docker-registry", "distribution", "squid"], "probes leave nothing at the target", () => {
  test.each([
    ["docker-registry", "preflight", [], 0],
    ["distribution", "preflight", [], 0],
    ["docker-registry", "preflight", ["cdn.example.test"], 1],
    ["docker-registry", "transfer", ["cdn.example.test"], 1],
    ["distribution", "transfer", ["cdn.example.test"], 1],
    ["docker-registry", "transfer", ["source.example.test"], 1],
  ] as const)("%s, %s, where the proxy refuses %j", async (kind, command, deny, code) => {
    const estate = await startEstate("docker-registry", { deny });
    const target = await startRegistry({ kind });
    const result = await runAction({ inputs: { ...mainJob(estate, target), command, retries: "1" } });
    expect(result.code).toBe(code);
    expect(diagnosisOf(result)).toHaveLength(deny.length);
    expect(await writesTo(target)).toEqual([]);
    expect(stored(target)).toEqual([]);
  });

  test("while a transfer that is let through does write", async () => {
    const estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    expect((await runAction({ inputs: mainJob(estate, target) })).code).toBe(0);
    expect((await writesTo(target)).length).toBeGreaterThan(0);
    expect(stored(target).filter((path) => path.includes("_uploads/"))).toEqual([]);
    expect(stored(target).length).toBeGreaterThan(0);
  });
});
