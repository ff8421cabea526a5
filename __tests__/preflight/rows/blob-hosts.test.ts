import { afterEach, describe, expect, test } from "@jest/globals";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { CDN, fill, REGISTRY, startScene } from "../../../testing/fakes/scene.ts";
import {
  diagnosisOf,
  expectRow,
  HTTP_RULE,
  HTTPS_RULE,
  NO_HTTP_PROXY,
  preflight,
  through,
} from "../../../testing/product/preflight-row.ts";
import { runAction } from "../../../testing/real/action.ts";
import { freePort } from "../../../testing/real/address.ts";
import { mainJob, startEstate } from "../../../testing/real/estate.ts";
import { startFullListener } from "../../../testing/real/full-listener.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { nodeWithNameServer } from "../../../testing/real/resolving.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";

afterEach(stopEverything);

withParts(["squid", "docker-registry"], "squid lets manifests through", () => {
  test("and blobs not", async () => {
    const estate = await startEstate("docker-registry", { deny: [CDN] });
    const target = await startRegistry({ kind: "docker-registry" });
    const result = await runAction({ inputs: { ...mainJob(estate, target), command: "preflight" } });
    expectRow(result, {
      ...HTTP_RULE,
      code: "BLOB_HOST_DENIED",
      host: `${CDN}:8080`,
      "refused-by": "proxy",
      message: "ERR_ACCESS_DENIED",
      remedy: "Allowing the registry alone is not enough",
    });
    expect(result.outputs["allow-list"]).toBe(`${CDN}:8080\nsource.example.test:5000`);
    expect(result.summary).toContain("as rules for squid");
  });
});

withParts(["unshare", "perl"], "a blob host in NO_PROXY", () => {
  test("does not exist for this runner", async () => {
    const node = await nodeWithNameServer("no-such-name");
    const { proxy } = await startScene({}, { redirect: `http://${CDN}/` });
    expectRow(await preflight(`http://${REGISTRY}`, { ...through(proxy.url), "no-proxy": CDN }, { node }), {
      via: "direct",
      rule: `NO_PROXY entry "${CDN}" (input no-proxy)`,
      code: "BLOB_HOST_IN_NO_PROXY",
      host: `${CDN}:80`,
      "refused-by": "runner",
      message: "blobs of registry.example.test:80",
      remedy: `Take ${CDN}:80 out of no-proxy, so that blobs go through the proxy`,
    });
  });
});

describe("a blob host that the settings reach directly", () => {
  test.each(["closed", "dropped"])("cannot be reached directly: %s", async (kind) => {
    const host = kind === "closed" ? `127.0.0.1:${await freePort("127.0.0.1")}` : await startFullListener();
    const { proxy } = await startScene({}, { redirect: `http://${host}/` });
    const inputs = { ...through(proxy.url), "no-proxy": "127.0.0.0/8", "probe-timeout": "1" };
    // Loopback needs no entry, and is said to be the reason.
    expectRow(await preflight(`http://${REGISTRY}`, inputs), {
      via: "direct",
      rule: "loopback",
      code: kind === "closed" ? "HOST_UNREACHABLE" : "HOST_TIMED_OUT",
      host,
      "refused-by": "runner",
      remedy: `If only a proxy reaches ${host}, set http-proxy`,
    });
  });
});

describe("a registry in NO_PROXY whose blob host is not", () => {
  test("the blob host is to be named too", async () => {
    const registry = await startFakeRegistry({ redirect: `http://${CDN}/` });
    fill(registry, registry.origin);
    const proxy = await startProxy({ deny: { [CDN]: {} } });
    expectRow(await preflight(registry.origin, through(proxy.url)), {
      ...HTTP_RULE,
      code: "BLOB_HOST_NOT_IN_NO_PROXY",
      host: `${CDN}:80`,
      "refused-by": "proxy",
      message: `blobs of ${registry.host}`,
      remedy: `The registry ${registry.host} is reached directly, and its blob host is not: add ${CDN} to no-proxy`,
      pasted: [`no-proxy: ${CDN}`],
    });
  });
});

