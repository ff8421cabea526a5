import { afterEach, describe, expect, test } from "@jest/globals";
import { isPublic, type Reach, reachOf } from "../../src/http/reach.ts";
import { startFakeRegistry } from "../fakes/registry.ts";
import { stopEverything } from "../real/running.ts";
import { get, openClient, textOf } from "./open-client.ts";

afterEach(stopEverything);

test.each([
  ["8.8.8.8", true],
  ["192.0.2.1", true],
  ["172.15.0.1", true],
  ["172.32.0.1", true],
  ["223.255.255.255", true],
  ["2606:4700::1", true],
  ["[2606:4700::1]", true],
  ["0.0.0.0", false],
  ["10.1.2.3", false],
  ["100.64.0.1", false],
  ["100.100.100.200", false],
  ["127.0.0.1", false],
  ["169.254.169.254", false],
  ["172.16.0.1", false],
  ["172.31.255.255", false],
  ["192.168.0.1", false],
  ["198.18.0.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["::", false],
  ["::1", false],
  ["[::1]", false],
  ["fe80::1", false],
  ["fe80::1%eth0", false],
  ["fc00::1", false],
  ["fd00:ec2::254", false],
  ["ff02::1", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:8.8.8.8", true],
  ["64:ff9b::7f00:1", false],
  ["2002:7f00:1::", false],
  ["2001::7f00:1", false],
  ["no address", false],
])("the address %s is public: %s", (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

describe("the reach of a URL", () => {
  test.each<[string, Reach]>([
    ["https://acme.org/x", "public"],
    ["http://8.8.8.8/", "public"],
    ["http://[2606:4700::1]/", "public"],
    ["http://127.0.0.1/", "nowhere"],
    ["http://127.1/", "nowhere"],
    ["http://0x7f000001/", "nowhere"],
    ["http://2130706433/", "nowhere"],
    ["http://[::ffff:127.0.0.1]/", "nowhere"],
    ["http://169.254.169.254/", "nowhere"],
    ["http://localhost:8080/", "nowhere"],
    ["http://LOCALHOST./", "nowhere"],
    ["http://a.localhost/", "nowhere"],
    ["http://intranet/", "nowhere"],
    ["http://metadata.google.internal/", "nowhere"],
    ["http://printer.local./", "nowhere"],
    ["http://nas.home.arpa/", "nowhere"],
    ["http://localhost.acme.org/", "public"],
    ["https://files.corp/", "anywhere"],
    ["https://FILES.corp./", "anywhere"],
    ["http://files.corp:80/", "public"],
    ["http://10.0.0.1:8080/", "anywhere"],
    ["http://10.0.0.1/", "nowhere"],
  ])("%s: %s", (url, expected) => {
    const named = ["files.corp:443", "10.0.0.1:8080"];
    expect(reachOf(new URL(url), (host) => named.includes(host))).toBe(expected);
  });
});

describe("a request", () => {
  const refused = { code: "ADDRESS_REFUSED" };

  test("to a name of this machine is refused where the name is resolved, and not asked for twice", async () => {
    const registry = await startFakeRegistry();
    const client = openClient({ attempts: 3 });
    const url = `http://localhost:${registry.host.split(":")[1]}/v2/`;
    await expect(client.request({ ...get(url), reach: () => "public" })).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/^localhost \(.*127\.0\.0\.1.*\) is no public address/),
    });
    expect(client.hops).toHaveLength(1);
    expect(registry.requests).toEqual([]);
  });

  test("does not use a connection that another request may use", async () => {
    const registry = await startFakeRegistry();
    const client = openClient();
    const url = `http://localhost:${registry.host.split(":")[1]}/v2/`;
    await textOf(await client.request(get(url)));
    await expect(client.request({ ...get(url), reach: () => "public" })).rejects.toMatchObject(refused);
    expect(await client.request({ ...get(url), reach: () => "anywhere" })).toMatchObject({ status: 200 });
  });

  test("follows no redirect to where it may not go, and nobody is asked", async () => {
    const registry = await startFakeRegistry();
    const { digest } = registry.addBlob("a", "content");
    const client = openClient();
    const request = { ...get(`${registry.origin}/v2/a/blobs/${digest}`), reach: () => "nowhere" as const };
    await expect(client.request(request)).rejects.toMatchObject(refused);
    expect(client.hops).toEqual([]);
  });
});
