import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { buildGo, withGo } from "../../testing/real/go-program.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { remember, stopEverything } from "../../testing/real/running.ts";
import { startSquid } from "../../testing/real/squid.ts";

withParts(["squid", "curl", "openssl"], "a proxy that opens TLS and signs it anew", () => {
  afterEach(stopEverything);

  /** A TLS registry that is known to squid alone, which intercepts what goes there. */
  async function estate() {
    const own = createAuthority("The registry's own");
    const proxys = createAuthority("Acme Web Gateway");
    const address = uniqueAddress();
    const registry = await startFakeRegistry({ address, tls: own.issue("registry.example.test") });
    addImage(registry, "images/a", { tag: "1" });
    const host = `registry.example.test:${registry.port}`;
    const resources = [imageResource("a", `${host}/images/a:1`)];
    addComponentVersion(registry, { path: "ocm", name: "example.org/shop", resources });
    const squid = await startSquid({
      hosts: { "registry.example.test": address },
      intercept: proxys,
      upstreamAuthority: own,
    });
    const inputs = {
      command: "download",
      "component-versions": `${host}/ocm//example.org/shop:1.0.0`,
      output: temporaryFolder(),
      "https-proxy": squid.url,
    };
    return { host, proxys, squid, inputs };
  }

  withGo("in a later step, a Go program", () => {
    test("trusts the exported authority as well", async () => {
      const { host, proxys, inputs } = await estate();
      const { exported } = await runAction({
        inputs: { command: "setup", "https-proxy": inputs["https-proxy"], "ca-certificates": proxys.path },
      });
      const { binary, remove } = buildGo(GET);
      remember(remove);
      const get = (env: Record<string, string>) => promisify(execFile)(binary, [`https://${host}/v2/`], { env });
      const { SSL_CERT_FILE: _, ...withoutTrust } = exported;
      await expect(get(withoutTrust)).rejects.toMatchObject({ stderr: expect.stringContaining("unknown authority") });
      await expect(get(exported)).resolves.toMatchObject({ stdout: "200\n" });
    });
  });

  test("is named by its issuer, and with its authority in ca-certificates everything passes", async () => {
    const { host, proxys, inputs } = await estate();
    const refused = await runAction({ inputs });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.outputs.diagnosis ?? "")).toMatchObject([
      {
        code: "TLS_INTERCEPTED",
        host,
        via: "proxy",
        "refused-by": "proxy",
        message: expect.stringContaining('issued by "Acme Web Gateway"'),
        remedy: expect.stringContaining("ca-certificates"),
      },
    ]);
    const trusting = await runAction({ inputs: { ...inputs, "ca-certificates": proxys.path } });
    expect(trusting.annotations).toEqual([]);
    expect(trusting.code).toBe(0);
  });

  test("the authority is exported, so that a later step's curl passes too", async () => {
    const { host, proxys, inputs } = await estate();
    const { exported } = await runAction({
      inputs: { command: "setup", "https-proxy": inputs["https-proxy"], "ca-certificates": proxys.cert },
    });
    const curl = (environment: Record<string, string>) =>
      promisify(execFile)(pathOf("curl"), ["-sS", "--max-time", "10", `https://${host}/v2/`], { env: environment });
    const { CURL_CA_BUNDLE: _, SSL_CERT_FILE: __, ...withoutTrust } = exported;
    await expect(curl(withoutTrust)).rejects.toMatchObject({ code: 60 });
    await expect(curl(exported)).resolves.toMatchObject({ stderr: "" });
    for (const name of [
      "SSL_CERT_FILE",
      "NODE_EXTRA_CA_CERTS",
      "REQUESTS_CA_BUNDLE",
      "GIT_SSL_CAINFO",
      "npm_config_cafile",
    ]) {
      expect(exported[name]).toBe(exported.CURL_CA_BUNDLE);
    }
  });

  test("a host can be excused from the check, which is said aloud", async () => {
    const { inputs } = await estate();
    const result = await runAction({ inputs: { ...inputs, "insecure-skip-tls-verify": ".example.test" } });
    expect(result.code).toBe(0);
    expect(result.annotations.map(({ level, title }) => `${level} ${title}`)).toEqual(["warning TLS_UNVERIFIED"]);
    expect(result.summary).toContain("TLS&#95;UNVERIFIED");
  });

  test("a folder as the OCI Connector mounts it is read, without any GitHub variable", async () => {
    const { squid, inputs } = await estate();
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".env"), `http_proxy=${squid.url}\r\nno_proxy='.svc'\r\n`);
    writeFileSync(join(folder, "https.proxy"), `${squid.url}\n`);
    writeFileSync(
      join(folder, "registries.conf"),
      '[[registry]]\nlocation = "registry.example.test"\ninsecure = true\n',
    );
    const target = await startFakeRegistry();
    const { code, stdout, stderr } = await runAction({
      github: false,
      env: {
        RUNNER_TEMP: temporaryFolder(),
        INPUT_COMMAND: "transfer",
        INPUT_PROXY_CONFIG: folder,
        INPUT_COMPONENT_VERSIONS: inputs["component-versions"],
        INPUT_TARGET: `${target.origin}/moved`,
      },
    });
    expect(stderr).toContain("TLS_UNVERIFIED");
    expect(code).toBe(0);
    expect(stdout).toContain('"via":"proxy"');
    expect(Object.keys(target.tags("moved/component-descriptors/example.org/shop"))).toEqual(["1.0.0"]);
    expect((await squid.log()).length).toBeGreaterThan(0);
  });
});

const GET = `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(response.StatusCode)
}
`;

afterEach(stopEverything);

test("S30: a switch that stops checking certificates everywhere is refused", async () => {
  const { annotations, code } = await runAction({
    inputs: { command: "setup" },
    env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  });
  expect(annotations.map(({ title }) => title)).toEqual(["TLS_CHECKS_OFF"]);
  expect(code).toBe(1);
});

test.each([
  ["a file that is not there", "/nowhere/ca.pem"],
  ["PEM that is none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
])("ca-certificates: %s", async (_, given) => {
  const { annotations } = await runAction({ inputs: { command: "setup", "ca-certificates": given } });
  expect(annotations.map(({ title }) => title)).toEqual(["CERTIFICATES_MALFORMED"]);
});
