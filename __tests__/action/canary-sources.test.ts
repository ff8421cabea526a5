import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion } from "../../testing/content/content.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, type Fault, ociError } from "../../testing/fakes/registry-faults.ts";
import { BEARER_PLACES, IDENTITY_PLACES, PASSWORD_PLACES, type Place } from "../../testing/logins/login-places.ts";
import { answering, helperProgram } from "../../testing/product/helper-program.ts";
import type { ActionOptions } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import {
  encodings,
  IDENTITY_TOKEN,
  leaksIn,
  PROXY_PASSWORD,
  RENEWED_TOKEN,
  runWatched,
  SOURCE_PASSWORD,
  strictly,
  TOKEN,
  USER,
} from "./canaries.ts";

afterEach(stopEverything);

const base64 = (text: string) => Buffer.from(text).toString("base64");
const errorsOf = ({ annotations }: Awaited<ReturnType<typeof runWatched>>) =>
  annotations.filter(({ level }) => level === "error").map(({ title }) => title);

/** A preflight of a registry, with a login for it at a place. */
function preflightWith(place: Place, { origin, host }: FakeRegistry, password: string): ActionOptions {
  const home = temporaryFolder();
  const {
    env = {},
    credentials = [],
    registryConfig = "",
    ocmConfig = "",
  } = place({ host, username: USER, password }, home);
  return {
    inputs: {
      command: "preflight",
      "component-versions": `${origin}/team/ocm//example.org/shop:1.2.0`,
      credentials: credentials.join("\n"),
      "registry-config": registryConfig,
      "ocm-config": ocmConfig,
      retries: "1",
    },
    env: { HOME: home, ...env },
  };
}

/** A registry with one component version. */
async function startSource(options: Parameters<typeof startFakeRegistry>[0] = {}): Promise<FakeRegistry> {
  const source = await startFakeRegistry(options);
  addComponentVersion(source, { path: "team/ocm", name: "example.org/shop", version: "1.2.0" });
  return source;
}

/** Refuses every login, and repeats it in all spellings. */
function refusing(secret: string, challenge: string): Fault {
  // Of a token no client makes a login.
  const isSent = (spelling: string) => secret !== IDENTITY_TOKEN || !spelling.startsWith("base64 ");
  const all = Object.entries(encodings(secret)).flatMap(([spelling, text]) => (isSent(spelling) ? [text] : []));
  return {
    when: ({ headers, method }) => headers.authorization !== undefined || method === "POST",
    act: {
      kind: "respond",
      status: 401,
      body: ociError("DENIED", all.join("; ")),
      headers: { "www-authenticate": challenge },
    },
  };
}

/** Lets in by the token that it issues, and issues another identity token with it. */
function byToken({ origin }: FakeRegistry, issued: Readonly<Record<string, string>>): Fault[] {
  const challenge = `Bearer realm="${origin}/token",service="registry"`;
  return [
    { when: asked({ kind: "token" }), act: { kind: "respond", status: 200, body: JSON.stringify(issued) } },
    {
      when: ({ headers }) => headers.authorization !== `Bearer ${issued.token}`,
      act: { kind: "respond", status: 401, body: ociError("DENIED", "no"), headers: { "www-authenticate": challenge } },
    },
  ];
}

/** Proxy settings with a password, in the formats that are read. */
const PROXY_FILES: Readonly<Record<string, (folder: string, url: string) => string>> = {
  ".env": (folder, url) => written(folder, ".env", `HTTPS_PROXY=${url}\nHTTP_PROXY=${url}\n`),
  "a folder": (folder, url) => {
    written(folder, "https.proxy", url);
    written(folder, "http.proxy", url);
    return folder;
  },
  "a docker configuration": (folder, url) =>
    written(folder, "config.json", JSON.stringify({ proxies: { default: { httpProxy: url, httpsProxy: url } } })),
  "cdh.toml": (folder, url) =>
    written(folder, "cdh.toml", `[image.image_pull_proxy]\nhttps_proxy = "${url}"\nhttp_proxy = "${url}"\n`),
};

