import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { isHost } from "../src/oci/reference.ts";
import { METADATA, NO_HOST, PRIVATE, PUBLIC } from "../testing/generated/spelled-hosts.ts";
import { stopEverything } from "../testing/real/running.ts";
import { type Led, type OpenedSession, openTestSession, startWorld, WAYS, type Way, type World } from "./led-astray.ts";

afterEach(stopEverything);

let world: World;
beforeEach(async () => {
  world = await startWorld();
});

const BEGINNING = "registry.example.test";
const EVERY_WAY = Object.keys(WAYS) as Way[];
/** A header is of ASCII. */
const HEADERS: readonly Way[] = [
  "redirect",
  "upload location",
  "next page",
  "realm",
  "redirect of a foreign registry",
  "realm of a foreign registry",
];
const FOREIGN: readonly Way[] = ["redirect of a foreign registry", "realm of a foreign registry"];
const WEB: readonly Way[] = ["wget", "helm repository", "helm chart"];

const isAscii = (host: string) => /^[\x20-\x7e]*$/.test(host);
const spelledFor = (way: Way, hosts: readonly string[]) => (HEADERS.includes(way) ? hosts.filter(isAscii) : hosts);

interface Outcome {
  /** Hosts that were asked beside the one that the way begins at. */
  readonly reached: readonly string[];
  readonly code: string;
}

interface Begun {
  readonly isProxied: boolean;
  readonly beginning: string;
}

function openFor(way: Way, { isProxied, beginning }: Begun): OpenedSession {
  const from = `http://${beginning}`;
  const proxy = isProxied ? `http://${world.host}` : "direct";
  const named = { sources: [from], target: from, credentials: [`${beginning}=ada:s3cret`] };
  return openTestSession({
    inputs: { "http-proxy": proxy, "https-proxy": proxy, retries: "1", "probe-timeout": "1" },
    ...(FOREIGN.includes(way) ? {} : named),
  });
}

/** Goes one way to a host, and says where the requests went. */
async function go(way: Way, host: string, session: OpenedSession, { isProxied, beginning }: Begun): Promise<Outcome> {
  // A realm in plain HTTP is refused for that alone.
  const led: Led = { beginning, origin: `${way.startsWith("realm") ? "https" : "http"}://${host}` };
  world.leadTo(led.origin);
  const log = (): readonly { readonly host: string }[] => (isProxied ? world.asked : session.hops);
  const before = log().length;
  const code = await WAYS[way](session, led).then(
    () => "",
    (error: { readonly code?: string; readonly name: string }) => error.code ?? error.name,
  );
  const asked = log().slice(before);
  const elsewhere = asked.map((each) => each.host).filter((each) => each !== beginning && each !== `${beginning}:80`);
  return { code, reached: elsewhere };
}

async function outcomes(way: Way, hosts: readonly string[], isProxied: boolean) {
  const begun = { isProxied, beginning: isProxied ? BEGINNING : world.host };
  const found: Record<string, Outcome> = {};
  let session = openFor(way, begun);
  for (const host of spelledFor(way, hosts)) {
    found[host] = await go(way, host, session, begun);
    // A registry is asked only once which login it wants.
    if (way.startsWith("realm")) session = openFor(way, begun);
  }
  return found;
}

/** Codes of spellings that are no host where they are written. */
const UNREADABLE = ["REFERENCE_MALFORMED", "URL_MALFORMED"];

function expectRefused(found: Readonly<Record<string, Outcome>>, ...expected: readonly string[]): void {
  const entries = Object.entries(found);
  const reached = entries.filter(([, outcome]) => outcome.reached.length > 0).map(([host]) => host);
  expect(reached).toEqual([]);
  const codes = entries.map(([, outcome]) => outcome.code);
  expect(codes.filter((each) => !expected.includes(each) && !UNREADABLE.includes(each))).toEqual([]);
  expect(codes.filter((each) => expected.includes(each)).length).toBeGreaterThan(entries.length / 2);
}

/** What a realm has to be is asked before where it leads. */
const codesOf = (way: Way) =>
  way === "next page"
    ? ["REDIRECT_MALFORMED"]
    : way.startsWith("realm")
      ? ["ADDRESS_REFUSED", "TOKEN_REALM_REFUSED"]
      : ["ADDRESS_REFUSED"];

