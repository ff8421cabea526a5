import { createSocket } from "node:dgram";
import { remember } from "./running.ts";

/**
 * A DNS server that knows no name at all (RFC 1035, 4.1.1: RCODE 3). A proxy whose name servers do not answer waits for
 * minutes before it says that a host is unknown.
 */
export async function startEmptyNameServer(address: string): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, client) => {
    if (query.length < 12) return;
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8183, 2); // a response, recursion available, NXDOMAIN
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
