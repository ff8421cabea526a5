import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { classOfText } from "./address-class.ts";
import { type AddressPolicy, addressRefused, refusedClass } from "./address-policy.ts";

/** Resolves a name to its permitted addresses. The connection uses the same result, so a name that changes meanwhile gains nothing. */
export function lookupWithin(policy: Exclude<AddressPolicy, "any">): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const judged = found.map((each) => ({
        ...each,
        refused: refusedClass(classOfText(each.address) ?? "private", policy),
      }));
      const [first, ...others] = judged.filter(({ refused }) => refused === undefined);
      if (first === undefined) {
        const isMetadata = judged.some(({ refused }) => refused === "metadata");
        const addresses = found.map(({ address }) => address);
        return callback(addressRefused(hostname, isMetadata ? "metadata" : "private", addresses), []);
      }
      if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
