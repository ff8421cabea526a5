import { afterEach, describe, expect, test } from "@jest/globals";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../../../testing/fakes/registry.ts";
import { asked } from "../../../../testing/fakes/registry-faults.ts";
import { ada, blobOf, openRegistry } from "../../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../../testing/real/running.ts";

afterEach(stopEverything);

const layer = blobOf("a layer");
const ambient = { ...ada, isAmbient: true };
const users = { ada: ada.password };

async function start(options: FakeRegistryOptions): Promise<FakeRegistry> {
  const fake = await startFakeRegistry(options);
  fake.addBlob("a", "a layer");
  return fake;
}

const sent = ({ requests }: FakeRegistry) => requests.filter(({ kind }) => kind === "blob").map(({ status }) => status);
const askedFor = ({ tokenRequests }: FakeRegistry) => tokenRequests.map(({ user }) => user ?? "nobody");

/** A registry that lets everybody read, but not who has the token of ada. */
const withForbiddenToken = () => {
  const adas: string[] = [];
  return {
    auth: { kind: "bearer", users } as const,
    faults: [
      {
        when: ({ kind, headers }: { kind: string; headers: { authorization?: string | undefined } }) => {
          const { authorization } = headers;
          if (kind !== "blob" || authorization === undefined) return false;
          if (adas.length === 0) adas.push(authorization);
          return adas.includes(authorization);
        },
        act: {
          kind: "respond",
          status: 403,
          body: '{"errors":[{"code":"DENIED","message":"not with this token"}]}',
        } as const,
      },
    ],
  };
};

describe("a credential that nobody gave for the registry", () => {
  test("is used where it is enough", async () => {
    const fake = await start({ auth: { kind: "bearer", users, anonymous: "nothing" } });
    const registry = openRegistry(fake.host, { isWritten: false, credential: ambient });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(askedFor(fake)).toEqual(["ada"]);
  });

  test("gives way to nobody in particular where the token host refuses it, and is not tried again", async () => {
    const fake = await start({ auth: { kind: "bearer", users: {} } });
    const registry = openRegistry(fake.host, { isWritten: false, credential: ambient });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    fake.expireTokens();
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(askedFor(fake)).toEqual(["ada", "nobody", "nobody"]);
  });

  test("gives way to nobody in particular where the registry refuses its token", async () => {
    const fake = await start(withForbiddenToken());
    const registry = openRegistry(fake.host, { isWritten: false, credential: ambient });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(sent(fake)).toEqual([401, 403, 200]);
    expect(askedFor(fake)).toEqual(["ada", "nobody"]);
  });

  test("is what the error is about where nobody may read either", async () => {
    const fake = await start({ auth: { kind: "bearer", users, anonymous: "nothing" } });
    const forbids = { kind: "respond", status: 403, body: '{"errors":[{"code":"DENIED"}]}' } as const;
    fake.inject({ when: ({ kind, headers }) => kind === "blob" && headers.authorization !== undefined, act: forbids });
    const registry = openRegistry(fake.host, { isWritten: false, credential: ambient });
    await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("stays what it is for writing", async () => {
    const fake = await start({ auth: { kind: "bearer", users: {} } });
    const push = openRegistry(fake.host, { credential: ambient })
      .repository("a")
      .push(blobOf("new"), Buffer.from("new"));
    await expect(push).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
    expect(askedFor(fake)).toEqual(["ada"]);
  });
});

test("a credential that was given is not put aside", async () => {
  const fake = await start(withForbiddenToken());
  const registry = openRegistry(fake.host, { isWritten: false, credential: ada });
  await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({ code: "DENIED" });
  expect(askedFor(fake)).toEqual(["ada"]);
});

test("the answer of a token host says nothing about a manifest", async () => {
  const fake = await start({ auth: { kind: "bearer", users } });
  fake.inject({
    when: asked({ kind: "token" }),
    act: { kind: "respond", status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' },
  });
  const reading = openRegistry(fake.host, { isWritten: false }).repository("a").resolve("1.0.0");
  await expect(reading).rejects.toMatchObject({ code: "TOKEN_HOST_REFUSED", where: fake.host });
});
