import { createSocket } from "node:dgram";
import { remember } from "./running.ts";

/** How a name server knows no name: that it does not exist (RFC 1035, 4.1.1: RCODE 3), that it cannot tell (2), or silence. */
export type Ignorance = "no-such-name" | "failure" | "silence";

/**
 * A DNS server that knows no name at all. A proxy whose name servers do not answer waits for minutes before it says that a host is
 * unknown.
 */
export async function startEmptyNameServer(address: string, says: Ignorance = "no-such-name"): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, client) => {
    if (query.length < 12 || says === "silence") return;
    const answer = Buffer.from(query);
    answer.writeUInt16BE(says === "failure" ? 0x8182 : 0x8183, 2); // a response, recursion available
    answer.writeUInt16BE(0, 10); // no additional records: EDNS is not spoken
    socket.send(answer.subarray(0, endOfQuestion(query)), client.port, client.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, address, resolve);
  });
  remember(() => new Promise<void>((resolve) => socket.close(() => resolve())));
}

function endOfQuestion(query: Buffer): number {
  let at = 12;
  while (at < query.length && query[at] !== 0) at += 1 + (query[at] ?? 0);
  return Math.min(at + 5, query.length);
}
