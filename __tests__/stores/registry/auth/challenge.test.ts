import { describe, expect, test } from "@jest/globals";
import { parseChallenges } from "../../../../src/stores/registry/auth/challenge.ts";

const bearer = (parameters: Record<string, string>) => ({ scheme: "bearer", parameters });
const basic = (realm: string) => ({ scheme: "basic", parameters: { realm } });

describe("WWW-Authenticate", () => {
  test.each([
    ["", []],
    [
      'Bearer realm="https://a.test/token",service="a.test",scope="repository:b:pull,push"',
      [bearer({ realm: "https://a.test/token", service: "a.test", scope: "repository:b:pull,push" })],
    ],
    ['BEARER Realm = "r" , SERVICE=s', [bearer({ realm: "r", service: "s" })]],
    ['Basic realm="one", Bearer realm="two",service="s"', [basic("one"), bearer({ realm: "two", service: "s" })]],
    ['Basic realm="says \\"hello\\", \\\\ and Bearer realm=x"', [basic('says "hello", \\ and Bearer realm=x')]],
    [' , ,Basic realm="", ', [basic("")]],
    ["Negotiate", [{ scheme: "negotiate", parameters: {} }]],
    ['Negotiate, Basic realm="b"', [{ scheme: "negotiate", parameters: {} }, basic("b")]],
    ['NTLM TlRM/TVNT+UA==, Basic realm="b"', [{ scheme: "ntlm", parameters: {} }, basic("b")]],
    ['Bearer __proto__="x",realm="r"', [bearer({ realm: "r" })]],
  ])("%s", (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  test.each([
    ['realm="nobody\'s"', []],
    ['"quoted"', []],
    ['Basic realm="b", Bearer realm="never ends', [basic("b")]],
    ['Basic realm="b", Bearer realm="r",service=', [basic("b")]],
    ['Bearer realm="r\\', []],
  ])("what cannot be read is left out whole: %s", (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });
});
