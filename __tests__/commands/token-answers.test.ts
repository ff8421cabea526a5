import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion } from "../../testing/content/content.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, type FaultAction, ociError } from "../../testing/fakes/registry-faults.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const respond = (status: number, body = "", headers: Readonly<Record<string, string>> = {}): FaultAction => ({
  kind: "respond",
  status,
  body,
  headers,
});

const ANSWERS: readonly [string, FaultAction, string][] = [
  ["404", respond(404), "TOKEN_HOST_REFUSED"],
  ["404 with the words of a registry", respond(404, ociError("MANIFEST_UNKNOWN", "no")), "TOKEN_HOST_REFUSED"],
  ["404 with a page", respond(404, "<h1>not found</h1>", { "content-type": "text/html" }), "TOKEN_HOST_REFUSED"],
  ["400", respond(400, ociError("NAME_UNKNOWN", "no")), "TOKEN_HOST_REFUSED"],
  ["405", respond(405), "TOKEN_HOST_REFUSED"],
  ["410", respond(410), "TOKEN_HOST_REFUSED"],
  ["429", respond(429), "RATE_LIMITED"],
  ["500", respond(500), "REGISTRY_UNAVAILABLE"],
  ["200 without a token", respond(200, "{}"), "TOKEN_MALFORMED"],
];

/** A shop that refers to a cart in the same registry, whose token server answers requests for the cart so; and another copy of the cart. */
async function startScene(act: FaultAction) {
  const [own, other] = [
    await startFakeRegistry({ auth: { kind: "bearer", users: {}, anonymous: "pull" } }),
    await startFakeRegistry(),
  ];
  addComponentVersion(own, { references: ["acme.org/cart:1.0.0"] });
  for (const registry of [own, other]) addComponentVersion(registry, { name: "acme.org/cart" });
  own.inject({
    when: ({ kind, query }) => kind === "token" && query.getAll("scope").join().includes("acme.org/cart"),
    act,
  });
  const target = await startFakeRegistry();
  const run = (component: string) =>
    runCommand("transfer", {
      "component-versions": `${own.origin}//${component}:1.0.0`,
      resolvers: `acme.org/cart=${other.origin}`,
      recursive: "true",
      target: `${target.origin}/moved`,
      "preflight-mode": "off",
    });
  return { run, own, other, target };
}

describe("an answer of a token server says nothing of a component version", () => {
  test.each(ANSWERS)("%s: a referenced one is not taken from a resolver", async (_, act, code) => {
    const { run, other, target } = await startScene(act);
    const { errors } = await run("acme.org/shop");
    expect(errors).toEqual([expect.stringMatching(new RegExp(`^${code}: `))]);
    expect(other.requests).toEqual([]);
    expect(target.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test.each(ANSWERS)("%s: a named one is not reported as missing", async (_, act, code) => {
    const { run } = await startScene(act);
    expect((await run("acme.org/cart")).errors).toEqual([expect.stringMatching(new RegExp(`^${code}: `))]);
  });
});

test("a resolver has the copy that is taken where the registry itself answers 404", async () => {
  const { run, own, other } = await startScene(respond(404));
  own.heal();
  own.inject({
    when: asked({ kind: "manifest", repository: "component-descriptors/acme.org/cart" }),
    act: respond(404),
  });
  expect((await run("acme.org/shop")).errors).toEqual([]);
  expect(other.requests.length).toBeGreaterThan(0);
});
