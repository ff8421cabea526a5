import { expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import { createHopList } from "../../src/net/hop-list.ts";

const direct = { via: "direct", rule: "test" } as const;
const hop = (url: string, more: Partial<Hop> = {}): Hop => ({
  method: "GET",
  url,
  host: new URL(url).host,
  route: direct,
  purpose: { kind: "registry", role: "source" },
  ...more,
});

test("every request is listed, up to so many, and from then on those that show something new", () => {
  const list = createHopList(2);
  const first = [hop("http://a.test/1"), hop("http://a.test/2")];
  const later = [
    hop("http://b.test/"),
    hop("https://a.test/"),
    hop("http://a.test/", { purpose: { kind: "registry", role: "target" } }),
    hop("http://a.test/", { redirectedFrom: { host: "b.test", route: direct } }),
  ];
  for (const each of [...first, hop("http://a.test/3"), ...later, ...later]) list.add(each);
  expect(list.hops).toEqual([...first, ...later]);
});
