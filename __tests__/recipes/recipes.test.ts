import { afterEach, describe, expect, test } from "@jest/globals";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { recipeNames } from "./recipes.ts";
import {
  ACTOR,
  annotationsOf,
  loginsAt,
  nameOf,
  OF_THE_SOURCE,
  problemOf,
  published,
  run,
  sourceOf,
  stage,
  writesAt,
} from "./stage.ts";
import { SECRET, VENDORS } from "./vendors.ts";

afterEach(stopEverything);

test("each recipe has a registry with the login of its vendor", () => {
  expect(recipeNames).toEqual(Object.keys(VENDORS));
});

withParts(["openssl"], "a recipe", () => {
  describe.each(recipeNames)("%s", (name) => {
    test("transfers, with one scope for each token, and sends each secret to its own host alone", async () => {
      const staged = await stage(name);
      const { vendor, target, source, proxy } = staged;
      const results = await run(staged, { secret: SECRET });
      expect(annotationsOf(results)).toEqual([]);
      expect(published(staged)).toEqual(["1.2.0"]);

      const { host, tokenHost, auth, user } = vendor;
      const isBearer = auth.kind === "bearer";
      const place = isBearer ? `${tokenHost ?? nameOf(host)} token` : `${host.replace(/:443$/, "")} registry`;
      expect(loginsAt(target)).toEqual([`${place} ${user}:${SECRET}`]);
      const reader = name === "ghcr.yml" ? "reader" : ACTOR;
      expect(loginsAt(source)).toEqual([`${sourceOf(name)} token ${reader}:${OF_THE_SOURCE}`]);
      expect([source, target].map(({ tokenRequests }) => tokenRequests.length > 0)).toEqual([true, isBearer]);
      for (const { scopes } of [...target.tokenRequests, ...source.tokenRequests]) expect(scopes).toHaveLength(1);
      expect(proxy.log.length).toBeGreaterThan(1);
      expect(proxy.log.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    });

    test("fails with a wrong secret before anything is written", async () => {
      const staged = await stage(name);
      const results = await run(staged, { secret: "wrong" });
      expect(problemOf(results)).toMatchObject({ title: "CREDENTIALS_REFUSED" });
      expect(writesAt(staged)).toEqual([]);
    });

    test("reports a secret that is not set before anything is written", async () => {
      const staged = await stage(name);
      const results = await run(staged, { secret: "" });
      expect(problemOf(results)?.message).toMatch(/no login for|the password is empty/);
      expect(writesAt(staged)).toEqual([]);
    });

    test("fails when the login expires during the transfer, and publishes nothing", async () => {
      const staged = await stage(name);
      const { target, vendor } = staged;
      const running = run(staged, { secret: SECRET });
      await target.seen(({ kind, method }) => kind === "upload" && method === "PUT");
      vendor.expire(target);
      const problem = problemOf(await running);
      expect(problem?.title).toBe("CREDENTIALS_REFUSED");
      expect(problem?.message).toContain(vendor.secretFrom);
      expect(published(staged)).toEqual([]);
    });
  });
});
