import { describe, expect, test } from "@jest/globals";
import { parseLinks } from "../../src/text/link-header.ts";

const nextOf = (field: string) => parseLinks(field)?.find(({ relations }) => relations.includes("next"))?.target;

// RFC 8288, 3, and what registries and gateways make of it.
test.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', "/v2/a/tags/list?n=2&last=b"],
  ["<?last=b>; rel=next", "?last=b"],
  ["<?last=b>;rel=next", "?last=b"],
  ['<?last=b>; rel = "next"', "?last=b"],
  ["<?last=b>; rel='next'", "?last=b"],
  ["<?last=b> ; REL = 'Next' ", "?last=b"],
  ['<?last=b>; title="a, b"; rel="next"', "?last=b"],
  ['<?last=b>; title="a \\"b\\"; rel=prev, <c>"; rel="next"', "?last=b"],
  ['<?last=b>; rel="prev next"', "?last=b"],
  ["<?last=b>; rel='next  last'", "?last=b"],
  ['<?last=b>; rel="next"; rel="prev"', "?last=b"],
  ["<?last=b>; crossorigin; rel=next", "?last=b"],
  ["<?last=b>; title=it's; rel=next", "?last=b"],
  ["<?last=b>; title*=UTF-8''n%c3%a4chste; rel=next", "?last=b"],
  ["<?last=a,b;c>; rel=next", "?last=a,b;c"],
  ['<?last=a>; rel="prev", <?last=b>; rel="next"', "?last=b"],
  ['<?last=a>; rel="prev" , , <?last=b>; rel="next",', "?last=b"],
  ['<?last=a>; rel="first";title="<x>; rel=next",<?last=b>;rel=next', "?last=b"],
  ['<?last=b>; rel="next", <?last=c>; rel="last"', "?last=b"],
])("%j leads to %j", (field, target) => {
  expect(nextOf(field)).toBe(target);
});

test.each([
  "",
  " , ",
  '<?last=a>; rel="prev"',
  "<?last=b>; rel=nextpage",
  "<?last=b>; rel=",
  '<?last=a>; rel="prev"; rel="next"',
  '<?last=a>; rel="prev"; title="rel=next"',
])("%j is read, and leads nowhere", (field) => {
  expect(parseLinks(field)).toBeDefined();
  expect(nextOf(field)).toBeUndefined();
});

test.each([
  '<?last=b>; rel="next',
  "<?last=b>; rel='next",
  "<?last=b>; rel=prev next",
  "?last=b; rel=next",
  "<?last=b",
  "<?last=b>",
  '<?last=b>; title="next"',
  '<?last=a>; rel="prev" <?last=b>; rel="next"',
  '<?last=b>; rel="next"; =x y',
  "next",
])("%j cannot be parsed", (field) => {
  expect(parseLinks(field)).toBeUndefined();
});

describe("long fields", () => {
  test("have all of their links", () => {
    const field = Array.from({ length: 1000 }, (_, at) => `<?last=${at}>; rel="prev"`).join(", ");
    expect(parseLinks(`${field}, <?last=end>; rel=next`)).toHaveLength(1001);
  });
});
