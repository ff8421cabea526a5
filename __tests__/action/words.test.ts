import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, imageResource } from "../../testing/content/content.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { fill } from "../../testing/fakes/scene.ts";
import { through } from "../../testing/product/preflight-row.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "ocm//example.org/shop:1.0.0";

describe("a redirect to what is no single host", () => {
  test.each([".com", "*.com", "*", "a,b.example", "com,"])(
    "V6: %s becomes no rule, no entry and no line to paste",
    async (host) => {
      const registry = await startFakeRegistry({ redirect: `http://${host}/` });
      fill(registry, registry.origin);
      const proxy = await startProxy({ deny: { "*": { status: 403 } } });
      const rules = join(temporaryFolder(), "squid.conf");
      const target = await startFakeRegistry();
      const result = await runAction({
        inputs: {
          ...through(proxy.url),
          "component-versions": `${registry.origin}/${SHOP}`,
          target: `${target.origin}/ocm`,
          "preflight-mode": "warn",
          retries: "1",
          "write-proxy-config": `squid=${rules}`,
        },
      });
      expect(result.code).toBe(1);
      expect(result.summary).not.toMatch(/```yaml|^acl|^http_access allow/m);
      expect(result.outputs["allow-list"]).not.toContain(host);
      expect(result.outputs.hosts).not.toContain(`"${host}`);
      expect(existsSync(rules) ? readFileSync(rules, "utf8") : "").not.toContain(host);
      for (const { message } of result.annotations)
        expect(message).not.toMatch(/\badd \S+ to no-proxy|Ask for \S+ to be allowed/);
    },
  );
});

describe("the page of a host that no input names", () => {
  const PAGE = "Payroll of the board, internal only";
  const everything = (result: ActionResult) =>
    [
      result.stdout,
      result.stderr,
      result.summary,
      JSON.stringify(result.report),
      ...Object.values(result.outputs),
    ].join("\n");
  const download = (component: string, env = {}) =>
    runAction({
      env,
      inputs: { command: "download", "component-versions": component, output: temporaryFolder(), retries: "1" },
    });

  test.each([
    ["text", PAGE],
    ["HTML", `<html><title>${PAGE}</title></html>`],
    ["the form of a registry's errors", JSON.stringify({ errors: [{ code: "DENIED", message: PAGE }] })],
  ])("is not quoted where a redirect leads to it: %s", async (_, body) => {
    const internal = await startBlobHost({ content: () => Buffer.from("") });
    internal.misbehave({ kind: "status", status: 403, body });
    const registry = await startFakeRegistry({ redirect: internal.base });
    fill(registry, registry.origin);
    const result = await download(`${registry.origin}/${SHOP}`);
    expect(result.code).toBe(1);
    expect(internal.requests.length).toBeGreaterThan(0);
    expect(everything(result)).not.toContain("Payroll");
  });

  test("is not quoted where a component descriptor leads to it", async () => {
    const registry = await startFakeRegistry();
    const internal = await startFakeRegistry();
    internal.inject({ when: () => true, act: { kind: "respond", status: 400, body: PAGE } });
    const resources = [imageResource("a", `${internal.origin}/images/a:1`)];
    addComponentVersion(registry, { path: "ocm", name: "example.org/shop", resources });
    const result = await download(`${registry.origin}/${SHOP}`);
    expect(result.code).toBe(1);
    expect(internal.requests.length).toBeGreaterThan(0);
    expect(everything(result)).not.toContain("Payroll");
  });

  test("is quoted where it is the user's own registry that says it", async () => {
    const registry = await startFakeRegistry();
    registry.inject({ when: () => true, act: { kind: "respond", status: 400, body: "manifest rejected by scanner" } });
    const result = await download(`${registry.origin}/${SHOP}`);
    expect(result.annotations[0]?.message).toContain("manifest rejected by scanner");
  });
});

test("a file of settings with characters that cannot be seen puts none of them into the environment", async () => {
  const path = join(temporaryFolder(), ".env");
  const entries = [
    "one.corp",
    "a\u0000b.corp",
    "a\u001b[31mb.corp",
    "\u202eproc.eno",
    "exa\u200bmple.corp",
    "two.corp",
  ];
  writeFileSync(path, `https_proxy=http://proxy.corp:3128\nno_proxy='${entries.join(",")}'\n`);
  const result = await runAction({ inputs: { command: "setup", "proxy-config": path } });
  expect(result.exported.NO_PROXY).toBe("one.corp,two.corp,localhost,127.0.0.1,::1");
  expect(result.exported.no_proxy).toBe(result.exported.NO_PROXY);
  expect(result.annotations.filter(({ title }) => title === "NO_PROXY_ENTRY_UNPRINTABLE")).toHaveLength(4);
});
