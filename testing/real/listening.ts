import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import type { KeyPair } from "./certificates.ts";
import { remember } from "./running.ts";

export interface Listening {
  readonly address: string;
  readonly port: number;
  /** Cuts every open connection too. */
  stop(): Promise<void>;
}

export interface Place {
  /** Default 127.0.0.1. */
  readonly address?: string | undefined;
  /** Default a free one. */
  readonly port?: number | undefined;
}

/** Listens on a loopback address until the test is over. */
export async function listen(server: Server, { address = "127.0.0.1", port = 0 }: Place = {}): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("not a TCP server");
  const stop = remember(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { address, port: bound.port, stop };
}

/** A server for http, or for https where it has a certificate. Connections that a client cuts are no error here. */
export function httpServer(listener: RequestListener, tls?: KeyPair): HttpServer {
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer({ ...tls }, listener);
  server.on("clientError", (_error, socket) => socket.destroy());
  return server;
}

export function schemeOf(tls: KeyPair | undefined): "http" | "https" {
  return tls === undefined ? "http" : "https";
}
