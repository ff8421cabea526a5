import { type ChaosEstate, LOGIN, nameOf } from "./estate.ts";
import type { Schedule } from "./faults/schedule.ts";
import { startChaosProxy } from "./proxy.ts";
import { type RelayOptions, startRelay } from "./relay.ts";
import { REGISTRIES, type RegistryName, type Scenario } from "./scenario.ts";

/** How the action reaches registries in a run. */
export interface Network {
  /** What precedes the path of a repository on that registry. */
  readonly hostOf: (registry: RegistryName) => string;
  readonly inputs: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the relays in front of the registries of an estate, and the proxy to them. */
export function connectNetwork(
  estate: ChaosEstate,
  { route }: Scenario,
  schedule: Schedule,
  onFault: RelayOptions["onFault"],
): Promise<Network> {
  const faults = { schedule, onFault };
  return route === "direct" ? connectDirectly(estate, faults) : connectByProxy(estate, route === "tunnel", faults);
}

interface Faults {
  readonly schedule: Schedule;
  readonly onFault: RelayOptions["onFault"];
}

/** Each registry at an address of its own. */
async function connectDirectly(estate: ChaosEstate, faults: Faults): Promise<Network> {
  const relays = await Promise.all(
    REGISTRIES.map((name) => startRelay({ upstreamOf: () => upstreamAt(estate, name), ...faults })),
  );
  const hosts = relays.map(({ address, port }) => `${address}:${port}`);
  return {
    hostOf: (registry) => `http://${hosts[REGISTRIES.indexOf(registry)]}`,
    inputs: { credentials: credentialsFor(hosts) },
    stop: async () => void (await Promise.all(relays.map(({ stop }) => stop()))),
  };
}

/** Names that only the proxy can resolve: in plain HTTP it forwards requests itself, and tunnels lead to one relay with TLS. */
async function connectByProxy(estate: ChaosEstate, isTunnel: boolean, faults: Faults): Promise<Network> {
  const { signed, blobs, authority, tls } = estate;
  const port = isTunnel ? 443 : 80;
  const named: Readonly<Record<string, ReturnType<RelayOptions["upstreamOf"]>>> = {
    ...Object.fromEntries(REGISTRIES.map((name) => [`${nameOf(name)}:${port}`, upstreamAt(estate, name)])),
    "source.example.test:5000": { registry: signed.host },
    "cdn.example.test:8080": { registry: blobs.host },
  };
  const upstreamOf = (host: string) => named[host];
  const relay = await startRelay({ upstreamOf, ...faults, tls });
  const tunnelTo = (target: string) => (named[target] === undefined ? undefined : `${relay.address}:${relay.port}`);
  const proxy = await startChaosProxy({ upstreamOf, tunnelTo, ...faults });
  return {
    hostOf: (registry) => `${isTunnel ? "" : "http://"}${nameOf(registry)}`,
    inputs: {
      "http-proxy": proxy.url,
      "https-proxy": proxy.url,
      "ca-certificates": authority.path,
      credentials: credentialsFor(REGISTRIES.map(nameOf)),
    },
    async stop() {
      await proxy.stop();
      await relay.stop();
    },
  };
}

function upstreamAt({ registries, tokens }: ChaosEstate, name: RegistryName) {
  return { registry: registries[name].host, tokens: tokens.host };
}

function credentialsFor(hosts: readonly string[]): string {
  return hosts.map((host) => `${host}=${LOGIN.user}:${LOGIN.password}`).join("\n");
}
