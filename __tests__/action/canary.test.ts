import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { type ProxyOptions, startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, type Fault, ociError } from "../../testing/fakes/registry-faults.ts";
import type { ActionOptions } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import {
  encodings,
  IDENTITY_TOKEN,
  leaksIn,
  PROXY_PASSWORD,
  REGISTRY_PASSWORD,
  runWatched,
  STRAY_PASSWORD,
  strictly,
  TOKEN,
  USER,
} from "./canaries.ts";

afterEach(stopEverything);

const SHOP = "//example.org/shop:1.2.0";
const STRAY = strictly(STRAY_PASSWORD);

/** The header that carries it, as request dumps have it, and every spelling by itself. */
function echoOf(secret: string): string {
  return `Authorization: Basic ${auth(`${USER}:${secret}`)}; ${spelled(encodings(secret))}`;
}

/** Of a token no client makes a login. */
function echoOfToken(token: string): string {
  const { "base64 of user:password": _, "base64 without padding": __, ...others } = encodings(token);
  return `Authorization: Bearer ${token}; ${spelled(others)}`;
}

function spelled(all: Readonly<Record<string, string>>): string {
  return Object.entries(all)
    .map(([how, text]) => `${how}: ${text}`)
    .join("; ");
}

/** The same as far as a field of a header can hold it. */
function headerEcho(secret: string): string {
  return echoOf(secret)
    .split("; ")
    .filter((part) => /^[\x20-\x7e]*$/.test(part))
    .join("; ");
}

