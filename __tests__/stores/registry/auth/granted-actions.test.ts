import { expect, test } from "@jest/globals";
import { grantedActions } from "../../../../src/stores/registry/auth/granted-actions.ts";

/** A token with these claims: nobody looks at its signature here. */
const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
const listed = (token: string, scope?: unknown) => {
  const granted = grantedActions(token, scope);
  return granted && Object.fromEntries([...granted].map(([name, actions]) => [name, [...actions]]));
};

test.each([
  ["repository:a/b:pull,push", { "a/b": ["pull", "push"] }],
  ["repository:a:pull repository:b:*", { a: ["pull"], b: ["*"] }],
  ["repository(plugin):a:pull", { a: ["pull"] }],
  ["repository:host:5000/a:pull", { "host:5000/a": ["pull"] }],
  ["registry:catalog:* repository:a:pull", { a: ["pull"] }],
])("the scope of the answer: %s", (scope, expected) => {
  expect(listed("opaque", scope)).toEqual(expected);
});

test.each([undefined, "", "offline_access", "repository:broken", 7, null])("no such scope: %p", (scope) => {
  expect(listed("opaque", scope)).toBeUndefined();
});

test("the claim of the token, before the scope of the answer", () => {
  const access = [
    { type: "repository", name: "a", actions: ["pull", 7] },
    { type: "registry", name: "catalog", actions: ["*"] },
    { type: "repository", name: 7, actions: ["pull"] },
    { type: "repository", name: "b" },
    "text",
  ];
  expect(listed(jwt({ access }), "repository:z:push")).toEqual({ a: ["pull"] });
  expect(listed(jwt({ access: [] }))).toEqual({});
});

test.each([
  jwt({ access: [{ Type: "repository", Name: "a", Actions: ["push"] }] }),
  jwt({}),
  jwt({ access: "all" }),
  jwt([]),
  jwt(null),
  "a.b.c",
  "a.%%.c",
  "",
  "opaque",
])("a token that does not tell: %s", (token) => {
  expect(listed(token)).toBeUndefined();
});
