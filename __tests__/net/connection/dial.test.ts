import { createServer, type LookupFunction } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { dial } from "../../../src/net/connection/dial.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { startFullListener } from "../../../testing/real/full-listener.ts";
import { listen } from "../../../testing/real/listening.ts";
import { remember, stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const NAME = "several.test";
const TIMEOUT = 1500;

/** Resolves every name to these addresses. */
function resolvingTo(...addresses: readonly string[]): LookupFunction {
  return (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
}

async function dialling(port: number, lookup: LookupFunction, timeout = TIMEOUT): Promise<string | undefined> {
  const socket = await dial(["lookup", "dial"], NAME, port, timeout, lookup);
  remember(() => void socket.destroy());
  return socket.remoteAddress;
}

async function startSlow(): Promise<{ readonly address: string; readonly port: number }> {
  const [address = "", port] = (await startFullListener()).split(":");
  return { address, port: Number(port) };
}

test("the first address has its deadline, though the second refuses", async () => {
  const { address, port } = await startSlow();
  const begun = performance.now();
  await expect(dialling(port, resolvingTo(address, uniqueAddress()))).rejects.toMatchObject({
    phase: "dial",
    timedOut: true,
    message: expect.stringMatching(
      /^connecting to several\.test:\d+: .*ECONNREFUSED.*; 127\.0\.0\.1: no answer within 1\.5 s$/,
    ),
  });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(TIMEOUT - 1);
});

test("the second address is used where the first is silent", async () => {
  const { address, port } = await startSlow();
  const other = uniqueAddress();
  await listen(createServer(), { address: other, port });
  await expect(dialling(port, resolvingTo(address, other), 60_000)).resolves.toBe(other);
});

test.each([
  ["an address", []],
  ["two addresses", [uniqueAddress()]],
  ["two addresses of another family", ["fe80::1", "::1"]],
])("an address is used after %s that refuses", async (_, more) => {
  const address = uniqueAddress();
  const { port } = await listen(createServer(), { address });
  await expect(dialling(port, resolvingTo(uniqueAddress(), ...more, address))).resolves.toBe(address);
});

test("all addresses are named where all refuse", async () => {
  const addresses = [uniqueAddress(), uniqueAddress()];
  const { port, stop } = await listen(createServer());
  await stop();
  await expect(dialling(port, resolvingTo(...addresses))).rejects.toMatchObject({
    phase: "dial",
    timedOut: false,
    cause: { code: "ECONNREFUSED" },
    message: expect.stringMatching(new RegExp(addresses.join(".*; "))),
  });
});

test("a name that is not resolved in time is a failure of its own phase", async () => {
  await expect(dialling(1, () => {}, 50)).rejects.toMatchObject({ phase: "lookup", timedOut: true });
});

test("an address needs no lookup", async () => {
  const { port } = await listen(createServer());
  const refuse: LookupFunction = (_name, _options, callback) => callback(new Error("not needed"), []);
  const socket = await dial(["lookup", "dial"], "127.0.0.1", port, TIMEOUT, refuse);
  remember(() => void socket.destroy());
  expect(socket.remoteAddress).toBe("127.0.0.1");
});
