import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { remember, stopEverything } from "../../testing/real/running.ts";

for (const kind of ["docker-registry", "distribution"] as const) {
  withParts([kind], `a ${kind}`, () => {
    afterEach(stopEverything);

    test("serves a fixture's artifacts by tag, and logs who asked", async () => {
      const registry = await startRegistry({ kind, storage: unpack("registry-source") });
      for (const { reference, digest, mediaType } of resources) {
        if (reference === undefined) continue;
        const [name, tag] = reference.split(":");
        const response = await fetch(`${registry.origin}/v2/${name}/manifests/${tag}`, {
          headers: { accept: mediaType },
        });
        expect(response.status).toBe(200);
        expect(response.headers.get("docker-content-digest")).toBe(digest);
      }
      const requests = await registry.requests();
      expect(requests).toHaveLength(5);
      expect(requests[0]).toEqual({
        method: "GET",
        path: "/v2/images/frontend/manifests/1.4.0",
        status: 200,
        userAgent: "node",
      });
    });

    test("is empty and takes uploads where no storage is given", async () => {
      const registry = await startRegistry({ kind });
      const started = await fetch(`${registry.origin}/v2/images/new/blobs/uploads/`, { method: "POST" });
      expect(started.status).toBe(202);
      expect(readdirSync(registry.storage)).toEqual(["docker"]);
    });

    test("redirects blobs where told to", async () => {
      const registry = await startRegistry({
        kind,
        storage: unpack("registry-source"),
        redirect: "http://cdn.example.test:8080/",
      });
      const blob = "3c44690ed2135ec704b9bf8edf1b7cbf420a13a3dd481bc76eec4dfb9dffd8c1";
      const url = `${registry.origin}/v2/components/component-descriptors/example.org/shop/blobs/sha256:${blob}`;
      const response = await fetch(url, { redirect: "manual" });
      expect(response.status).toBe(307);
      expect(response.headers.get("location")).toBe(
        `http://cdn.example.test:8080/docker/registry/v2/blobs/sha256/3c/${blob}/data`,
      );
    });

    test("asks for the password it was given", async () => {
      const registry = await startRegistry({ kind, htpasswd: { user: "ada", password: "p:w ü" } });
      const authorization = `Basic ${Buffer.from("ada:p:w ü").toString("base64")}`;
      expect((await fetch(`${registry.origin}/v2/`)).status).toBe(401);
      expect((await fetch(`${registry.origin}/v2/`, { headers: { authorization } })).status).toBe(200);
    });

    test("refuses to delete where told to", async () => {
      const digest = resources[0]?.digest;
      for (const [deletable, status] of [
        [true, 202],
        [false, 405],
      ] as const) {
        const registry = await startRegistry({ kind, storage: unpack("registry-source"), deletable });
        const url = `${registry.origin}/v2/images/frontend/manifests/${digest}`;
        expect((await fetch(url, { method: "DELETE" })).status).toBe(status);
      }
    });

    test("says what the program said when it cannot start", async () => {
      const address = uniqueAddress();
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(5000, address, resolve));
      remember(() => void server.close());
      await expect(startRegistry({ kind, address, port: 5000 })).rejects.toThrow("address already in use");
    });
  });
}
