import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { KeyPair } from "../real/certificates.ts";
import { listen } from "../real/listening.ts";

export interface RawServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The request lines of each connection. */
  readonly connections: readonly (readonly string[])[];
}

/**
 * Answers each request with these bytes, correct or not, whatever it asks for. The connection is closed after a response that has
 * `Connection: close`, and stays open after any other.
 */
export async function startRawServer(answer: (request: string) => string, tls?: KeyPair): Promise<RawServer> {
  const connections: string[][] = [];
  const server = tls === undefined ? createServer() : createTlsServer({ ...tls });
  server.on(tls === undefined ? "connection" : "secureConnection", (socket) => {
    const requests: string[] = [];
    connections.push(requests);
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      // A handshake is no request (RFC 8446, 5.1: the record type is 22).
      if (received.startsWith("\u0016")) return void socket.destroy();
      const [head, rest] = received.split("\r\n\r\n");
      if (head === undefined || rest === undefined) return;
      // The body of a request is shorter than what the socket reads at once.
      received = "";
      const [line = ""] = head.split("\r\n");
      requests.push(line);
      const response = answer(line);
      socket.write(response, "latin1");
      if (response.includes("Connection: close")) socket.end();
    });
  });
  const { address, port } = await listen(server);
  return { host: `${address}:${port}`, connections };
}
