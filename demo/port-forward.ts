import { connect, createServer } from "node:net";
import { listen } from "../testing/real/listening.ts";
import { ask, directly } from "./network.ts";

export interface PortForward {
  /** `localhost:PORT`: the name that only this machine, and only for now, knows the registry by. */
  readonly host: string;
  /** Resolves to whether nothing answers there any more. */
  close(): Promise<boolean>;
}

/** What `kubectl port-forward` does: a local port that leads to a registry inside a cluster. */
export async function openPortForward(registryPort: number): Promise<PortForward> {
  const server = createServer((socket) => {
    const upstream = connect(registryPort, "127.0.0.1");
    socket.on("error", () => upstream.destroy()).pipe(upstream);
    upstream.on("error", () => socket.destroy()).pipe(socket);
    upstream.once("close", () => socket.destroy());
  });
  const { port, stop } = await listen(server);
  const host = `localhost:${port}`;
  return {
    host,
    close: async () => {
      await stop();
      return ask(directly(), new URL(`http://${host}/v2/`)).then(
        () => false,
        () => true,
      );
    },
  };
}
