// A process of its own, whose machine may know other names than that of the test: asks, and prints the outcomes.
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Party } from "../../../src/net/address/address-policy.ts";
import { drain } from "../../../src/net/body.ts";
import { createClient } from "../../../src/net/client.ts";

export interface Question {
  readonly url: string;
  readonly party: Party;
}

export interface Outcome {
  /** The status, or the code of the error. */
  readonly came: number | string;
  /** Addresses to which a connection was attempted. */
  readonly dialled: readonly string[];
}

const dialled: string[] = [];
subscribe("net.client.socket", (message) => {
  const { socket } = message as { readonly socket: Socket };
  socket.on("connectionAttempt", (address: string) => dialled.push(address));
});

const client = createClient({
  named: { has: () => false, covers: () => false },
  routeFor: () => ({ via: "direct", rule: "test" }),
  tls: { ca: [] },
  userAgent: "test",
  concurrency: 1,
  connectTimeout: 1000,
  stallTimeout: 1000,
  retryPolicy: { attempts: 1, timeout: 1000 },
});

async function ask({ url, party }: Question): Promise<Outcome> {
  dialled.length = 0;
  const came = await client.request({ method: "GET", url, party, purpose: { kind: "registry", role: "source" } }).then(
    async (response) => {
      await drain(response);
      return response.status;
    },
    (error: { readonly code?: string; readonly name: string }) => error.code ?? error.name,
  );
  return { came, dialled: [...dialled] };
}

const outcomes: Outcome[] = [];
for (const question of JSON.parse(process.argv[2] ?? "[]") as Question[]) outcomes.push(await ask(question));
await client.close();
process.stdout.write(JSON.stringify(outcomes));
