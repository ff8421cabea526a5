import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { GATEWAY, type Namespace, openNamespace, withNamespaces } from "../../testing/real/namespace.ts";
import { pathOf } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

/** curl's exit code. */
async function curl({ prefix }: Namespace, url: string): Promise<number> {
  const [command = "", ...args] = [...prefix, pathOf("curl"), "-s", "-o", "/dev/null", "--max-time", "1", url];
  const run = promisify(execFile)(command, args, { env: {} });
  return run.then(
    () => 0,
    ({ code }: { code: number }) => code,
  );
}

withNamespaces(["curl"], "a network namespace", () => {
  afterEach(stopEverything);

  test("lets through to the gateway, by address and by name", async () => {
    const network = openNamespace();
    const { port } = await startBlobHost({ content: () => Buffer.from("a blob"), address: network.gateway });
    expect(await curl(network, `http://${network.gateway}:${port}/`)).toBe(0);
    expect(await curl(network, `http://${GATEWAY}:${port}/`)).toBe(0);
    expect(network.strayPackets()).toBe(0);
  });

  test.each(["192.0.2.1", "known.test", "unknown.test", "127.0.0.1"])("counts what is sent to %s", async (host) => {
    const network = openNamespace({ hosts: { "known.test": "192.0.2.1" } });
    expect(await curl(network, `http://${host}:5000/`)).not.toBe(0);
    expect(network.strayPackets()).toBeGreaterThan(0);
  });

  test("leaves nothing behind", async () => {
    const network = openNamespace();
    const name = network.prefix.at(-1) ?? "";
    const ip = async (...args: readonly string[]) => (await promisify(execFile)(pathOf("ip"), args)).stdout;
    const traces = async () => [
      (await ip("netns", "list")).includes(name),
      (await ip("link", "show")).includes(name),
      existsSync(`/etc/netns/${name}`),
    ];
    expect(await traces()).toEqual([true, true, true]);
    await network.stop();
    expect(await traces()).toEqual([false, false, false]);
  });
});
