import { createSocket } from "node:dgram";
import { remember } from "./running.ts";

/** How a name server knows no name: that it does not exist (RFC 1035, 4.1.1: RCODE 3), that it cannot tell (2), or silence. */
export type Ignorance = "no-such-name" | "failure" | "silence";

/**
 * A DNS server that knows no name at all. A proxy whose name servers do not answer waits for minutes before it says that a host is
 * unknown.
 */
export async function startEmptyNameServer(address: string, says: Ignorance = "no-such-name"): Promise<void> {
  const code = says === "failure" ? 0x8182 : 0x8183; // a response, recursion available
  await startAnswering(address, (query) => (says === "silence" ? undefined : responseTo(query, code, [])));
}

/** A DNS server that answers the n-th question (from 1) for the IPv4 addresses of any name, and has no others. */
export async function startNameServer(address: string, addresses: (nth: number) => readonly string[]): Promise<void> {
  let asked = 0;
  await startAnswering(address, (query) => {
    if (query.readUInt16BE(endOfQuestion(query) - 4) !== 1) return responseTo(query, 0x8180, []);
    asked += 1;
    return responseTo(query, 0x8180, addresses(asked));
  });
}

async function startAnswering(address: string, answer: (query: Buffer) => Buffer | undefined): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, client) => {
    const response = query.length < 12 ? undefined : answer(query);
    if (response !== undefined) socket.send(response, client.port, client.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, address, resolve);
  });
  remember(() => new Promise<void>((resolve) => socket.close(() => resolve())));
}

/** RFC 1035, 4.1: the header, the question as it was asked, and records of type A that are not to be kept. */
function responseTo(query: Buffer, flags: number, addresses: readonly string[]): Buffer {
  const head = Buffer.from(query.subarray(0, endOfQuestion(query)));
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt16BE(0, 10); // no additional records: EDNS is not spoken
  const records = addresses.map((each) => [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...each.split(".").map(Number)]);
  return Buffer.concat([head, Buffer.from(records.flat())]);
}

function endOfQuestion(query: Buffer): number {
  let at = 12;
  while (at < query.length && query[at] !== 0) at += 1 + (query[at] ?? 0);
  return Math.min(at + 5, query.length);
}