function written(folder: string, name: string, content: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("S16: no canary is seen", () => {
  describe("of a password", () => {
    test.each(Object.entries(PASSWORD_PLACES))("from %s, which is masked and logs in", async (_, place) => {
      const source = await startSource({ auth: { kind: "basic", user: USER, password: SOURCE_PASSWORD } });
      const result = await runWatched(preflightWith(place, source, SOURCE_PASSWORD));
      expect({ errors: errorsOf(result), leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
      expect(result.masks).toEqual(expect.arrayContaining(Object.values(encodings(SOURCE_PASSWORD))));
      expect(result.masks).not.toContain(USER);
    });

    test.each(Object.entries(PASSWORD_PLACES))("from %s, which a registry refuses and repeats", async (_, place) => {
      const source = await startSource({ auth: { kind: "basic", user: USER, password: "another" } });
      source.inject(refusing(SOURCE_PASSWORD, 'Basic realm="registry"'));
      const result = await runWatched(preflightWith(place, source, SOURCE_PASSWORD));
      const outcome = { errors: errorsOf(result), leaks: leaksIn(result.places) };
      expect(outcome).toEqual({ errors: ["CREDENTIALS_REFUSED"], leaks: [] });
    });
  });

  describe("of an identity token", () => {
    test.each(Object.entries(IDENTITY_PLACES))("from %s, nor of the one that replaces it", async (_, place) => {
      const source = await startSource();
      source.inject(...byToken(source, { token: TOKEN, refresh_token: RENEWED_TOKEN }));
      const result = await runWatched(preflightWith(place, source, IDENTITY_TOKEN));
      expect({ errors: errorsOf(result), leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
      expect(result.masks).toEqual(expect.arrayContaining([IDENTITY_TOKEN, RENEWED_TOKEN, TOKEN]));
    });

    test.each(Object.entries(IDENTITY_PLACES))(
      "from %s, which a token server refuses and repeats",
      async (_, place) => {
        const source = await startSource();
        const [, refused] = byToken(source, { token: TOKEN });
        source.inject(refusing(IDENTITY_TOKEN, "Basic"), ...(refused === undefined ? [] : [refused]));
        const result = await runWatched(preflightWith(place, source, IDENTITY_TOKEN));
        expect({ count: errorsOf(result).length, leaks: leaksIn(result.places) }).toEqual({ count: 1, leaks: [] });
      },
    );
  });

  describe("of a bearer token", () => {
    test.each(Object.entries(BEARER_PLACES))("from %s", async (_, place) => {
      const source = await startSource();
      source.inject(...byToken(source, { token: TOKEN }));
      const result = await runWatched(preflightWith(place, source, TOKEN));
      expect({ errors: errorsOf(result), leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
      expect(source.requests.some(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
      expect(result.masks).toContain(TOKEN);
    });
  });

  describe("of the password of a proxy", () => {
    test.each(Object.entries(PROXY_FILES))("from %s, of a setup and of a blocked preflight", async (_, write) => {
      const proxy = await startProxy({
        deny: { "*": { status: 403, headers: { "x-squid-error": "ERR_ACCESS_DENIED" } } },
      });
      const setting = proxy.url.replace("//", `//${USER}:${strictly(PROXY_PASSWORD)}@`);
      const file = write(temporaryFolder(), setting);
      const setup = await runWatched({ inputs: { command: "setup", "proxy-config": file } });
      expect({ errors: errorsOf(setup), leaks: leaksIn(setup.places) }).toEqual({ errors: [], leaks: [] });
      expect(setup.exported.HTTPS_PROXY).toBe(setting);
      expect(setup.masks).toContain(PROXY_PASSWORD);

      const inputs = {
        command: "preflight",
        "component-versions": "registry.test/ocm//example.org/shop:1.2.0",
        "proxy-config": file,
        "write-proxy-config": "squid=rules.conf",
        retries: "1",
      };
      const blocked = await runWatched({ inputs });
      expect({ errors: errorsOf(blocked), leaks: leaksIn(blocked.places) }).toEqual({
        errors: ["PROXY_DENIED"],
        leaks: [],
      });
      expect(blocked.summary).toContain("CONNECT registry.test:443 HTTP/1.1");
      expect(Object.keys(blocked.places)).toContain(`file ${join(blocked.workspace, "rules.conf")}`);
    });
  });

  describe("where all sources have one", () => {
    const auth = base64(`${USER}:${SOURCE_PASSWORD}`);
    const auths = {
      "a.corp": { auth },
      "b.corp": { identitytoken: IDENTITY_TOKEN },
      "c.corp": { registrytoken: TOKEN },
    };
    const properties = { username: USER, password: SOURCE_PASSWORD };

    function allSources(home: string) {
      const identity = (type: string, hostname: string) => ({ type, hostname });
      written(join(home, ".docker"), "config.json", JSON.stringify({ auths, credsStore: "test" }));
      written(join(home, ".config/containers"), "auth.json", JSON.stringify({ auths }));
      const consumers = [
        {
          identity: identity("HelmChartRepository", "charts.corp"),
          credentials: [{ type: "Credentials", properties }],
        },
        { identity: identity("Wget", "files.corp"), credentials: [{ type: "WgetCredentials/v1", ...properties }] },
        { identity: identity("OCIRegistry", "d.corp"), credentials: [{ type: "OCICredentials", accessToken: TOKEN }] },
      ];
      const repositories = [{ repository: { type: "DockerConfig/v1", dockerConfig: JSON.stringify({ auths }) } }];
      const config = { type: "credentials.config.ocm.software", consumers, repositories };
      written(home, ".ocmconfig", JSON.stringify(config));
    }

    const env = (home: string) => ({ HOME: home, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });
    const inputs = {
      credentials: `e.corp=${USER}:${SOURCE_PASSWORD}\ntokens.corp@f.corp=${USER}:${SOURCE_PASSWORD}`,
      "github-token": TOKEN,
    };

    test.each(["setup", "explain"])("in what %s prints of its settings", async (command) => {
      const home = temporaryFolder();
      allSources(home);
      const result = await runWatched({ inputs: { ...inputs, command, urls: "https://a.corp/" }, env: env(home) });
      expect({ errors: errorsOf(result), leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
      for (const host of ["a.corp", "b.corp", "d.corp", "tokens.corp@f.corp", "charts of charts.corp", "ghcr.io"]) {
        expect(result.stdout).toMatch(new RegExp(`^login: ${host} \\(`, "m"));
      }
      expect(result.masks).toEqual(expect.arrayContaining([SOURCE_PASSWORD, IDENTITY_TOKEN, TOKEN, auth]));
    });

    test("in the environment and the arguments of a credential helper, but for the proxy that it needs", async () => {
      const home = temporaryFolder();
      allSources(home);
      const source = await startSource({ auth: { kind: "basic", user: USER, password: SOURCE_PASSWORD } });
      const helper = helperProgram("test", answering(USER, SOURCE_PASSWORD));
      const options = preflightWith(() => ({}), source, "");
      const proxy = `http://${USER}:${strictly(PROXY_PASSWORD)}@127.0.0.1:9`;
      const result = await runWatched({
        inputs: { ...options.inputs, ...inputs, proxy, "no-proxy": "127.0.0.0/8" },
        env: { ...env(home), PATH: helper.folder },
      });
      expect({ errors: errorsOf(result), leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
      const calls = helper.calls();
      expect(calls.map(({ args, server }) => [args, server])).toEqual([["get", source.host]]);
      for (const { environment } of calls) {
        const leaks = leaksIn(environment).map(({ where }) => where);
        expect(leaks.toSorted()).toEqual(["HTTPS_PROXY", "HTTP_PROXY", "http_proxy", "https_proxy"]);
      }
    });
  });
});