describe.each([
  ["through a proxy", true],
  ["directly", false],
])("%s", (_, isProxied) => {
  describe.each(EVERY_WAY)("%s", (way) => {
    test("S3, S6, V5: leads to no metadata of a cloud, however that is spelled", async () => {
      expectRefused(await outcomes(way, METADATA, isProxied), ...codesOf(way));
    });
  });

  test.each([...WEB, ...FOREIGN])("S5: %s leads to nothing private", async (way) => {
    const hosts = [...PRIVATE, "127.0.0.1:9", "localhost:9", "[::1]:9"];
    expectRefused(await outcomes(way, hosts, isProxied), ...codesOf(way));
  });

  test.each<[Way, ...string[]]>([
    ["redirect", "REDIRECT_MALFORMED"],
    ["upload location", "UPLOAD_LOCATION_REFUSED"],
    ["next page", "REDIRECT_MALFORMED"],
    ["realm", "ADDRESS_REFUSED", "TOKEN_REALM_REFUSED"],
    ["wget", "ADDRESS_REFUSED"],
    ["helm chart", "ADDRESS_REFUSED"],
    ["redirect of a foreign registry", "REDIRECT_MALFORMED"],
  ])("V6: %s leads to nothing that a rule of a proxy would read as a pattern", async (way, ...expected) => {
    expectRefused(await outcomes(way, NO_HOST, isProxied), ...expected);
  });
});

describe("in the network of a company, through its proxy", () => {
  /** As the proxy is asked for it. */
  const asHost = (host: string) => new URL(`http://${host}`).host;

  test.each<Way>(["redirect", "upload location", "realm"])(
    "%s of a registry that the user named leads to private hosts",
    async (way) => {
      const found = await outcomes(way, PRIVATE, true);
      const reached = Object.fromEntries(
        Object.entries(found).map(([host, outcome]) => [host, new Set(outcome.reached)]),
      );
      expect(reached).toEqual(Object.fromEntries(PRIVATE.map((host) => [host, new Set([asHost(host)])])));
      const elsewhere = world.asked.filter(({ host }) => host !== BEGINNING);
      expect(elsewhere.map(({ authorization }) => authorization)).toEqual(elsewhere.map(() => undefined));
    },
  );

  test("a private registry that only a descriptor names is asked", async () => {
    const found = await outcomes("foreign registry", PRIVATE, true);
    const missed = Object.entries(found).filter(([host, { reached }]) => !reached.includes(asHost(host)));
    expect(missed.map(([host, { code }]) => `${host}: ${code}`)).toEqual(["nas.local.: REFERENCE_MALFORMED"]);
  });

  test.each(EVERY_WAY.filter((way) => way !== "next page"))("%s leads to public hosts", async (way) => {
    const found = await outcomes(way, PUBLIC, true);
    const missed = Object.entries(found).filter(([host, { reached, code }]) => {
      if (UNREADABLE.includes(code) && !isHost(host)) return false;
      const { hostname } = new URL(`http://${host}`);
      return !reached.some((each) => each.startsWith(hostname));
    });
    expect(missed).toEqual([]);
  });
});

test("a metadata server that the user names as a source is asked", async () => {
  const inputs = { "http-proxy": `http://${world.host}`, retries: "1" };
  const session = openTestSession({ inputs, sources: ["http://169.254.169.254/ocm"] });
  await WAYS.wget(session, { beginning: "", origin: "http://0xa9fea9fe" });
  expect(world.asked.map(({ host, path }) => `${host}${path}`)).toEqual(["169.254.169.254/notes"]);
  await expect(WAYS.wget(session, { beginning: "", origin: "http://169.254.169.254:8080" })).rejects.toMatchObject({
    code: "ADDRESS_REFUSED",
  });
});

test("S3: an upload elsewhere is sent without a login", async () => {
  const session = openTestSession({
    inputs: { "http-proxy": `http://${world.host}` },
    target: `http://${BEGINNING}`,
    credentials: [`${BEGINNING}=ada:s3cret`, "uploads.example.test=ada:s3cret"],
  });
  world.leadTo("http://uploads.example.test");
  await WAYS["upload location"](session, { beginning: BEGINNING, origin: "" });
  expect(world.asked.map(({ method, host, authorization }) => [method, host, authorization])).toEqual([
    ["POST", BEGINNING, undefined],
    ["PUT", "uploads.example.test", undefined],
  ]);
});

test("V9: a host that is named without a port is not named with every port", async () => {
  const session = openTestSession({ inputs: { "plain-http": "127.26.0.1" }, target: "http://127.26.0.1/ocm" });
  const wget = WAYS.wget(session, { beginning: "", origin: "http://127.26.0.1:9999" });
  await expect(wget).rejects.toMatchObject({ code: "ADDRESS_REFUSED", where: "127.26.0.1:9999" });
  expect(session.hops).toEqual([]);
});
