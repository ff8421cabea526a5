import { createServer } from "node:net";
import { listen } from "../real/listening.ts";

export interface EarlyRefusal {
  readonly host: string;
  /** Methods of the requests, in their order. */
  readonly methods: readonly string[];
}

/** A gateway that refuses a PUT when it has its headers, and ends the connection without reading the body. */
export async function startEarlyRefusal(
  status: number,
  end: "end" | "destroy" | "resetAndDestroy",
): Promise<EarlyRefusal> {
  const methods: string[] = [];
  const server = createServer((socket) => {
    let head = "";
    let isOver = false;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      if (isOver) return;
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      const [method = ""] = head.split(" ");
      methods.push(method);
      head = "";
      isOver = method === "PUT";
      const [first, then] = isOver ? [status, "Connection: close\r\n"] : [202, "Location: /v2/a/blobs/uploads/1\r\n"];
      const sent = () => (isOver ? socket[end]() : undefined);
      socket.write(`HTTP/1.1 ${first} Early\r\n${then}Content-Length: 0\r\n\r\n`, sent);
    });
  });
  const { address, port } = await listen(server);
  return { host: `${address}:${port}`, methods };
}
