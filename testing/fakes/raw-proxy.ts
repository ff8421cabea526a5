import { connect, createServer } from "node:net";
import { listen } from "../real/listening.ts";

export interface RawProxy {
  readonly url: string;
  /** The head of each CONNECT, as it was sent. */
  readonly requests: readonly string[];
}

/** A complete head of a 2xx. */
const OPENS = /HTTP\/\S+ +2[\s\S]*\n\r?\n/;

/** A proxy that answers each CONNECT with these bytes, correct or not. After a 2xx it is a tunnel to `upstream`, an `address:port`. */
export async function startRawProxy(reply: string, upstream: string): Promise<RawProxy> {
  const requests: string[] = [];
  const [host, port] = upstream.split(":");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    let head = "";
    socket.on("data", function onData(chunk: Buffer) {
      head += chunk.toString("latin1");
      if (!head.startsWith("CONNECT ")) return void socket.destroy();
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      requests.push(head);
      socket.write(reply, "latin1");
      if (!OPENS.test(reply)) return void socket.end();
      const onward = connect({ host, port: Number(port) }).on("error", () => socket.destroy());
      socket.pipe(onward).pipe(socket);
      socket.once("close", () => onward.destroy());
    });
  });
  const { address, port: own } = await listen(server);
  return { url: `http://${address}:${own}`, requests };
}