interface Scene {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly layer: string;
  /** The usual transfer, with credentials for both registries. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** The registries of a transfer, which let everybody do everything until they are told otherwise. */
async function stage(): Promise<Scene> {
  const source = await startFakeRegistry();
  const target = await startFakeRegistry();
  const layer = Buffer.alloc(100_000, "layer");
  const image = addImage(source, "images/frontend", { tag: "1.0.0", layers: [layer] });
  const resources = [imageResource("frontend", `${source.origin}/images/frontend:1.0.0`, image)];
  addComponentVersion(source, { path: "ocm", name: "example.org/shop", version: "1.2.0", resources });
  const inputs = {
    "component-versions": `${source.origin}/ocm${SHOP}`,
    target: `${target.origin}/x`,
    credentials: [source, target].map(({ host }) => `${host}=${USER}:${REGISTRY_PASSWORD}`).join("\n"),
    retries: "1",
    "probe-timeout": "2",
    "stall-timeout": "5",
  };
  return { source, target, layer: sha256(layer), inputs };
}

/** A registry that lets nobody pass without the token that it issues to everybody, at whichever of its names it is reached by. */
function wantsToken({ tokenOrigin }: FakeRegistry): Fault[] {
  const issues: Fault = {
    when: asked({ kind: "token" }),
    act: { kind: "respond", status: 200, body: JSON.stringify({ token: TOKEN, expires_in: 300 }) },
  };
  const refuses = (origin: string): Fault => ({
    when: ({ headers }) => headers.authorization !== `Bearer ${TOKEN}` && headers.host === new URL(origin).host,
    act: {
      kind: "respond",
      status: 401,
      headers: {
        "www-authenticate": `Bearer realm="${origin}/token",service="registry",scope="repository:x:pull"`,
      },
      body: ociError("DENIED", "no"),
    },
  });
  return [issues, ...[tokenOrigin, "http://source.test"].map(refuses)];
}

const respond = (when: Fault["when"], status: number, body: string, headers: Record<string, string> = {}): Fault => ({
  when,
  act: { kind: "respond", status, body, headers },
});

const always = () => true;

/** Something under `auths` of docker's configuration file, as it is there. */
const auth = (text: string) => Buffer.from(text).toString("base64");
const proxyUrl = (url: string, password = PROXY_PASSWORD) => url.replace("//", `//${USER}:${strictly(password)}@`);

/** The same transfer through a proxy that wants the canary, from a source that only the proxy can find. */
async function behindProxy(options: ProxyOptions): Promise<Scene> {
  const scene = await stage();
  const hosts = { "source.test": scene.source.host };
  const proxy = await startProxy({ hosts, ...options });
  const credentials = `${scene.inputs.credentials}\nsource.test=${USER}:${REGISTRY_PASSWORD}`;
  const versions = `http://source.test/ocm${SHOP}`;
  const setting = proxyUrl(proxy.url);
  const inputs = {
    ...scene.inputs,
    credentials,
    "component-versions": versions,
    "http-proxy": setting,
    "https-proxy": setting,
  };
  return { ...scene, inputs };
}

async function behindProxyTls(options: ProxyOptions): Promise<ActionOptions> {
  const { inputs } = await behindProxy(options);
  return { inputs: { ...inputs, "component-versions": `source.test/ocm${SHOP}` } };
}

async function sourceAnswers(...faults: readonly Fault[]): Promise<ActionOptions> {
  const { source, inputs } = await stage();
  source.inject(...faults, ...wantsToken(source));
  return { inputs: { ...inputs, "preflight-mode": "off" } };
}

async function targetAnswers(...faults: readonly Fault[]): Promise<ActionOptions> {
  const { target, inputs } = await stage();
  target.inject(...faults, ...wantsToken(target));
  return { inputs };
}

async function redirectedTo(location: string): Promise<ActionOptions> {
  const { source, layer, inputs } = await stage();
  source.inject(respond(asked({ kind: "blob", reference: layer }), 307, "", { location }));
  return { inputs };
}

function dockerConfig(text: string): ActionOptions {
  const file = join(temporaryFolder(), "config.json");
  writeFileSync(file, text);
  return { inputs: { command: "explain", urls: "https://ghcr.io/", "registry-config": file } };
}

const withInputs =
  (inputs: Record<string, string>, env: Record<string, string> = {}) =>
  async () => ({ inputs, env });

const challengeOf = (text: string) => ({ "www-authenticate": text });

const FAILURES: readonly [name: string, code: string, options: () => Promise<ActionOptions>][] = [
  [
    "a wrong proxy password",
    "PROXY_AUTH_FAILED",
    async () => ({ inputs: (await behindProxy({ auth: { user: USER, password: "another" } })).inputs }),
  ],
  [
    "a wrong proxy password, in a tunnel",
    "PROXY_AUTH_FAILED",
    () => behindProxyTls({ auth: { user: USER, password: "another" } }),
  ],
  [
    "a proxy whose 407 repeats the header",
    "PROXY_AUTH_FAILED",
    () =>
      behindProxyTls({
        deny: {
          "*": {
            status: 407,
            headers: { "proxy-authenticate": `Basic realm="${headerEcho(PROXY_PASSWORD)}"` },
            body: echoOf(PROXY_PASSWORD),
          },
        },
      }),
  ],
  [
    "a proxy whose refusal repeats the header",
    "PROXY_DENIED",
    () =>
      behindProxyTls({
        deny: {
          "*": {
            status: 403,
            headers: { "x-squid-error": `ERR ${headerEcho(PROXY_PASSWORD)}` },
            body: `<title>${echoOf(PROXY_PASSWORD)}</title><p>${echoOf(PROXY_PASSWORD)}`,
          },
        },
      }),
  ],
  [
    "a proxy whose refusal of plain HTTP repeats the header",
    "PROXY_UPSTREAM_FAILED",
    async () => ({
      inputs: (
        await behindProxy({ deny: { "*": { status: 502, body: echoOf(PROXY_PASSWORD) + echoOf(REGISTRY_PASSWORD) } } })
      ).inputs,
    }),
  ],
  ["a proxy that never answers", "PROXY_MUTE", () => behindProxyTls({ fault: "mute" })],
  ["a proxy that hangs up", "PROXY_CLOSED", () => behindProxyTls({ fault: "close" })],
  ["a proxy that is none", "PROXY_NOT_A_PROXY", () => behindProxyTls({ fault: "not-http" })],
  [
    "a registry that repeats the password in its refusal",
    "DENIED",
    () => sourceAnswers(respond(asked({ kind: "manifest" }), 403, ociError("DENIED", echoOf(REGISTRY_PASSWORD)))),
  ],
  [
    "a registry that repeats the request headers",
    "REGISTRY_REFUSED",
    () =>
      sourceAnswers({
        when: ({ kind, headers }) => kind === "manifest" && headers.authorization !== undefined,
        act: {
          kind: "respond",
          status: 400,
          body: JSON.stringify({ request: { headers: { authorization: [`Bearer ${TOKEN}`, TOKEN] } } }),
        },
      }),
  ],
  [
    "a registry that repeats the token in its refusal",
    "TOKEN_REFUSED",
    () =>
      sourceAnswers(
        respond(({ headers }) => headers.authorization?.startsWith("Bearer") ?? false, 401, echoOfToken(TOKEN)),
      ),
  ],
  [
    "a registry that refuses the login, and repeats it in its challenge",
    "CREDENTIALS_REFUSED",
    async () => {
      const { source, inputs } = await stage();
      const challenge = challengeOf(`Basic realm="${headerEcho(REGISTRY_PASSWORD)}"`);
      source.inject(respond(always, 401, echoOf(REGISTRY_PASSWORD), challenge));
      return { inputs };
    },
  ],
  [
    "a token realm with a password",
    "TOKEN_REALM_REFUSED",
    () =>
      sourceAnswers(
        respond(always, 401, "", challengeOf(`Bearer realm="http://${USER}:${STRAY}@127.0.0.1:9/token",service="x"`)),
      ),
  ],
  [
    "a token host that repeats the login",
    "CREDENTIALS_REFUSED",
    () => sourceAnswers(respond(asked({ kind: "token" }), 401, echoOf(REGISTRY_PASSWORD))),
  ],
  [
    "a token host whose answer is no token",
    "TOKEN_MALFORMED",
    () => sourceAnswers(respond(asked({ kind: "token" }), 200, echoOf(REGISTRY_PASSWORD))),
  ],
  [
    "a redirect with a signature, to nowhere",
    "HOST_UNREACHABLE",
    () => redirectedTo(`http://127.0.0.1:9/blob?sig=${STRAY}#${STRAY}`),
  ],
  [
    "a redirect with a password",
    "REDIRECT_MALFORMED",
    () => redirectedTo(`http://${USER}:${STRAY}@127.0.0.1:9/blob?sig=${STRAY}#${STRAY}`),
  ],
  [
    "a redirect with a password, to no URL",
    "REDIRECT_MALFORMED",
    () => redirectedTo(`http://${USER}:${STRAY}@[bad/?sig=${STRAY}`),
  ],
  [
    "a redirect with a password, to another scheme",
    "REDIRECT_MALFORMED",
    () => redirectedTo(`ftp://${USER}:${STRAY}@127.0.0.1/blob?sig=${STRAY}`),
  ],
  ["a credentials line without user", "INPUT_INVALID", withInputs({ credentials: `ghcr.io=${STRAY_PASSWORD}` })],
  ["a credentials line without host", "INPUT_INVALID", withInputs({ credentials: `${USER}:${STRAY_PASSWORD}` })],
  [
    "a credentials line with blanks before the password",
    "INPUT_INVALID",
    withInputs({ credentials: `ghcr.io/a b=${USER} ${STRAY_PASSWORD}` }),
  ],
  [
    "a docker configuration that is no JSON",
    "CREDENTIALS_MALFORMED",
    async () => dockerConfig(`{"auths": {"ghcr.io": {"auth": "${auth(`${USER}:${STRAY_PASSWORD}`)}"`),
  ],
  [
    "a docker configuration whose password is raw",
    "CREDENTIALS_MALFORMED",
    async () => dockerConfig(JSON.stringify({ auths: { "ghcr.io": { auth: auth(STRAY_PASSWORD) } } })),
  ],
  ["a docker configuration that is a password", "CREDENTIALS_MALFORMED", async () => dockerConfig(STRAY_PASSWORD)],
  [
    "a docker configuration that is not there",
    "CREDENTIALS_MALFORMED",
    withInputs({ credentials: `ghcr.io=${USER}:${REGISTRY_PASSWORD}`, "registry-config": "/nowhere/config.json" }),
  ],
  [
    "a docker configuration in the place of its name",
    "CREDENTIALS_MALFORMED",
    withInputs({
      "registry-config": JSON.stringify({ auths: { "ghcr.io": { username: USER, password: STRAY_PASSWORD } } }),
    }),
  ],
  [
    "a proxy URL with a raw # in the password",
    "PROXY_URL_MALFORMED",
    withInputs({ command: "setup", "https-proxy": `http://${USER}:${STRAY_PASSWORD}#@127.0.0.1:9` }),
  ],
  [
    "a proxy URL with a raw % in the password",
    "PROXY_URL_MALFORMED",
    withInputs({ command: "setup", "https-proxy": `http://${USER}:${STRAY_PASSWORD}%@127.0.0.1:9` }),
  ],
  [
    "a proxy URL without host",
    "PROXY_URL_MALFORMED",
    withInputs({ command: "setup", "https-proxy": `http://${USER}:${STRAY_PASSWORD}` }),
  ],
  [
    "a proxy URL with a line break in it",
    "PROXY_URL_MALFORMED",
    withInputs({ command: "setup", "https-proxy": `http://${USER}:\n${STRAY_PASSWORD}@127.0.0.1:9` }),
  ],
  [
    "a proxy URL of another scheme, from the environment",
    "PROXY_URL_MALFORMED",
    withInputs({ command: "setup" }, { HTTPS_PROXY: `ftp://${USER}:${STRAY_PASSWORD}@127.0.0.1:9` }),
  ],
  [
    "a password in a component version",
    "REFERENCE_MALFORMED",
    withInputs({ "component-versions": `${USER}:${STRAY_PASSWORD}@ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }),
  ],
  [
    "a password in the URL of a component version",
    "REFERENCE_MALFORMED",
    withInputs({ "component-versions": `https://${USER}:${STRAY_PASSWORD}@ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }),
  ],
  [
    "a password with a slash in a component version",
    "REFERENCE_MALFORMED",
    withInputs({ "component-versions": `${USER}:a/${STRAY_PASSWORD}@ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }),
  ],
  [
    "a password that goes on behind a slash in a component version",
    "REFERENCE_MALFORMED",
    withInputs({ "component-versions": `${USER}:${STRAY_PASSWORD}/a@ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }),
  ],
  [
    "a password with two slashes in a component version",
    "REFERENCE_MALFORMED",
    withInputs({ "component-versions": `${USER}:a//${STRAY_PASSWORD}@ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }),
  ],
  [
    "a password with a slash in the target",
    "REFERENCE_MALFORMED",
    withInputs({ target: `http://${USER}:a/${STRAY_PASSWORD}@ghcr.io/x` }),
  ],
  [
    "a password in a component version without version",
    "REFERENCE_MALFORMED",
    withInputs({
      "component-versions": `https://${USER}:${STRAY}@ghcr.io/acme//example.org/shop`,
      target: "ghcr.io/x",
    }),
  ],
  [
    "a password in the target",
    "REFERENCE_MALFORMED",
    withInputs({ target: `http://${USER}:${STRAY_PASSWORD}@ghcr.io/x` }),
  ],
  ["a token in the target", "REFERENCE_MALFORMED", withInputs({ target: `https://${STRAY_PASSWORD}@ghcr.io/x` })],
  [
    "a password in plain-http",
    "INPUT_INVALID",
    withInputs({ "plain-http": `http://${USER}:${STRAY_PASSWORD}@ghcr.io` }),
  ],
  [
    "an upload that is refused with the request's headers",
    "REGISTRY_REFUSED",
    () =>
      targetAnswers(
        respond(
          ({ kind, method }) => kind === "upload" && method !== "GET",
          400,
          ociError("BLOB_UPLOAD_INVALID", `${echoOfToken(TOKEN)}; ${echoOf(REGISTRY_PASSWORD)}`),
        ),
      ),
  ],
  [
    "a manifest that is refused with the request's headers",
    "REGISTRY_REFUSED",
    () =>
      targetAnswers(
        respond(
          asked({ kind: "manifest", method: "PUT" }),
          400,
          ociError("MANIFEST_INVALID", `${echoOfToken(TOKEN)}; ${echoOf(REGISTRY_PASSWORD)}`),
        ),
      ),
  ],
  [
    "an upload that leads to nowhere, with its state",
    "UPLOAD_HOST_BLOCKED",
    () =>
      targetAnswers(
        respond(asked({ kind: "upload", method: "POST" }), 202, "", {
          location: `http://127.0.0.1:9/upload?_state=${STRAY}`,
        }),
      ),
  ],
  [
    "an upload that leads to a host with a password",
    "UPLOAD_LOCATION_REFUSED",
    () =>
      targetAnswers(
        respond(asked({ kind: "upload", method: "POST" }), 202, "", {
          location: `http://${USER}:${STRAY}@127.0.0.1:9/upload?_state=${STRAY}`,
        }),
      ),
  ],
  [
    "an upload that leads to no URL",
    "UPLOAD_LOCATION_REFUSED",
    () =>
      targetAnswers(
        respond(asked({ kind: "upload", method: "POST" }), 202, "", {
          location: `http://${USER}:${STRAY}@[bad/?_state=${STRAY}`,
        }),
      ),
  ],
  [
    "a token host that repeats the identity token",
    "CREDENTIALS_REFUSED",
    async () => {
      const { source, target, inputs } = await stage();
      source.inject(respond(asked({ kind: "token" }), 401, echoOfToken(IDENTITY_TOKEN)), ...wantsToken(source));
      const file = join(temporaryFolder(), "config.json");
      writeFileSync(
        file,
        JSON.stringify({ auths: { [source.host]: { auth: auth(`${USER}:`), identitytoken: IDENTITY_TOKEN } } }),
      );
      const credentials = `${target.host}=${USER}:${REGISTRY_PASSWORD}`;
      return { inputs: { ...inputs, credentials, "registry-config": file } };
    },
  ],
  [
    "a run that is stopped while a blob that needs all of them is on its way",
    "INTERRUPTED",
    async () => {
      const { source, layer, inputs } = await behindProxy({ auth: { user: USER, password: PROXY_PASSWORD } });
      source.inject(
        { when: asked({ kind: "blob", reference: layer, method: "GET" }), act: { kind: "stall", after: 1000 } },
        ...wantsToken(source),
      );
      const isOnItsWay = () => source.requests.some(({ reference, method }) => reference === layer && method === "GET");
      let waiting: NodeJS.Timeout | undefined;
      return {
        inputs: { ...inputs, "preflight-mode": "off", "stall-timeout": "60" },
        onOutput: (_, kill) => {
          waiting ??= setInterval(() => {
            if (!isOnItsWay()) return;
            clearInterval(waiting);
            kill("SIGTERM");
          }, 10);
        },
      };
    },
  ],
];

describe("S16: no canary is seen after", () => {
  test.each(FAILURES)("%s: %s", async (_, code, options) => {
    const result = await runWatched(await options());
    const errors = result.annotations.filter(({ level }) => level === "error").map(({ title }) => title);
    expect({ errors, leaks: leaksIn(result.places) }).toEqual({ errors: [code], leaks: [] });
    expect(result.code).toBe(1);
    expect(result.masks).not.toContain(USER);
    expect(result.exported).toEqual({});
  });
});

const SUCCESSES: readonly [name: string, options: () => Promise<ActionOptions>, masked: readonly string[]][] = [
  [
    "a transfer that needs the proxy's password, the registries' and their tokens",
    async () => {
      const { source, target, inputs } = await behindProxy({ auth: { user: USER, password: PROXY_PASSWORD } });
      source.inject(...wantsToken(source));
      target.inject(...wantsToken(target));
      return { inputs };
    },
    [PROXY_PASSWORD, REGISTRY_PASSWORD, TOKEN],
  ],
  [
    "a preflight",
    async () => {
      const { source, inputs } = await behindProxy({ auth: { user: USER, password: PROXY_PASSWORD } });
      source.inject(...wantsToken(source));
      return { inputs: { ...inputs, command: "preflight" } };
    },
    [PROXY_PASSWORD, REGISTRY_PASSWORD, TOKEN],
  ],
  [
    "a download",
    async () => {
      const { source, inputs } = await behindProxy({ auth: { user: USER, password: PROXY_PASSWORD } });
      source.inject(...wantsToken(source));
      const { target: _, ...others } = inputs;
      return { inputs: { ...others, command: "download", output: "artifacts" } };
    },
    [PROXY_PASSWORD, REGISTRY_PASSWORD, TOKEN],
  ],
  [
    "a setup with findings of every kind",
    withInputs(
      { command: "explain", "http-proxy": proxyUrl("http://127.0.0.1:9"), urls: "http://ghcr.io/\nhttps://ghcr.io/" },
      {
        ALL_PROXY: proxyUrl("http://127.0.0.1:10"),
        HTTPS_PROXY: "",
        NO_PROXY: `http://${USER}:${STRAY}@corp.example,a.b`,
        no_proxy: `http://${USER}:${STRAY}@corp.example`,
      },
    ),
    [PROXY_PASSWORD],
  ],
  [
    "two spellings that differ",
    withInputs(
      { command: "explain", urls: "https://ghcr.io/" },
      { HTTPS_PROXY: proxyUrl("http://127.0.0.1:9"), https_proxy: proxyUrl("http://127.0.0.1:9", STRAY_PASSWORD) },
    ),
    [PROXY_PASSWORD],
  ],
  [
    "URLs to explain with passwords",
    withInputs({
      command: "explain",
      "https-proxy": proxyUrl("http://127.0.0.1:9"),
      urls: [
        `https://${USER}:${STRAY_PASSWORD}@ghcr.io/`,
        `https://${STRAY_PASSWORD}@ghcr.io/`,
        `ghcr.io ${USER}:${STRAY_PASSWORD}@ghcr.io/`,
        `https://${USER}:a/${STRAY_PASSWORD}@ghcr.io/`,
        `//${USER}:${STRAY_PASSWORD}@ghcr.io/`,
      ].join("\n"),
    }),
    [PROXY_PASSWORD],
  ],
];

describe("no canary is seen, and each is masked, in", () => {
  test.each(SUCCESSES)("%s", async (_, options, masked) => {
    const result = await runWatched(await options());
    const errors = result.annotations.filter(({ level }) => level === "error");
    expect({ errors, leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
    expect(result.code).toBe(0);
    expect(result.masks).toEqual(expect.arrayContaining([...masked]));
    expect(result.masks).not.toContain(USER);
  });
});

test("setup: what later steps get holds the password, which is masked as it stands there, and nothing else does", async () => {
  const setting = proxyUrl("http://127.0.0.1:9");
  const result = await runWatched({ inputs: { command: "setup", "https-proxy": setting, "http-proxy": setting } });
  expect(leaksIn(result.places)).toEqual([]);
  expect(result.exported.HTTPS_PROXY).toBe(setting);
  expect(result.masks).toEqual(expect.arrayContaining(Object.values(encodings(PROXY_PASSWORD))));
});

describe("a user name drops no output", () => {
  test("of a transfer into a repository of the same name", async () => {
    const { source, target, inputs } = await stage();
    target.inject(...wantsToken(target));
    source.inject(...wantsToken(source));
    const { masks, outputs, code } = await runWatched({ inputs: { ...inputs, target: `${target.origin}/${USER}` } });
    expect(code).toBe(0);
    expect(masks.length).toBeGreaterThan(5);
    const dropped = Object.entries(outputs).filter(([, value]) => masks.some((mask) => value.includes(mask)));
    expect(dropped).toEqual([]);
    expect(outputs["component-versions"]).toContain(`/${USER}/`);
  });
});

describe("the proof itself", () => {
  test("finds every spelling of every canary, and parts of them", () => {
    for (const secret of [PROXY_PASSWORD, REGISTRY_PASSWORD, STRAY_PASSWORD, TOKEN, IDENTITY_TOKEN]) {
      for (const text of Object.values(encodings(secret))) {
        expect(leaksIn({ log: `before ${text} after` })).toHaveLength(1);
        expect(leaksIn({ log: `before ${text.slice(0, -3)}… after` })).toHaveLength(1);
      }
    }
    expect(leaksIn({ log: "nothing", summary: "" })).toEqual([]);
  });

  test("S17: reads the command line of the action, where the system tells it", async () => {
    const { commandLines, places } = await runWatched({ inputs: { command: "explain", urls: "https://ghcr.io/" } });
    if (process.platform === "linux") expect(commandLines).toBeGreaterThan(0);
    expect(Object.keys(places)).toEqual(
      expect.arrayContaining(["summary", "report", "output routes", "command lines"]),
    );
    expect(Object.keys(places).some((place) => place.startsWith("file "))).toBe(true);
  });
});
