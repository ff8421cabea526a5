import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { isDigest } from "../../../src/oci/digest.ts";
import { type ComponentVersion, readComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import { locateAbsolute } from "../../../src/transfer/source/locate.ts";
import { addComponentVersion, addImage } from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import type { FaultAction } from "../../../testing/fakes/registry-faults.ts";
import { openClient } from "../../../testing/product/open-client.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const ATTEMPTS = 3;

let home: FakeRegistry;
let far: FakeRegistry;
let version: ComponentVersion;
let digest: string;

beforeEach(async () => {
  [home, far] = [await startFakeRegistry(), await startFakeRegistry({ address: "127.0.0.2" })];
  addComponentVersion(home, {});
  digest = addImage(far, "app").digest;
  const registry = openRegistry(home.host, { attempts: ATTEMPTS, timeout: 300 });
  version = await readComponentVersion({ registry, path: "", display: home.host }, "acme.org/shop", "1.0.0");
});

async function locate() {
  if (!isDigest(digest)) throw new Error("no digest");
  const reference = { host: far.host, scheme: undefined, repository: "app", tag: undefined, digest } as const;
  const client = openClient({ attempts: ATTEMPTS, timeout: 300 });
  const { from } = await locateAbsolute(version, [], reference, () => openRegistry(far.host, { client }));
  return from.store?.name;
}

const isGuess = ({ repository }: { repository: string }) => repository === "app";
const guesses = () => home.requests.filter(isGuess).length;
const fault = (act: FaultAction, times = 99) => ({ when: isGuess, times, act });

test.each<[string, FaultAction]>([
  ["404", { kind: "respond", status: 404 }],
  ["401", { kind: "respond", status: 401 }],
  ["403", { kind: "respond", status: 403 }],
  ["400", { kind: "respond", status: 400 }],
  ["500", { kind: "respond", status: 500 }],
  ["503 and a wait", { kind: "respond", status: 503, headers: { "retry-after": "1" } }],
  ["a cut connection", { kind: "reset" }],
  ["silence", { kind: "mute" }],
])("a guess that is answered with %s costs one request, and the named place decides", async (_, act) => {
  home.inject(fault(act));
  expect(await locate()).toBe(far.host);
  expect(guesses()).toBe(1);
});

test("a guess that failed for a reason that passes is repeated where the named place fails", async () => {
  addImage(home, "app");
  home.inject(fault({ kind: "respond", status: 503 }, 2));
  far.inject({ when: () => true, act: { kind: "respond", status: 404 } });
  expect(await locate()).toBe(home.host);
  expect(guesses()).toBe(3);
});

test("a guess that fails for good is not repeated, and the error is that of the named place", async () => {
  home.inject(fault({ kind: "respond", status: 404 }));
  far.inject({ when: () => true, act: { kind: "respond", status: 404 } });
  await expect(locate()).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN", where: far.host });
  expect(guesses()).toBe(1);
});
