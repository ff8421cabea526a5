import type { LookupAddress } from "node:dns";
import { expect, test } from "@jest/globals";
import type { AddressPolicy } from "../../../src/net/address/address-policy.ts";
import { lookupWithin } from "../../../src/net/address/judged-lookup.ts";

function resolve(policy: Exclude<AddressPolicy, "any">, all: boolean): Promise<string | LookupAddress[]> {
  return new Promise((found, fail) => {
    lookupWithin(policy)("localhost", { all }, (error, address) => (error === null ? found(address) : fail(error)));
  });
}

test.each([true, false])(
  "a name of this machine is no public one, and the error says its addresses: all %s",
  async (all) => {
    await expect(resolve("public", all)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
      where: "localhost",
      message: expect.stringMatching(/^localhost \(.*127\.0\.0\.1.*\) is not a public address/),
    });
  },
);

test("it may be dialled by all of its addresses, or by one", async () => {
  expect(await resolve("routable", true)).toContainEqual({ address: "127.0.0.1", family: 4 });
  expect(await resolve("routable", false)).toMatch(/^(?:127\.0\.0\.1|::1)$/);
});
