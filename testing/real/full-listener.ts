import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { remember } from "./running.ts";

/** Listens, says where, and never turns to whoever comes: `accept` is for the event loop, which stands still. */
const NEVER_ACCEPTS = `
const { createServer } = require("node:net");
const { writeSync } = require("node:fs");
const server = createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
  writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** `host:port` where connection requests are dropped as a firewall drops them: the queue of the socket is full. */
export async function startFullListener(): Promise<string> {
  const child = spawn(process.execPath, ["-e", NEVER_ACCEPTS], { env: {}, stdio: ["ignore", "pipe", "inherit"] });
  remember(() => void child.kill("SIGKILL"));
  const [port] = await once(child.stdout.setEncoding("utf8"), "data");
  // One more than the backlog fits in (listen(2)).
  for (const _ of [1, 2]) {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
    remember(() => void socket.destroy());
    await once(socket, "connect");
  }
  return `127.0.0.1:${port}`;
}
