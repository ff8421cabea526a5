import { afterEach, describe, expect, test } from "@jest/globals";
import { type FakeRegistryOptions, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault, faults, ociError } from "../../../testing/fakes/registry-faults.ts";
import { CDN, fill, REGISTRY, startScene } from "../../../testing/fakes/scene.ts";
import { expectRow, HTTP_RULE, NO_HTTP_PROXY, preflight, through } from "../../../testing/product/preflight-row.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { httpServer, listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";
import { startTokenServer } from "../../../testing/real/token-server.ts";

afterEach(stopEverything);

async function sourceWith(...some: readonly Fault[]) {
  const source = await startFakeRegistry();
  fill(source, source.origin);
  source.inject(...some);
  return source;
}

withParts(["distribution", "openssl"], "a registry with a token server", () => {
  const writes = ({ method }: { method: string }) => method !== "GET" && method !== "HEAD";

  test.each(["preflight", "transfer"])("grants pull only: %s ends before anything is written", async (command) => {
    const authority = createAuthority();
    const tokens = await startTokenServer({ authority, grants: ["pull"] });
    const target = await startRegistry({ kind: "distribution", token: tokens.token });
    const source = await sourceWith();
    const credentials = `${tokens.host}@${target.host}=ada:s3cret`;
    const inputs = { command, target: `${target.origin}/moved`, credentials, "plain-http": tokens.host };
    const result = await preflight(source.origin, inputs);
    expectRow(
      result,
      {
        ...NO_HTTP_PROXY,
        code: "PUSH_DENIED",
        host: target.host,
        "refused-by": "registry",
        message: "allows pull, and not push",
        remedy: "Ask the owner of the target for the right to push",
      },
      command,
    );
    expect(tokens.asked.join(" ")).toContain(":pull,push");
    expect((await target.requests()).filter(writes)).toEqual([]);
  });

  test("grants everything", async () => {
    const authority = createAuthority();
    const { token, host } = await startTokenServer({ authority, grants: ["pull", "push"] });
    const target = await startRegistry({ kind: "distribution", token });
    const source = await sourceWith();
    const inputs = { target: `${target.origin}/moved`, "plain-http": host };
    expect((await preflight(source.origin, inputs)).code).toBe(0);
  });

  test.each(["", "ada:s3cret"])("does not accept what the token server signs, for %p", async (login) => {
    const authority = createAuthority();
    const { token, host } = await startTokenServer({ authority, grants: ["pull", "push"], key: createAuthority().key });
    const registry = await startRegistry({ kind: "distribution", token });
    const credentials = login === "" ? "" : `${host}@${registry.host}=${login}`;
    expectRow(await preflight(registry.origin, { credentials, "plain-http": host }), {
      ...NO_HTTP_PROXY,
      code: "TOKEN_REFUSED",
      host: registry.host,
      "refused-by": "registry",
      message: "401",
      remedy: "it and its token host disagree",
    });
  });

  test("grants nothing, to somebody and to nobody", async () => {
    const authority = createAuthority();
    const { token, host } = await startTokenServer({ authority, grants: [] });
    const registry = await startRegistry({ kind: "distribution", token });
    const inputs = { "plain-http": host };
    const row = { ...NO_HTTP_PROXY, host: registry.host, "refused-by": "registry", message: "401" } as const;
    expectRow(await preflight(registry.origin, { ...inputs, credentials: `${host}@${registry.host}=ada:s3cret` }), {
      ...row,
      code: "DENIED",
      remedy: "Ask the owner of the repository for the right",
    });
    expectRow(await preflight(registry.origin, inputs), {
      ...row,
      code: "TOKEN_HOST_FOREIGN",
      remedy: `add the line ${host}@${registry.host}=user:password to credentials`,
    });
  });
});

withParts(["docker-registry"], "a registry with a login", () => {
  test("that is missing, or wrong", async () => {
    const { origin, host } = await startRegistry({
      kind: "docker-registry",
      htpasswd: { user: "ada", password: "right-one" },
    });
    const row = { ...NO_HTTP_PROXY, host, "refused-by": "registry", message: "401" } as const;
    expectRow(await preflight(origin), { ...row, code: "UNAUTHORIZED", remedy: "Give credentials" });
    expectRow(await preflight(origin, { credentials: `${host}=ada:s3cret` }), {
      ...row,
      code: "CREDENTIALS_REFUSED",
      remedy: "See that user and password, or token, are right",
    });
  });
});

