import { afterEach, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { ctf } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const statesOf = ({ outputs }: ActionResult): Record<string, string> =>
  Object.fromEntries(
    (JSON.parse(outputs["component-versions"] ?? "") as { component: string; state: string }[]).map(
      ({ component, state }) => [component, state],
    ),
  );

test("a component version that lost an image is completed, and said to be", async () => {
  const target = await startFakeRegistry();
  const source = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
  const inputs = { "component-versions": source, recursive: "true", target: `${target.origin}/x` };
  await runAction({ inputs });
  const image = resources.find(({ name }) => name === "frontend");
  const repository = `x/component-descriptors/${image?.component}`;
  await fetch(`${target.origin}/v2/${repository}/manifests/${image?.digest}`, { method: "DELETE" });
  expect(target.manifest(repository, image?.digest ?? "")).toBeUndefined();

  const planned = await runAction({ inputs: { ...inputs, "dry-run": "true" } });
  expect(statesOf(planned)).toMatchObject({ "example.org/shop": "planned", "example.org/cart": "unchanged" });
  const completed = await runAction({ inputs });
  expect(statesOf(completed)).toEqual({
    "example.org/shop": "completed",
    "example.org/cart": "unchanged",
    "example.org/payments": "unchanged",
  });
  expect(target.manifest(repository, image?.digest ?? "")).toBeDefined();
  expect(Object.values(statesOf(await runAction({ inputs })))).toEqual(["unchanged", "unchanged", "unchanged"]);
});
