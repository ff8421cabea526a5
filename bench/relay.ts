import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Listening, listen } from "../testing/real/listening.ts";

/** What a client sent in one go and what came back for it: a request, or a flight of a TLS handshake. */
export interface Exchange {
  /** The request line, where it can be read. */
  readonly said: string;
  /** Milliseconds, as the client saw it. */
  readonly from: number;
  readonly to: number;
}

export interface Relay extends Listening {
  readonly exchanges: readonly Exchange[];
  connections(): number;
}

export interface RelayOptions {
  /** Asked at the first connection. */
  readonly to: () => { readonly address: string; readonly port: number };
  /** Milliseconds that everything takes in each direction. */
  readonly oneWay: number;
}

type Entry = { -readonly [K in keyof Exchange]: Exchange[K] };

/** A long wire: TCP that takes its time, and a round trip more until a connection stands. */
export async function startRelay({ to, oneWay }: RelayOptions): Promise<Relay> {
  const exchanges: Entry[] = [];
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const { address, port } = to();
    const upstream = connect({ host: address, port });
    for (const socket of [client, upstream]) socket.setNoDelay(true).on("error", () => {});
    let open: Entry | undefined;
    delay(client, upstream, 3 * oneWay, (chunk) => {
      const now = performance.now();
      if (open !== undefined && open.to === 0) return;
      const [said = ""] = /^[A-Z]+ \S+(?= HTTP\/)/.exec(chunk.toString("latin1", 0, 1000)) ?? [];
      open = { said, from: now, to: 0 };
      exchanges.push(open);
    });
    delay(upstream, client, oneWay, () => {
      if (open !== undefined) open.to = performance.now() + oneWay;
    });
  });
  const listening = await listen(server);
  return { ...listening, exchanges, connections: () => connections };

  /** Everything arrives `oneWay` later, the first thing `first` after the beginning at the earliest. */
  function delay(source: Socket, sink: Socket, first: number, look: (chunk: Buffer) => void): void {
    const earliest = performance.now() + first;
    let turn = Promise.resolve();
    const later = (act: () => void) => {
      const due = Math.max(performance.now() + oneWay, earliest);
      turn = turn.then(() => sleep(Math.max(0, due - performance.now()))).then(act);
    };
    source.on("data", (chunk: Buffer) => {
      look(chunk);
      later(() => void (sink.destroyed || sink.write(chunk)));
    });
    source.once("close", () => later(() => sink.destroy()));
  }
}

/** The most exchanges of which each began after the one before had ended: how many round trips were waited for in a row. */
export function longestChain(exchanges: readonly Exchange[]): readonly Exchange[] {
  const chain: Exchange[] = [];
  const byEnd = exchanges.filter(({ to }) => to > 0).toSorted((one, other) => one.to - other.to);
  for (const exchange of byEnd) {
    if (exchange.from >= (chain.at(-1)?.to ?? 0)) chain.push(exchange);
  }
  return chain;
}