describe("a token that is good", () => {
  const auth = { kind: "bearer", users: { ada: "right-one" } } as const;
  /** 401 for whoever comes with a token. */
  const refused = (challenge: string, headers = {}): Fault => ({
    when: ({ headers: given }) => given.authorization?.startsWith("Bearer ") ?? false,
    act: {
      kind: "respond",
      status: 401,
      headers: { "www-authenticate": challenge, ...headers },
      body: ociError("UNAUTHORIZED", "no"),
    },
  });

  async function asking(options: FakeRegistryOptions, challenge: string, headers = {}) {
    const registry = await startFakeRegistry({ auth, ...options });
    fill(registry, registry.origin);
    registry.inject(refused(challenge.replace("REALM", `realm="${registry.tokenOrigin}/token"`), headers));
    const result = await preflight(registry.origin, { credentials: `${registry.host}=ada:right-one` });
    return { result, row: { ...NO_HTTP_PROXY, host: registry.host, "refused-by": "registry" } as const };
  }

  test.each([
    ["is refused", "Bearer REALM", "TOKEN_REFUSED", "it and its token host disagree"],
    ["is invalid", 'Bearer REALM,error="invalid_token"', "TOKEN_REFUSED", "it and its token host disagree"],
    ["is not enough", 'Bearer REALM,error="insufficient_scope"', "DENIED", "Ask the owner of the repository"],
  ] as const)("%s", async (_, challenge, code, remedy) => {
    const { result, row } = await asking({}, challenge);
    expectRow(result, { ...row, code, remedy });
  });

  test("and clocks that differ by an hour", async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const { result, row } = await asking({}, 'Bearer REALM,error="invalid_token"', { date });
    expectRow(result, { ...row, code: "CLOCK_SKEWED", remedy: "Set the clock of this runner" });
  });

  test("comes with its scope, which says that nothing may be pushed", async () => {
    const source = await sourceWith();
    const target = await startFakeRegistry({ auth });
    const scope = `repository:moved/component-descriptors/example.org/shop:pull`;
    target.inject({
      when: asked({ kind: "token" }),
      act: { kind: "respond", status: 200, body: JSON.stringify({ token: "opaque", scope }) },
    });
    target.inject({
      when: ({ headers, kind }) => kind === "manifest" && headers.authorization === "Bearer opaque",
      act: { kind: "respond", status: 404, body: ociError("MANIFEST_UNKNOWN", "none") },
    });
    expectRow(await preflight(source.origin, { target: `${target.origin}/moved` }), {
      ...NO_HTTP_PROXY,
      code: "PUSH_DENIED",
      host: target.host,
      "refused-by": "registry",
      message: "allows pull, and not push",
      remedy: "Ask the owner of the target for the right to push",
    });
    expect(target.requests.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
  });

  const refusesTokens: Fault = {
    when: asked({ kind: "token" }),
    act: { kind: "respond", status: 403, body: ociError("DENIED", "no") },
  };

  test("cannot be had: the registry refuses it", async () => {
    const registry = await startFakeRegistry({ auth: { kind: "bearer" }, faults: [refusesTokens] });
    expectRow(await preflight(registry.origin), {
      ...NO_HTTP_PROXY,
      code: "DENIED",
      host: registry.host,
      "refused-by": "token-host",
      remedy: "use other credentials",
    });
  });

  test("cannot be had: another host refuses it, which got no credentials", async () => {
    const tokenAddress = uniqueAddress();
    const registry = await startFakeRegistry({ auth: { kind: "bearer", tokenAddress }, faults: [refusesTokens] });
    const { host } = new URL(registry.tokenOrigin);
    const credentials = `${registry.host}=ada:s3cret`;
    expectRow(await preflight(registry.origin, { credentials, "plain-http": host }), {
      ...NO_HTTP_PROXY,
      code: "TOKEN_HOST_FOREIGN",
      host,
      "refused-by": "token-host",
      message: "which got no credentials",
      remedy: `add the line ${host}@${registry.host}=user:password to credentials`,
    });
  });
});

withParts(["squid"], "behind squid, a 403 of the registry", () => {
  test.each([
    ["in the words of a registry", { "content-type": "application/json" }, ociError("DENIED", "its own words")],
    ["as a page, under its header", { "content-type": "text/html" }, "<title>its own words</title>"],
  ])("is not the proxy's: %s", async (_, headers, body) => {
    const address = uniqueAddress();
    const registry = await startFakeRegistry({
      address,
      port: 5000,
      faults: [{ when: asked({ kind: "manifest" }), act: { kind: "respond", status: 403, headers, body } }],
    });
    fill(registry, `http://${REGISTRY}:5000`);
    const squid = await startSquid({ hosts: { [REGISTRY]: address } });
    expectRow(await preflight(`http://${REGISTRY}:5000`, through(squid.url)), {
      ...HTTP_RULE,
      code: "DENIED",
      host: `${REGISTRY}:5000`,
      "refused-by": "registry",
      message: "its own words",
      remedy: "Ask the owner of the repository",
    });
  });
});

