import { lookup as resolveByDns } from "node:dns";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { errorMessage } from "../../errors/transfer-error.ts";
import { type ConnectionPhase, PhaseError } from "../hop.ts";
import { bracketed, settled } from "./socket.ts";

/** Milliseconds before the next address is tried as well (RFC 8305, 5, the recommended Connection Attempt Delay). */
const NEXT_ADDRESS_MS = 250;

/**
 * Resolves the name, then connects to its addresses: the first connection that opens is used. Name and addresses have a deadline of
 * `timeout` milliseconds each. Node.js itself would give up an address after 250 ms where the name has a further one.
 */
export async function dial(
  [lookupPhase, phase]: readonly [ConnectionPhase, ConnectionPhase],
  host: string,
  port: number,
  timeout: number,
  lookup: LookupFunction = resolveByDns,
): Promise<Socket> {
  const doing = `connecting to ${bracketed(host)}:${port}`;
  if (isIP(host) !== 0) return settled(open(host, port), "connect", { phase, doing, timeout });
  const addresses = await resolved(host, { phase: lookupPhase, doing, timeout }, lookup);
  const [only] = addresses;
  if (only !== undefined && addresses.length === 1) {
    return settled(open(only, port), "connect", { phase, doing, timeout });
  }
  return race(addresses, (address) => open(address, port), { phase, doing, timeout });
}

interface Attempt {
  readonly phase: ConnectionPhase;
  readonly doing: string;
  readonly timeout: number;
}

function open(host: string, port: number): Socket {
  return connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
}

/** The addresses of a name, alternately of each family (RFC 8305, 4). */
function resolved(host: string, { phase, doing, timeout }: Attempt, lookup: LookupFunction): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, more: { cause?: unknown; timedOut?: boolean }) => {
      clearTimeout(timer);
      reject(new PhaseError(phase, `${doing}: ${why}`, more));
    };
    const timer = setTimeout(() => fail(`no answer within ${timeout / 1000} s`, { timedOut: true }), timeout);
    lookup(host, { all: true }, (error, found) => {
      if (error !== null) return fail(errorMessage(error), { cause: error });
      clearTimeout(timer);
      const addresses = (typeof found === "string" ? [found] : found.map(({ address }) => address)) as string[];
      const [first = ""] = addresses;
      const own = addresses.filter((address) => isIP(address) === isIP(first));
      const other = addresses.filter((address) => isIP(address) !== isIP(first));
      const length = Math.max(own.length, other.length);
      resolve(Array.from({ length }, (_, at) => [...own.slice(at, at + 1), ...other.slice(at, at + 1)]).flat());
    });
  });
}

/** The first socket that connects. Where none does, the failure is that of the last, with the reasons of all. */
function race(
  addresses: readonly string[],
  connecting: (address: string) => Socket,
  attempt: Attempt,
): Promise<Socket> {
  const { phase, doing, timeout } = attempt;
  return new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const reasons: string[] = [];
    let started = 0;
    let timer: NodeJS.Timeout | undefined;
    const startNext = () => {
      clearTimeout(timer);
      const address = addresses[started++];
      if (address === undefined) return;
      if (started < addresses.length) timer = setTimeout(startNext, NEXT_ADDRESS_MS);
      const socket = connecting(address);
      sockets.add(socket);
      settled(socket, "connect", { phase, doing: bracketed(address), timeout }).then(won, lost);
    };
    const won = (socket: Socket) => {
      clearTimeout(timer);
      for (const other of sockets) if (other !== socket) other.destroy();
      resolve(socket);
    };
    const lost = (error: PhaseError) => {
      reasons.push(error.message);
      const { cause, timedOut } = error;
      if (reasons.length < addresses.length) startNext();
      else reject(new PhaseError(phase, `${doing}: ${reasons.join("; ")}`, { cause, timedOut }));
    };
    startNext();
  });
}
