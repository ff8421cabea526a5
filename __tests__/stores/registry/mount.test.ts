import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction, faults, ociError } from "../../../testing/fakes/registry-faults.ts";
import { ada, blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const layer = blobOf("a layer");

let fake: FakeRegistry;
let repository: RemoteRepository;
beforeEach(async () => {
  fake = await startFakeRegistry();
  repository = openRegistry(fake.host).repository("a");
});

const steps = ({ requests }: FakeRegistry) => requests.map(({ method, kind, status }) => `${method} ${kind} ${status}`);
const on = (method: string, act: FaultAction) => ({ when: asked({ method, kind: "upload" }), act });

describe("mounting a blob", () => {
  beforeEach(() => {
    fake.addBlob("b", "a layer");
  });

  test("takes it over with one request", async () => {
    expect(await repository.mount(layer, "b")).toBe(true);
    expect(fake.blob("a", layer.digest)).toHaveLength(7);
    expect(steps(fake)).toEqual(["POST upload 201"]);
    expect(Object.fromEntries(fake.requests[0]?.query ?? [])).toEqual({ mount: layer.digest, from: "b" });
  });

  test("asks for a token for both repositories", async () => {
    const users = { ada: ada.password };
    const guarded = await startFakeRegistry({ auth: { kind: "bearer", users, anonymous: "nothing" } });
    guarded.addBlob("b", "a layer");
    expect(await openRegistry(guarded.host, { credential: ada }).repository("a").mount(layer, "b")).toBe(true);
    expect(guarded.tokenRequests.map(({ scopes }) => scopes)).toEqual([
      ["repository:a:pull,push", "repository:b:pull"],
    ]);
  });

  test("that becomes an upload leaves no session", async () => {
    expect(await repository.mount(layer, "c")).toBe(false);
    expect(steps(fake)).toEqual(["POST upload 202", "DELETE upload 204"]);
  });

  test.each<[string, FaultAction]>([
    ["refuses to cancel it", { kind: "respond", status: 405 }],
    ["cuts the connection", { kind: "reset" }],
  ])("that becomes an upload is no error where the registry %s", async (_, act) => {
    fake.inject(on("DELETE", act));
    expect(await repository.mount(layer, "c")).toBe(false);
  });

  test.each([400, 401, 403, 404, 405])("that is refused with %i means an upload", async (status) => {
    fake.inject(faults.mountRefused(status));
    expect(await repository.mount(layer, "b")).toBe(false);
    await repository.push(layer, Buffer.from("a layer"));
    expect(fake.blob("a", layer.digest)).toHaveLength(7);
  });

  test("that gets no token for both means an upload", async () => {
    const users = { ada: ada.password };
    const guarded = await startFakeRegistry({ auth: { kind: "bearer", users, anonymous: "nothing" } });
    const refused = { kind: "respond", status: 403, body: ociError("DENIED", "not both") } as const;
    guarded.inject({ when: ({ kind, query }) => kind === "token" && query.getAll("scope").length > 1, act: refused });
    const guardedRepository = openRegistry(guarded.host, { credential: ada }).repository("a");
    expect(await guardedRepository.mount(layer, "b")).toBe(false);
    await guardedRepository.push(layer, Buffer.from("a layer"));
    expect(guarded.blob("a", layer.digest)).toHaveLength(7);
  });

  test("sends nobody elsewhere to cancel", async () => {
    const other = await startFakeRegistry({ address: "127.0.0.2" });
    fake.inject(on("POST", { kind: "headers", headers: { location: `${other.origin}/v2/a/blobs/uploads/1` } }));
    expect(await repository.mount(layer, "c")).toBe(false);
    expect(other.requests).toEqual([]);
  });
});