describe("a blob host that refuses in its own name", () => {
  const row = {
    "refused-by": "blob-host",
    remedy: "the signed URL that the registry redirected to may have expired",
  } as const;

  test("401, through a proxy", async () => {
    const { cdn, proxy } = await startScene();
    cdn.misbehave({ kind: "status", status: 401 });
    expectRow(await preflight(`http://${REGISTRY}`, through(proxy.url)), {
      ...HTTP_RULE,
      ...row,
      code: "UNAUTHORIZED",
      host: `${CDN}:80`,
    });
  });

  test("403, directly", async () => {
    const cdn = await startBlobHost({ content: () => undefined });
    cdn.misbehave({ kind: "status", status: 403 });
    const registry = await startFakeRegistry({ redirect: cdn.base });
    fill(registry, registry.origin);
    expectRow(await preflight(registry.origin), { ...NO_HTTP_PROXY, ...row, code: "DENIED", host: cdn.host });
  });
});

describe("a limit", () => {
  test.each([
    ["", ""],
    ["3600", "; it asks to wait 3600 s"],
  ])("is reached: come back in %p", async (after, said) => {
    const source = await sourceWith(faults.tooManyRequests(after, 99));
    expectRow(await preflight(source.origin), {
      ...NO_HTTP_PROXY,
      code: "RATE_LIMITED",
      host: source.host,
      "refused-by": "registry",
      message: `answered 429: TOOMANYREQUESTS slow down${said}`,
      remedy: "Run again later, or use credentials with a higher limit",
    });
  });

  test("is near: the run goes on, and says so", async () => {
    const headers = { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "3;w=21600" };
    const source = await sourceWith({ when: asked({ kind: "manifest" }), act: { kind: "headers", headers } });
    const result = await preflight(source.origin);
    expect(result.code).toBe(0);
    expect(result.report.findings).toEqual([
      {
        code: "RATE_LIMIT_NEAR",
        message: `${source.host} accepts few more requests before it refuses.`,
        remedy: expect.stringContaining("transfer from a mirror"),
      },
    ]);
    expect(result.summary).toContain("RATE&#95;LIMIT&#95;NEAR");
  });
});

test("a clock that is off is said, while all goes well", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const source = await sourceWith({ when: () => true, act: { kind: "headers", headers: { date } } });
  const result = await preflight(source.origin);
  expect(result.code).toBe(0);
  expect(result.report.findings).toEqual([
    {
      code: "CLOCK_SKEWED",
      message: `The clock of ${source.host} is 60 minutes ahead of the one of this runner.`,
      remedy: expect.stringContaining("Set the clock of this runner"),
    },
  ]);
});

describe("what only the first write can find out", () => {
  test.each([
    [404, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN", "Create the repository, or the project at the beginning of its name"],
    [400, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN", "Create the repository, or the project at the beginning of its name"],
    [403, "DENIED", "PUSH_DENIED", "Ask the owner of the target for the right to push"],
  ] as const)("%d %s", async (status, words, code, remedy) => {
    const source = await sourceWith();
    const target = await startFakeRegistry();
    target.inject({
      when: ({ method }) => method === "POST" || method === "PUT",
      act: { kind: "respond", status, body: ociError(words, "not here") },
    });
    const result = await preflight(source.origin, { command: "transfer", target: `${target.origin}/moved` });
    const [first] = JSON.parse(result.outputs.diagnosis ?? "");
    expect(first).toEqual({
      ...NO_HTTP_PROXY,
      code,
      host: target.host,
      "refused-by": "registry",
      message: expect.stringContaining(`${words} not here`),
      remedy: expect.stringContaining(remedy),
    });
    expect(result.annotations[0]?.title).toBe(code);
  });
});

test.each([
  ["no API of a registry", 404, "", "NOT_A_REGISTRY", "the server there has no API of a registry"],
  ["trouble, with a page", 503, "<h1>Maintenance</h1>", "REGISTRY_UNAVAILABLE", "Run again later"],
] as const)("a host with %s", async (_, status, body, code, remedy) => {
  const { port } = await listen(
    httpServer((_request, answer) => answer.writeHead(status, { "content-type": "text/html" }).end(body)),
  );
  expectRow(await preflight(`http://127.0.0.1:${port}`), {
    ...NO_HTTP_PROXY,
    code,
    host: `127.0.0.1:${port}`,
    "refused-by": "registry",
    remedy,
  });
});
