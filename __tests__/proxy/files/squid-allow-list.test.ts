import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { type SquidAccess, squidAllowList } from "../../../src/proxy/files/squid-allow-list.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { startEmptyNameServer } from "../../../testing/real/name-server.ts";
import { pathOf, withParts } from "../../../testing/real/parts.ts";
import { startProgram } from "../../../testing/real/program.ts";

const rulesOf = (access: Partial<SquidAccess>): string[] =>
  squidAllowList({ hosts: [], domains: [], hasLogin: false, ...access })
    .split("\n")
    .filter((line) => !line.startsWith("#"));

test("the list has one rule per port, so that no host is allowed on the port of another", () => {
  expect(rulesOf({ hosts: ["b.c:443", "[2001:DB8::1]:443", "A.b:443", "a.b:443", "10.0.0.1:80", "nonsense"] })).toEqual(
    [
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
    ],
  );
});

test("a domain replaces the names in it, on its own port", () => {
  const hosts = ["quay.io:443", "cdn01.quay.io:443", "notquay.io:443", "quay.io:80"];
  expect(rulesOf({ hosts, domains: [".quay.io:443", ".b.quay.io:443"] })).toEqual([
    "acl ocm_port_80 port 80",
    "acl ocm_hosts_80 dstdomain -n quay.io",
    "http_access allow ocm_hosts_80 ocm_port_80",
    "acl ocm_port_443 port 443",
    "acl ocm_hosts_443 dstdomain -n .quay.io",
    "acl ocm_hosts_443 dstdomain -n notquay.io",
    "http_access allow ocm_hosts_443 ocm_port_443",
    "",
  ]);
});

test("a list without hosts says so, and has no rule", () => {
  const text = squidAllowList({ hosts: [], domains: [], hasLogin: false });
  expect(text).toContain("# No hosts: ");
  expect(text).not.toMatch(/^(?:acl|http_access)/m);
});

test("every rule asks for a login, if the proxy does", () => {
  const rules = rulesOf({ hosts: ["a.b:443", "10.0.0.1:80"], hasLogin: true });
  expect(rules[0]).toBe("acl ocm_login proxy_auth REQUIRED");
  expect(rules.filter((rule) => rule.startsWith("http_access"))).toEqual([
    "http_access allow ocm_addresses_80 ocm_port_80 ocm_login",
    "http_access allow ocm_hosts_443 ocm_port_443 ocm_login",
  ]);
});

withParts(["squid", "curl"], "squid", () => {
  test("allows the listed hosts and no others", async () => {
    const address = uniqueAddress();
    await startBlobHost({ content: () => Buffer.from("a blob"), address, port: 5000 });
    await startBlobHost({ content: () => Buffer.from("a blob"), address, port: 5001 });
    await startEmptyNameServer(address);
    const folder = temporaryFolder();
    const names = ["one", "two", "three", "sub.one", "four", "sub.four"].map((name) => `${name}.example.test`);
    writeFileSync(join(folder, "hosts"), names.map((host) => `${address} ${host}\n`).join(""));
    const hosts = ["one.example.test:5000", "two.example.test:5001", `${address}:5001`, "sub.four.example.test:5000"];
    const allowList = [...hosts, "four.example.test:5000"];
    const rules = squidAllowList({ hosts, domains: [".four.example.test:5000"], hasLogin: false });
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
${rules}http_access deny all
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
    const asked = names.concat(address).flatMap((host) => [`${host}:5000`, `${host}:5001`]);
    const answers = await Promise.all(asked.map(async (target) => [target, await statusOf(target)]));
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(asked.map((target) => [target, allowList.includes(target) ? "200" : "403"])),
    );
  });
});
