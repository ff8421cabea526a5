import { connect, createServer } from "node:net";
import { listen } from "../real/listening.ts";

export interface CuttingRelayOptions {
  /** Port of the server behind it, on 127.0.0.1. */
  readonly to: number;
  /** Bytes of a client on one connection after which it is cut. */
  readonly after: number;
  /** How many connections are cut. */
  readonly cuts: number;
}

export interface CuttingRelay {
  readonly host: string;
  /** Bytes that clients sent. */
  sent(): number;
  /** Connections that are still to be cut. */
  left(): number;
}

/** A relay before a server that cuts its first long connections, as gateways with a limit of time or size do. */
export async function startCuttingRelay({ to, after, cuts }: CuttingRelayOptions): Promise<CuttingRelay> {
  let sent = 0;
  let left = cuts;
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    let received = 0;
    client.on("data", (chunk) => {
      sent += chunk.length;
      received += chunk.length;
      if (left > 0 && received >= after) {
        left -= 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else if (!upstream.write(chunk)) client.pause();
    });
    upstream.on("drain", () => client.resume()).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on("error", () => {}).on("close", () => [client, upstream].forEach((each) => void each.destroy()));
    }
  });
  const { address, port } = await listen(server);
  return { host: `${address}:${port}`, sent: () => sent, left: () => left };
}
