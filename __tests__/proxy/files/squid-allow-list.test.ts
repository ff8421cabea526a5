import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { squidAllowList } from "../../../src/proxy/files/squid-allow-list.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { startEmptyNameServer } from "../../../testing/real/name-server.ts";
import { pathOf, withParts } from "../../../testing/real/parts.ts";
import { startProgram } from "../../../testing/real/program.ts";

test("the list has one rule per port, so that no host is allowed on the port of another", () => {
  expect(
    squidAllowList(["b.c:443", "[2001:DB8::1]:443", "A.b:443", "a.b:443", "10.0.0.1:80", "nonsense"])
      .split("\n")
      .slice(1),
  ).toEqual([
    "acl ocm_port_80 port 80",
    "acl ocm_addresses_80 dst -n 10.0.0.1",
    "http_access allow ocm_addresses_80 ocm_port_80",
    "acl ocm_port_443 port 443",
    "acl ocm_hosts_443 dstdomain -n a.b",
    "acl ocm_hosts_443 dstdomain -n b.c",
    "http_access allow ocm_hosts_443 ocm_port_443",
    "acl ocm_addresses_443 dst -n 2001:db8::1",
    "http_access allow ocm_addresses_443 ocm_port_443",
    "",
  ]);
});

withParts(["squid", "curl"], "squid", () => {
  test("allows the listed hosts and no others", async () => {
    const address = uniqueAddress();
    await startBlobHost({ content: () => Buffer.from("a blob"), address, port: 5000 });
    await startBlobHost({ content: () => Buffer.from("a blob"), address, port: 5001 });
    await startEmptyNameServer(address);
    const folder = temporaryFolder();
    const hosts = ["one.example.test", "two.example.test", "three.example.test", "sub.one.example.test"];
    writeFileSync(join(folder, "hosts"), hosts.map((host) => `${address} ${host}\n`).join(""));
    const allowList = ["one.example.test:5000", "two.example.test:5001", `${address}:5001`];
    const conf = join(folder, "squid.conf");
    writeFileSync(
      conf,
      `http_port ${address}:3128
hosts_file ${folder}/hosts
dns_nameservers ${address}
cache deny all
pinger_enable off
cache_effective_user proxy
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
access_log none
${squidAllowList(allowList)}http_access deny all
`,
    );
    execFileSync("chown", ["-R", "proxy:proxy", folder]);
    const statusOf = async (target: string): Promise<string> => {
      const args = [
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_connect}",
        "-p",
        "-x",
        `http://${address}:3128`,
        `http://${target}/`,
      ];
      const run = await promisify(execFile)(pathOf("curl"), args, { env: {} }).catch(
        (failed: { stdout: string }) => failed,
      );
      return run.stdout;
    };
    await startProgram({
      command: pathOf("squid"),
      args: ["-N", "-n", `t${randomUUID().slice(0, 8)}`, "-f", conf],
      ready: async () => (await statusOf("nobody.example.test:1")) === "403",
      stopSignal: "SIGKILL",
    });
    const asked = hosts.concat(address).flatMap((host) => [`${host}:5000`, `${host}:5001`]);
    const answers = await Promise.all(asked.map(async (target) => [target, await statusOf(target)]));
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(asked.map((target) => [target, allowList.includes(target) ? "200" : "403"])),
    );
  });
});
