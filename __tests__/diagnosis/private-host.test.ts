import { expect, test } from "@jest/globals";
import { isPrivateHost } from "../../src/diagnosis/private-host.ts";

test.each([
  "registry:5000",
  "LOCALHOST:443",
  "a.localhost:80",
  "registry.svc:443",
  "registry.default.svc:443",
  "host.docker.internal:5000",
  "nas.local:443",
  "nas.home.arpa:443",
  "registry.local.:443",
  "127.0.0.1:5000",
  "10.0.0.1:443",
  "172.31.255.255:443",
  "192.168.1.1:443",
  "100.64.0.1:443",
  "169.254.169.254:80",
  "[::1]:5000",
  "[fd00::1]:443",
  "[fe80::1]:443",
  "[::ffff:10.0.0.1]:443",
])("%s lies behind no proxy", (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each([
  "ghcr.io:443",
  "registry.corp:443",
  "svc.example.org:443",
  "notlocal:443.example.org:443",
  "mylocal.example:443",
  "8.8.8.8:443",
  "172.32.0.1:443",
  "100.128.0.1:443",
  "[2001:db8::1]:443",
])("%s may", (host) => {
  expect(isPrivateHost(host)).toBe(false);
});
