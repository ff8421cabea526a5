import { expect, test } from "@jest/globals";
import { clientTarget } from "../../../src/proxy/clients/client.ts";
import { reqwest } from "../../../src/proxy/clients/reqwest.ts";
import { reqwestNoProxy } from "../../../src/proxy/files/reqwest-no-proxy.ts";
import { routeFor } from "../../../src/proxy/route.ts";
import { settingsOf } from "./some-settings.ts";

const LOOPBACK = "localhost,127.0.0.0/8,::1";
const translate = (noProxy: string) => reqwestNoProxy(settingsOf({ noProxy }).noProxy);

test.each([
  ["", LOOPBACK],
  ["a.b,A.c", `a.b,a.c,${LOOPBACK}`],
  ["*", "*,0.0.0.0/0,::/0"],
  ["10.0.0.0/8,2001:db8::/32,10.0.0.1,2001:DB8::1", `10.0.0.0/8,2001:db8::/32,10.0.0.1,2001:db8::1,${LOOPBACK}`],
  ["::ffff:10.0.0.1,::ffff:10.0.0.0/104", `10.0.0.1,10.0.0.0/8,${LOOPBACK}`],
  ["示例.com,a.b:", `xn--fsq092h.com,a.b,${LOOPBACK}`],
  ["*.a.b,a.b", `.a.b,a.b,${LOOPBACK}`],
  ["*.x.a.b,a.b", `.x.a.b,a.b,${LOOPBACK}`],
  ["http://a.b,[::1],a.*,10.0.0.0/33", LOOPBACK],
  ["::1,127.0.0.1,127.0.0.0/8,localhost", LOOPBACK],
])("%j becomes %j with the same effect", (noProxy, list) => {
  expect(translate(noProxy)).toEqual({ list, findings: [] });
});

test.each([
  ["*.a.b", `.a.b,${LOOPBACK}`, 'the entry "*.a.b" (input no-proxy) becomes .a.b, which matches a.b too in reqwest'],
  [".a.b,a.b:443", `.a.b,${LOOPBACK}`, 'the entry ".a.b" (input no-proxy) becomes .a.b, which'],
  ["a.b:443", LOOPBACK, 'the entry "a.b:443" (input no-proxy) is omitted: reqwest does not support ports'],
  ["[::1]:80", LOOPBACK, 'the entry "[::1]:80" (input no-proxy) is omitted'],
])("%j becomes %j with a finding", (noProxy, list, message) => {
  const translated = translate(noProxy);
  expect(translated.list).toBe(list);
  expect(translated.findings[0]).toMatchObject({
    code: "NO_PROXY_ENTRY_INEXACT",
    message: expect.stringContaining(message),
  });
});

const ENTRIES = [
  "a.b",
  ".a.b",
  "*.a.b",
  "x.a.b",
  "*.x.a.b",
  "10.0.0.0/8",
  "10.1.2.3",
  "::1",
  "2001:db8::/32",
  "com",
  "*",
  "A.com",
];
const HOSTS = [
  "a.b",
  "x.a.b",
  "y.x.a.b",
  "b",
  "xa.b",
  "10.1.2.3",
  "11.0.0.1",
  "[2001:db8::7]",
  "[::1]",
  "127.8.8.8",
  "localhost",
  "a.com",
];

test("without a finding, the routes of reqwest and Go are the same", () => {
  let compared = 0;
  for (const one of ENTRIES) {
    for (const other of ENTRIES) {
      const settings = settingsOf({ httpProxy: "http://proxy", noProxy: `${one},${other}` });
      const { list, findings } = reqwestNoProxy(settings.noProxy);
      if (findings.length > 0) continue;
      for (const host of HOSTS) {
        const url = `http://${host}/`;
        const target = clientTarget(url);
        const isDirect = target !== undefined && reqwest.bypasses(target, list);
        expect([one, other, host, isDirect]).toEqual([one, other, host, routeFor(url, settings).via === "direct"]);
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(1000);
});
