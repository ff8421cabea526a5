import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, faults } from "../../testing/fakes/registry-faults.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const INDEX = "application/vnd.oci.image.index.v1+json";

/** An index `tag` with one image of one layer. */
function addImage(registry: FakeRegistry, repository: string, tag: string) {
  const config = registry.addBlob(
    repository,
    '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}',
    "application/vnd.oci.image.config.v1+json",
  );
  const layer = registry.addBlob(repository, "a layer", "application/vnd.oci.image.layer.v1.tar");
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const image = registry.addManifest(repository, { schemaVersion: 2, mediaType, config, layers: [layer] });
  const index = registry.addManifest(repository, { schemaVersion: 2, mediaType: INDEX, manifests: [image] }, { tag });
  return { config, layer, image, index };
}

withParts(["crane"], "a fake registry and crane", () => {
  const crane = (args: readonly string[], env: Record<string, string> = {}) =>
    promisify(execFile)(pathOf("crane"), args, { env: { HOME: temporaryFolder(), ...env } });

  test("a copy reads and writes with tokens of the right scopes, and tags last", async () => {
    const source = await startFakeRegistry({ auth: { kind: "bearer" } });
    const target = await startFakeRegistry({ auth: { kind: "bearer", users: { ada: "secret" } } });
    const { layer, image, index } = addImage(source, "images/shop", "1.0");
    const dockerConfig = temporaryFolder();
    const auth = Buffer.from("ada:secret").toString("base64");
    writeFileSync(join(dockerConfig, "config.json"), JSON.stringify({ auths: { [target.host]: { auth } } }));

    await crane(["copy", `${source.host}/images/shop:1.0`, `${target.host}/copies/shop:1.0`], {
      DOCKER_CONFIG: dockerConfig,
    });

    expect(target.tags("copies/shop")).toEqual({ "1.0": index.digest });
    expect(target.manifest("copies/shop", image.digest)?.content).toEqual(
      source.manifest("images/shop", image.digest)?.content,
    );
    expect(target.blob("copies/shop", layer.digest)?.toString()).toBe("a layer");
    expect(target.requests.at(-1)).toMatchObject({ method: "PUT", kind: "manifest", reference: "1.0", status: 201 });
    expect(source.tokenRequests).toMatchObject([{ user: undefined, scopes: ["repository:images/shop:pull"] }]);
    expect(target.tokenRequests.length).toBeGreaterThan(0);
    for (const { user, status } of target.tokenRequests) expect([user, status]).toEqual(["ada", 200]);
  });

  test("a redirected blob is asked for without the registry's token", async () => {
    let registry: FakeRegistry | undefined;
    const cdn = await startBlobHost({ content: (path) => registry?.blobAt(path) });
    registry = await startFakeRegistry({ auth: { kind: "bearer" }, redirect: cdn.base });
    const { layer } = addImage(registry, "images/shop", "1.0");
    const { stdout } = await crane(["blob", `${registry.host}/images/shop@${layer.digest}`]);
    expect(stdout).toBe("a layer");
    expect(registry.requests.at(-1)).toMatchObject({ kind: "blob", status: 307 });
    expect(cdn.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test("a lie is noticed", async () => {
    const registry = await startFakeRegistry();
    const { image } = addImage(registry, "images/shop", "1.0");
    registry.inject(faults.lyingManifest(image.digest));
    await expect(crane(["manifest", `${registry.host}/images/shop@${image.digest}`])).rejects.toMatchObject({
      stderr: expect.stringContaining("does not match requested digest"),
    });
  });
});

describe("a fake registry", () => {
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

  test("takes uploads in one piece and in several, and checks them", async () => {
    const registry = await startFakeRegistry();
    const { digest } = registry.addBlob("other", "0123456789");
    const start = async () => {
      const { headers } = await fetch(`${registry.origin}/v2/a/blobs/uploads/`, { method: "POST" });
      return new URL(headers.get("location") ?? "", registry.origin).href;
    };
    const whole = await start();
    expect(await status(`${whole}&digest=${digest}`, { method: "PUT", body: "wrong" })).toBe(400);
    expect(await status(`${whole}&digest=${digest}`, { method: "PUT", body: "0123456789" })).toBe(201);
    expect(registry.blob("a", digest)?.toString()).toBe("0123456789");

    const parts = await start();
    await fetch(parts, { method: "PATCH", body: "01234" });
    expect((await fetch(parts)).headers.get("range")).toBe("0-4");
    expect(await status(parts, { method: "PATCH", body: "9", headers: { "content-range": "9-9" } })).toBe(416);
    expect(await status(`${parts}&digest=${digest}`, { method: "PUT", body: "56789" })).toBe(201);
  });

  test("mounts what it has, and answers the rest with an upload", async () => {
    const registry = await startFakeRegistry();
    const { digest } = registry.addBlob("from", "x");
    const url = `${registry.origin}/v2/to/blobs/uploads/?mount=${digest}&from=`;
    expect(await status(`${url}elsewhere`, { method: "POST" })).toBe(202);
    registry.inject({ ...faults.mountRefused(), times: 1 }, { ...faults.mountRefused(403), times: 1 });
    expect(await status(`${url}from`, { method: "POST" })).toBe(202);
    expect(await status(`${url}from`, { method: "POST" })).toBe(403);
    expect(await status(`${url}from`, { method: "POST" })).toBe(201);
    expect(registry.blob("to", digest)?.toString()).toBe("x");
  });

  test("keeps manifests that hold together, lists tags by the page, and deletes", async () => {
    const registry = await startFakeRegistry();
    const { image, index } = addImage(registry, "a", "1");
    const document = registry.manifest("a", "1")?.content ?? "";
    const put = (name: string, tag: string, type = INDEX) =>
      status(`${registry.origin}/v2/${name}/manifests/${tag}`, {
        method: "PUT",
        body: document,
        headers: { "content-type": type },
      });
    expect(await put("empty", "1")).toBe(400);
    expect(await put("a", image.digest)).toBe(400);
    expect(await put("a", "2", "application/json")).toBe(400);
    expect(await put("a", "2")).toBe(201);
    const page = await fetch(`${registry.origin}/v2/a/tags/list?n=1`);
    expect([await page.json(), page.headers.get("link")]).toEqual([
      { name: "a", tags: ["1"] },
      '</v2/a/tags/list?n=1&last=1>; rel="next"',
    ]);
    const remove = (reference: string) =>
      status(`${registry.origin}/v2/a/manifests/${reference}`, { method: "DELETE" });
    registry.inject({ ...faults.tagDeletionRefused(), times: 1 });
    expect([await remove("2"), await remove("2"), await remove("2")]).toEqual([405, 202, 404]);
    expect([await remove(index.digest), registry.tags("a")]).toEqual([202, {}]);
  });

  test("does as its faults say, as often as they say", async () => {
    const registry = await startFakeRegistry({ faults: [faults.tooManyRequests("7"), faults.headRefused()] });
    const { layer, image } = addImage(registry, "a", "1");
    const blob = `${registry.origin}/v2/a/blobs/${layer.digest}`;
    const manifest = `${registry.origin}/v2/a/manifests/`;

    const limited = await fetch(blob);
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await (await fetch(blob)).text()).toBe("a layer");
    expect(await status(`${manifest}1`, { method: "HEAD" })).toBe(405);

    registry.inject(faults.truncatedBlob(layer.digest, 3));
    await expect(fetch(blob).then((cut) => cut.text())).rejects.toThrow("terminated");
    registry.inject({ when: asked({ kind: "blob" }), times: 1, act: { kind: "stall", after: 3 } });
    const stalled = await fetch(blob, { signal: AbortSignal.timeout(200) });
    await expect(stalled.text()).rejects.toMatchObject({ name: "TimeoutError" });
    registry.inject(faults.lyingBlob(layer.digest));
    const lie = await (await fetch(blob)).text();
    expect([lie.length, lie]).toEqual([7, "a layes"]);

    registry.inject(faults.withoutDigestHeader());
    expect((await fetch(`${manifest}${image.digest}`)).headers.get("docker-content-digest")).toBeNull();
    registry.heal();
    expect((await fetch(`${manifest}1`, { method: "HEAD" })).headers.get("docker-content-digest")).not.toBeNull();
    registry.inject(faults.indexRefused("no Docker manifests"));
    const refused = await fetch(`${manifest}2`, { method: "PUT", body: "{}", headers: { "content-type": INDEX } });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { errors: [{ code: "MANIFEST_INVALID", message: "no Docker manifests" }] },
    ]);
    expect(registry.tags("a")).toEqual({ "1": expect.stringMatching(/^sha256:/) });
  });

  test("can lose connections: before, within and after a request", async () => {
    const registry = await startFakeRegistry();
    const { image } = addImage(registry, "a", "1");
    const url = `${registry.origin}/v2/a/manifests/2`;
    const body = registry.manifest("a", image.digest)?.content ?? "";
    const put = () => fetch(url, { method: "PUT", body, headers: { "content-type": image.mediaType } });
    for (const act of [{ kind: "reset" }, { kind: "reset", after: 10 }, { kind: "lose-answer" }] as const) {
      expect(registry.tags("a")["2"]).toBeUndefined();
      registry.inject({ when: asked({ method: "PUT" }), times: 1, act });
      await expect(put()).rejects.toThrow("fetch failed");
    }
    expect(registry.tags("a")["2"]).toBe(image.digest);
    expect(registry.requests.map(({ status }) => status)).toEqual([0, 0, 0]);
  });

  test("counts what is under way at once, and takes its time", async () => {
    const registry = await startFakeRegistry({ latency: 50 });
    await Promise.all([1, 2, 3].map(() => fetch(`${registry.origin}/v2/`)));
    expect(registry.mostInFlight()).toBe(3);
  });

  test("asks for a password, or for a token that may do what is asked", async () => {
    const basic = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: "p" } });
    const authorization = `Basic ${Buffer.from("ada:p").toString("base64")}`;
    expect(await status(`${basic.origin}/v2/`)).toBe(401);
    expect(await status(`${basic.origin}/v2/`, { headers: { authorization } })).toBe(200);

    const registry = await startFakeRegistry({
      auth: { kind: "bearer", users: { ada: "p" }, service: "s", tokenAddress: "127.0.0.2" },
    });
    expect(registry.tokenOrigin).toMatch(/^http:\/\/127\.0\.0\.2:/);
    addImage(registry, "a", "1");
    const url = `${registry.origin}/v2/a/manifests/1`;
    const challenge = (await fetch(url)).headers.get("www-authenticate");
    expect(challenge).toBe(`Bearer realm="${registry.tokenOrigin}/token",service="s",scope="repository:a:pull"`);
    const tokenFor = async (scope: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${registry.tokenOrigin}/token?service=s&scope=${scope}`, { headers });
      const { token } = (await response.json()) as { token?: string };
      return { authorization: `Bearer ${token}` };
    };
    const pull = await tokenFor("repository:a:pull,push");
    expect(await status(url, { headers: pull })).toBe(200);
    const upload = `${registry.origin}/v2/a/blobs/uploads/`;
    expect(await status(upload, { method: "POST", headers: pull })).toBe(401);
    const push = await tokenFor("repository:a:pull,push", { authorization });
    expect(await status(upload, { method: "POST", headers: push })).toBe(202);
    registry.expireTokens();
    expect(await status(url, { headers: push })).toBe(401);
    const wrong = { authorization: `Basic ${Buffer.from("ada:x").toString("base64")}` };
    expect(await status(`${registry.tokenOrigin}/token`, { headers: wrong })).toBe(401);
    expect(registry.tokenRequests.map(({ user, status }) => [user, status])).toEqual([
      [undefined, 200],
      ["ada", 200],
      ["ada", 401],
    ]);
  });
});

withParts(["openssl"], "a fake registry behind TLS", () => {
  test("says so in its origin", async () => {
    const registry = await startFakeRegistry({ tls: createAuthority().issue("127.0.0.1") });
    expect(registry.origin).toBe(`https://127.0.0.1:${registry.port}`);
    await expect(fetch(registry.origin)).rejects.toMatchObject({ cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } });
  });
});
