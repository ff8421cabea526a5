import { createServer } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { get, openClient } from "../../../testing/product/open-client.ts";
import { listen } from "../../../testing/real/listening.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const upload = (origin: string, body: Readable, stallTimeout = 300) =>
  openClient({ stallTimeout }).request({ ...get(`${origin}/v2/a/blobs/uploads/`), method: "POST", body });

function pieces(count: number, pause: number): Readable {
  return Readable.from(
    (async function* () {
      for (let piece = 0; piece < count; piece++) {
        yield Buffer.alloc(65_536);
        await sleep(pause);
      }
    })(),
  );
}

const stalled = { name: "HopError", phase: "body", timedOut: true };

test("an upload whose source pauses goes on with it", async () => {
  const registry = await startFakeRegistry();
  expect((await upload(registry.origin, pieces(2, 900))).status).toBe(202);
}, 5000);

test("an upload that nobody takes is given up", async () => {
  const deaf = createServer((socket) => void socket.pause());
  const { address, port } = await listen(deaf);
  await expect(upload(`http://${address}:${port}`, pieces(1000, 0))).rejects.toMatchObject(stalled);
}, 5000);

test("an upload that goes on may take longer than that", async () => {
  const registry = await startFakeRegistry();
  expect((await upload(registry.origin, pieces(5, 250), 1000)).status).toBe(202);
});

test("a registry may think for longer once it has everything", async () => {
  const registry = await startFakeRegistry({ latency: 600 });
  expect((await upload(registry.origin, pieces(1, 0))).status).toBe(202);
});
