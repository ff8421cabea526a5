import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { ociError } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const ADA = { user: "ada", password: "right-one" };
const login = (host: string, password = ADA.password) => `${host}=${ADA.user}:${password}`;

/** A registry with one component version, `//acme.org/shop:1.0.0`. */
async function startSource(): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  addImage(source, "images/shop", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${source.origin}/images/shop:1` };
  addComponentVersion(source, { resources: [resource("shop", access)] });
  return source;
}

async function run(target: string, given: Readonly<Record<string, string>>): Promise<ActionResult> {
  const source = await startSource();
  const inputs = {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target}/moved`,
    retries: "1",
  };
  return runAction({ inputs: { ...inputs, ...given } });
}

const codesOf = ({ annotations }: ActionResult) =>
  annotations.filter(({ level }) => level === "error").map(({ title }) => title);

const COMMANDS = [
  ["a preflight", { command: "preflight" }],
  ["a dry run", { command: "transfer", "dry-run": "true" }],
  ["a preflight without uploads", { command: "preflight", "probe-push": "token" }],
] as const;

for (const kind of ["docker-registry", "distribution"] as const) {
  withParts([kind, "perl"], `the right to push to a real ${kind} with passwords`, () => {
    test.each(COMMANDS)("is missing in %s without a login, and with a wrong one", async (_, given) => {
      const { origin, host, storage } = await startRegistry({ kind, htpasswd: ADA });
      expect(codesOf(await run(origin, given))).toEqual(["UNAUTHORIZED"]);
      expect(codesOf(await run(origin, { ...given, credentials: login(host, "wrong-one") }))).toEqual([
        "CREDENTIALS_REFUSED",
      ]);
      expect(readdirSync(storage, { recursive: true })).toEqual([]);
    });

    test("is proved by an upload that is begun and cancelled, once", async () => {
      const registry = await startRegistry({ kind, htpasswd: ADA });
      const result = await run(registry.origin, { command: "preflight", credentials: login(registry.host) });
      expect(codesOf(result)).toEqual([]);
      expect(result.code).toBe(0);
      const writes = (await registry.requests()).filter(({ method }) => method !== "GET" && method !== "HEAD");
      expect(writes.map(({ method, status }) => `${method} ${status}`)).toEqual(["POST 202", "DELETE 204"]);
      // The session is gone. The registries write the state of its hash again after they have removed it.
      const left = readdirSync(registry.storage, { recursive: true, encoding: "utf8" });
      const ofUploads = left.flatMap((path) => /\/_uploads\/[^/]+\/(.*)$/.exec(path)?.[1] ?? []);
      expect(new Set(ofUploads)).toEqual(new Set(["hashstates", "hashstates/sha256", "hashstates/sha256/0"]));
      const [id] = left.flatMap((path) => /\/_uploads\/([^/]+)$/.exec(path)?.[1] ?? []);
      const session = `${registry.origin}/v2/moved/component-descriptors/acme.org/shop/blobs/uploads/${id}`;
      const authorization = `Basic ${Buffer.from(`${ADA.user}:${ADA.password}`).toString("base64")}`;
      expect((await fetch(session, { headers: { authorization } })).status).toBe(404);
    });

    test.each(COMMANDS.slice(1))("is not proved by an upload in %s", async (_, given) => {
      const registry = await startRegistry({ kind, htpasswd: ADA });
      expect(codesOf(await run(registry.origin, { ...given, credentials: login(registry.host) }))).toEqual([]);
      const methods = (await registry.requests()).map(({ method }) => method);
      expect(methods.filter((method) => method !== "GET" && method !== "HEAD")).toEqual([]);
      expect(readdirSync(registry.storage, { recursive: true })).toEqual([]);
    });
  });
}

describe("a registry with passwords", () => {
  const start = () => startFakeRegistry({ auth: { kind: "basic", ...ADA } });
  const refused = (status: number, code: string) => ({
    when: ({ method }: { readonly method: string }) => method === "POST",
    act: { kind: "respond" as const, status, body: ociError(code, "not here") },
  });

  test.each([
    ["lets a login read only", 403, "DENIED", "PUSH_DENIED"],
    ["wants the repository to be created first", 404, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN"],
    ["does not accept the name", 400, "NAME_INVALID", "REPOSITORY_NAME_REFUSED"],
  ])("that %s is found out before anything is written", async (_, status, code, expected) => {
    const target = await start();
    target.inject(refused(status, code));
    const result = await run(target.origin, { command: "transfer", credentials: login(target.host) });
    expect(codesOf(result)).toEqual([expected]);
    expect(target.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("that does not cancel uploads is a finding, and the transfer goes on", async () => {
    const target = await start();
    target.inject({ when: ({ method }) => method === "DELETE", act: { kind: "respond", status: 405 } });
    const result = await run(target.origin, { command: "transfer", credentials: login(target.host) });
    expect(result.code).toBe(0);
    expect(JSON.stringify(result.report.findings)).toContain("UPLOAD_LEFT");
  });

  test("is not asked for the right to push where probe-push is off", async () => {
    const target = await start();
    target.inject(refused(403, "DENIED"));
    const given = { command: "preflight", credentials: login(target.host), "probe-push": "off" };
    expect(codesOf(await run(target.origin, given))).toEqual([]);
  });
});
