import { expect, test } from "@jest/globals";
import { nextTarget } from "../../../src/stores/registry/pages.ts";

// RFC 8288, 3, and what registries make of it.
test.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', "/v2/a/tags/list?n=2&last=b"],
  ["<?last=b>; rel=next", "?last=b"],
  ["<?last=b>;rel=next", "?last=b"],
  ['<?last=b>; title="a, b"; rel="next"', "?last=b"],
  ['<?last=b>; rel="prev next"', "?last=b"],
  ['<?last=b> ; REL = "Next"', "?last=b"],
  ['<?last=a>; rel="prev", <?last=b>; rel="next"', "?last=b"],
  ['<?last=b>; rel="next", <?last=c>; rel="last"', "?last=b"],
  ['<?last=a>; rel="prev"', undefined],
  ["<?last=b>; rel=nextpage", undefined],
  ['<?last=b>; rel="next', undefined],
  ["?last=b; rel=next", undefined],
  ["<?last=b", undefined],
  ["", undefined],
])("%j leads to %j", (link, target) => {
  expect(nextTarget(link)).toBe(target);
});