withParts(["squid"], "a host of the own network that is asked for through the proxy", () => {
  test.each([
    ["registry.svc:5000", "registry.svc"],
    ["registry", "registry"],
    ["10.11.12.13:5000", "10.11.12.13"],
  ])("%s", async (registry, line) => {
    const squid = await startSquid({ deny: [".svc", "registry", "10.11.12.13"] });
    for (const [scheme, rule, port] of [["https", HTTPS_RULE, 443] as const, ["http", HTTP_RULE, 80] as const]) {
      const host = registry.includes(":") ? registry : `${registry}:${port}`;
      expectRow(await preflight(`${scheme}://${registry}`, through(squid.url)), {
        ...rule,
        code: "PRIVATE_HOST_PROXIED",
        host,
        "refused-by": "proxy",
        message: "ERR_ACCESS_DENIED",
        remedy: `add ${line} to no-proxy`,
        pasted: [`no-proxy: ${line}`],
      });
    }
  });

  test("that squid does not know", async () => {
    const squid = await startSquid();
    expectRow(await preflight("registry.svc.cluster.internal", { ...through(squid.url), "probe-timeout": "20" }), {
      ...HTTPS_RULE,
      code: "PRIVATE_HOST_PROXIED",
      host: "registry.svc.cluster.internal:443",
      "refused-by": "proxy",
      remedy: "which the proxy does not reach",
      pasted: ["no-proxy: registry.svc.cluster.internal"],
    });
  });
});

test("a private host behind a proxy that never answers anything: both are named", async () => {
  const proxy = await startProxy({ fault: "mute" });
  expectRow(await preflight("10.1.2.3", { ...through(proxy.url), "probe-timeout": "1" }), {
    ...HTTPS_RULE,
    code: "PROXY_MUTE",
    host: proxy.host,
    "refused-by": "proxy",
    remedy: "add 10.1.2.3 to no-proxy",
    pasted: ["no-proxy: 10.1.2.3"],
  });
});

describe("uploads to a host that cannot be reached", () => {
  /** A transfer to a registry that names another host to upload to: the preflight writes nothing, and cannot find out. */
  async function transferTo(location: string, inputs: Readonly<Record<string, string>>) {
    const source = await startFakeRegistry();
    fill(source, source.origin);
    const target = await startFakeRegistry({
      faults: [
        {
          when: ({ kind, method }) => kind === "upload" && method === "POST",
          act: { kind: "respond", status: 202, headers: { location } },
        },
      ],
    });
    const more = { command: "transfer", target: `${target.origin}/moved`, ...inputs };
    return { target, result: await preflight(source.origin, more) };
  }

  const remedy = "correct the public URL that it names for uploads";

  test("directly", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const { target, result } = await transferTo(`http://${host}/v2/x/blobs/uploads/1`, {});
    expect(diagnosisOf(result)[0]).toEqual({
      ...NO_HTTP_PROXY,
      code: "UPLOAD_HOST_BLOCKED",
      host,
      "refused-by": "runner",
      message: expect.stringContaining(`uploads to ${target.host}`),
      remedy: expect.stringContaining(remedy),
    });
    expect(result.annotations[0]?.title).toBe("UPLOAD_HOST_BLOCKED");
    expect(target.repositories().flatMap((name) => Object.keys(target.tags(name)))).toEqual([]);
  });

  test("through a proxy that does not allow it", async () => {
    const proxy = await startProxy({ deny: { "uploads.example.test": {} } });
    const { result } = await transferTo("http://uploads.example.test/1", through(proxy.url));
    expect(diagnosisOf(result)[0]).toMatchObject({
      ...HTTP_RULE,
      code: "UPLOAD_HOST_BLOCKED",
      host: "uploads.example.test:80",
      "refused-by": "proxy",
      remedy: expect.stringContaining(remedy),
    });
  });
});
