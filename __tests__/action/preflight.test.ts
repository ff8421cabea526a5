import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { runAction } from "../../testing/real/action.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

withParts(["docker-registry", "squid"], "a proxy that lets manifests through and blobs not", () => {
  afterEach(stopEverything);

  test.each([["transfer"], ["preflight"]])(
    "%s names the blob host and the proxy before anything is written",
    async (command) => {
      const estate = await startEstate("docker-registry", { deny: ["cdn.example.test"] });
      const target = await startRegistry({ kind: "docker-registry" });
      const result = await runAction({ inputs: { ...mainJob(estate, target), command } });
      expect(result.code).toBe(1);
      expect(JSON.parse(result.outputs.diagnosis ?? "")).toEqual([
        {
          code: "BLOB_HOST_DENIED",
          host: "cdn.example.test:8080",
          via: "proxy",
          rule: "HTTP_PROXY (input http-proxy)",
          "refused-by": "proxy",
          message: expect.stringContaining(`The proxy ${estate.squid.url} refused cdn.example.test:8080`),
          remedy: expect.stringContaining("Ask for cdn.example.test:8080 to be allowed on the proxy"),
        },
      ]);
      expect(result.annotations.map(({ level, title }) => `${level} ${title}`)).toEqual(["error BLOB_HOST_DENIED"]);
      expect(result.summary).toContain("cdn.example.test:8080");
      expect((await target.requests()).filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
    },
  );

  test("with warn the run goes on, and fails where it was said to", async () => {
    const estate = await startEstate("docker-registry", { deny: ["cdn.example.test"] });
    const target = await startRegistry({ kind: "docker-registry" });
    const result = await runAction({ inputs: { ...mainJob(estate, target), "preflight-mode": "warn", retries: "1" } });
    expect(result.code).toBe(1);
    expect(result.annotations.map(({ level, title }) => `${level} ${title}`)).toEqual([
      "warning BLOB_HOST_DENIED",
      "error BLOB_HOST_DENIED",
    ]);
  });

  test("all is well: preflight alone is green, and what it read is not read again by a transfer", async () => {
    const estate = await startEstate("docker-registry");
    const target = await startRegistry({ kind: "docker-registry" });
    const alone = await runAction({ inputs: { ...mainJob(estate, target), command: "preflight" } });
    expect(alone.annotations).toEqual([]);
    expect(alone.code).toBe(0);
    const before = (await estate.source.requests()).length;
    await runAction({ inputs: mainJob(estate, target) });
    const paths = (await estate.source.requests()).slice(before).map(({ method, path }) => `${method} ${path}`);
    const manifests = paths.filter((path) => path.includes("/manifests/"));
    expect(manifests).toHaveLength(new Set(manifests).size);
  });

  test("a proxy that wants a password gets it, and one that does not is not sent any", async () => {
    const estate = await startEstate("docker-registry", { users: { ada: "p@ss w#rd" } });
    const target = await startRegistry({ kind: "docker-registry" });
    const withPassword = estate.squid.url.replace("//", "//ada:p%40ss%20w%23rd@");
    const refused = await runAction({ inputs: mainJob(estate, target) });
    expect(JSON.parse(refused.outputs.diagnosis ?? "")[0]).toMatchObject({
      code: "PROXY_AUTH_REQUIRED",
      "refused-by": "proxy",
    });
    const wrong = await runAction({
      inputs: { ...mainJob(estate, target), "http-proxy": withPassword.replace("rd@", "ong@") },
    });
    expect(JSON.parse(wrong.outputs.diagnosis ?? "")[0]).toMatchObject({ code: "PROXY_AUTH_FAILED" });
    const result = await runAction({ inputs: { ...mainJob(estate, target), "http-proxy": withPassword } });
    expect(result.code).toBe(0);
    const everything =
      result.stdout.replace(/^::add-mask::.*$/gm, "") + result.stderr + result.summary + JSON.stringify(result.report);
    for (const spelling of ["p@ss w#rd", "p%40ss%20w%23rd", Buffer.from("ada:p@ss w#rd").toString("base64")]) {
      expect(everything).not.toContain(spelling);
      expect(result.masks).toContain(spelling);
    }
  });
});

test.each([
  ["mute", "PROXY_MUTE"],
  ["slow", "PROXY_MUTE"],
  ["close", "PROXY_CLOSED"],
  ["not-http", "PROXY_NOT_A_PROXY"],
] as const)("a proxy that is %s cannot hang the run", async (fault, code) => {
  const proxy = await startProxy({ fault });
  const result = await runAction({
    inputs: {
      command: "preflight",
      "component-versions": "registry.example.test/ocm//example.org/shop:1.2.0",
      "https-proxy": proxy.url,
      "probe-timeout": "1",
    },
  });
  await stopEverything();
  expect(result.code).toBe(1);
  expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([
    { code, host: proxy.host, via: "proxy", "refused-by": "proxy" },
  ]);
  expect(result.report.error.where).toBe(proxy.host);
});

test("a socks proxy is read, and refused only where it would have to be used", async () => {
  const inputs = {
    "component-versions": "registry.example.test/ocm//example.org/shop:1.2.0",
    "https-proxy": "socks5://proxy.corp:1080",
  };
  const result = await runAction({ inputs: { command: "preflight", ...inputs } });
  expect(result.annotations.map(({ title }) => title)).toEqual(["PROXY_SCHEME_UNSUPPORTED"]);
  const explained = await runAction({
    inputs: { command: "explain", "https-proxy": inputs["https-proxy"], urls: "https://ghcr.io/v2/" },
  });
  expect(JSON.parse(explained.outputs.routes ?? "")).toMatchObject([
    { via: "proxy", proxy: "socks5://proxy.corp:1080" },
  ]);
});
