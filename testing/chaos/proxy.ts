import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Transform } from "node:stream";
import { httpServer, listen } from "../real/listening.ts";
import type { Schedule } from "./faults/schedule.ts";
import type { TunnelFault } from "./faults/tunnel-faults.ts";
import { type Address, type RelayOptions, relayListener } from "./relay.ts";

export interface ChaosProxyOptions extends Omit<RelayOptions, "tls" | "schedule"> {
  readonly schedule: Schedule;
  /** Where a tunnel to this `host:port` leads. */
  readonly tunnelTo: (target: string) => Address | undefined;
}

/** A forward proxy that misbehaves as scheduled: with requests in plain HTTP, and with tunnels. */
export async function startChaosProxy(
  options: ChaosProxyOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = httpServer(relayListener(options));
  server.on("connect", ({ url: target = "" }: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const fault = options.schedule.forTunnel(target);
    if (fault !== undefined) options.onFault(fault.name, `CONNECT ${target}`);
    const address = options.tunnelTo(target);
    if (fault?.act.kind === "reset") socket.destroy();
    else if (fault?.act.kind === "bytes") socket.end(fault.act.bytes);
    else if (address === undefined) socket.end("HTTP/1.1 502 Unknown Host\r\ncontent-length: 0\r\n\r\n");
    else if (fault?.act.kind !== "silence") tunnel(socket, head, address, fault?.act);
  });
  const { address, port, stop } = await listen(server);
  return { url: `http://${address}:${port}`, stop };
}

function tunnel(socket: Socket, head: Buffer, address: Address, act: TunnelFault["act"] | undefined): void {
  const [host = "", port] = address.split(":");
  const upstream = connect({ host, port: Number(port) });
  upstream.on("error", () => socket.destroy());
  upstream.once("connect", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(head);
    socket.pipe(upstream);
    if (act?.kind !== "cut" && act?.kind !== "flip") upstream.pipe(socket);
    else upstream.pipe(damaging(act, () => socket.destroy())).pipe(socket);
  });
  socket.once("close", () => upstream.destroy());
  upstream.once("close", () => socket.destroy());
}

/** Passes bytes on up to an offset, where it cuts the connection or inverts a bit. */
function damaging(
  { kind, after }: { readonly kind: "cut" | "flip"; readonly after: number },
  cut: () => void,
): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = after - passed;
      passed += chunk.length;
      if (at < 0 || at >= chunk.length) return done(null, chunk);
      if (kind === "cut") {
        this.push(chunk.subarray(0, at));
        setImmediate(cut);
        return undefined;
      }
      const changed = Buffer.from(chunk);
      changed.writeUInt8(chunk.readUInt8(at) ^ 1, at);
      return done(null, changed);
    },
  });
}
