import { describe, expect, test } from "@jest/globals";
import { parseChallenges, wantedChallenge } from "../../../../src/stores/registry/auth/challenge.ts";

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
    ["Basic realm=/", [basic("/")]],
    ["Basic realm=https://r.test/", [basic("https://r.test/")]],
    ["Negotiate, Basic realm=/", [{ scheme: "negotiate", parameters: {} }, basic("/")]],
    [
      "Bearer realm=https://a.test/token,service=r/x, scope=*",
      [bearer({ realm: "https://a.test/token", service: "r/x", scope: "*" })],
    ],
    ['Bearer realm="r",x=,service="s"', [bearer({ realm: "r", x: "", service: "s" })]],
    ['Bearer realm="r",service=', [bearer({ realm: "r", service: "" })]],
    ['Bearer realm="r",empty="",service="s"', [bearer({ realm: "r", empty: "", service: "s" })]],
    ["Basic", [{ scheme: "basic", parameters: {} }]],
    ['Bearer __proto__="x",realm="r"', [bearer({ realm: "r" })]],
  ])("%s", (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  test.each([
    ['realm="nobody\'s"', []],
    ['"quoted"', []],
    ['Basic realm="b", Bearer realm="never ends', [basic("b"), bearer({})]],
    ['Bearer realm="r\\', [bearer({})]],
  ])("a value without its end is left out: %s", (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });
});

describe("the challenge that is answered", () => {
  test.each([
    ['Basic realm="b", Bearer realm="r"', bearer({ realm: "r" })],
    ['Bearer realm="r", Basic realm="b"', bearer({ realm: "r" })],
    ['Basic realm="b", Bearer realm="never ends', basic("b")],
    ["Negotiate, Basic realm=/", basic("/")],
    ["Bearer", bearer({})],
    ["Negotiate", undefined],
    [undefined, undefined],
  ])("%s", (header, challenge) => {
    expect(wantedChallenge(header)).toEqual(challenge);
  });
});
