import { expect, test } from "@jest/globals";
import { FAULTS } from "../../testing/chaos/faults/registry-faults.ts";
import { scheduleBySeed } from "../../testing/chaos/faults/schedule.ts";
import { TUNNEL_FAULTS } from "../../testing/chaos/faults/tunnel-faults.ts";
import { readRequest } from "../../testing/fakes/registry-request.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

const REQUESTS = [
  ["GET", "/v2/"],
  ["GET", `/v2/a/blobs/${DIGEST}`],
  ["HEAD", `/v2/a/blobs/${DIGEST}`],
  ["GET", "/v2/a/manifests/1.0.0"],
  ["PUT", "/v2/a/manifests/1.0.0"],
  ["POST", "/v2/a/blobs/uploads/"],
  ["POST", `/v2/a/blobs/uploads/?mount=${DIGEST}&from=b`],
  ["GET", "/token?scope=repository:a:pull"],
].map(([method = "", url = ""]) => askedFor(method, url));

function askedFor(method: string, url: string) {
  return readRequest(
    { method, url, headers: { authorization: "Bearer x" } } as Parameters<typeof readRequest>[0],
    "/token",
  );
}

const chances = { seed: "7", rate: 0.5, faults: FAULTS, tunnelFaults: TUNNEL_FAULTS };

/** The faults of so many requests of each kind, in this order of the kinds. */
function faultsOf(requests: typeof REQUESTS, seed = "7"): ReadonlyMap<string, readonly (string | undefined)[]> {
  const { forRequest } = scheduleBySeed({ ...chances, seed });
  const met = Array.from({ length: 20 }, () =>
    requests.map((request) => [request, forRequest(request)?.name] as const),
  );
  const groups = Map.groupBy(met.flat(), ([{ method, path, query }]) => `${method} ${path} ${query}`);
  return new Map([...groups].sort().map(([key, all]) => [key, all.map(([, name]) => name)]));
}

test("names of faults are unique", () => {
  const names = [...FAULTS, ...TUNNEL_FAULTS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("every fault is possible for some request", () => {
  const uploads = [askedFor("PUT", `/v2/a/blobs/uploads/1?digest=${DIGEST}`)];
  const impossible = FAULTS.filter(({ at }) => ![...REQUESTS, ...uploads].some(at));
  expect(impossible.map(({ name }) => name)).toEqual([]);
});

test("the same seed gives each request the same faults, in any order of requests", () => {
  const faults = faultsOf(REQUESTS);
  expect([...faults.values()].flat().filter((name) => name !== undefined).length).toBeGreaterThan(40);
  expect(faultsOf(REQUESTS.toReversed())).toEqual(faults);
});

test("another seed gives other faults", () => {
  expect(faultsOf(REQUESTS, "8")).not.toEqual(faultsOf(REQUESTS));
});

test("the upload session has no influence, since registries name it by chance", () => {
  const namesOf = (session: string) => {
    const { forRequest } = scheduleBySeed(chances);
    const request = askedFor("PUT", `/v2/a/blobs/uploads/${session}?_state=${session}&digest=${DIGEST}`);
    return Array.from({ length: 20 }, () => forRequest(request)?.name);
  };
  expect(new Set(namesOf("1")).size).toBeGreaterThan(3);
  expect(namesOf("2")).toEqual(namesOf("1"));
});

test("the rate is the share of requests that meet a fault", () => {
  const { forRequest, forTunnel } = scheduleBySeed({ ...chances, rate: 0.05 });
  const met = Array.from({ length: 4000 }, (_, at) => forRequest(askedFor("GET", `/v2/a/blobs/sha256:${at}`)));
  const share = met.filter((fault) => fault !== undefined).length / met.length;
  expect(share).toBeGreaterThan(0.04);
  expect(share).toBeLessThan(0.06);
  expect(Array.from({ length: 400 }, () => forTunnel("a:443")).some((fault) => fault !== undefined)).toBe(true);
});
