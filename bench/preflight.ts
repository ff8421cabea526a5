import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addComponentVersion, imageResource } from "../testing/content/content.ts";
import { startProxy } from "../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fakes/registry.ts";
import { temporaryFolder } from "../testing/real/fixtures.ts";
import { stopEverything } from "../testing/real/running.ts";
import { type Measured, measure } from "./measure.ts";
import { addPlatformImage } from "./platform-image.ts";
import { type Exchange, longestChain, type Relay, startRelay } from "./relay.ts";

const IMAGES = 50;
const REGISTRIES = 3;
const ONE_WAY = 25;
const LAYER_SIZE = 64 * 1024;

interface Mode {
  readonly secure: boolean;
  readonly proxied: boolean;
  /** Whether each repository wants a token of its own, as public registries do. */
  readonly tokens: boolean;
}

const MODES: readonly Mode[] = [
  { secure: false, proxied: false, tokens: false },
  { secure: true, proxied: false, tokens: false },
  { secure: true, proxied: true, tokens: false },
  { secure: true, proxied: true, tokens: true },
];

/** A component version with images on several registries, all of them and the target a long wire away. */
async function startEstate({ secure, proxied, tokens }: Mode) {
  const certificate = createCertificate();
  const relays: Relay[] = [];
  const names: Record<string, string> = {};

  const startRegistry = async (name: string) => {
    const relay = await startRelay({ to: () => ({ address: "127.0.0.1", port: registry.port }), oneWay: ONE_WAY });
    // Loopback is always reached directly: behind the proxy, hosts need names.
    const host = proxied ? `${name}.example.test:5000` : `127.0.0.1:${relay.port}`;
    const realm = `${secure ? "https" : "http"}://${host}/token`;
    const registry: FakeRegistry = await startFakeRegistry({
      ...(secure ? { tls: certificate } : {}),
      ...(tokens ? { auth: { kind: "bearer", anonymous: "push", realm } } : {}),
    });
    relays.push(relay);
    names[host] = `127.0.0.1:${relay.port}`;
    return { registry, host };
  };

  const sources = await Promise.all(Array.from({ length: REGISTRIES }, (_, at) => startRegistry(`source-${at}`)));
  const target = await startRegistry("target");
  const [first] = sources;
  if (first === undefined) throw new Error("no registry");

  const resources = Array.from({ length: IMAGES }, (_, at) => {
    const { registry, host } = sources[at % REGISTRIES] ?? first;
    const repository = `images/number-${at}`;
    const architectures = at % 2 === 0 ? ["amd64", "arm64"] : ["amd64"];
    const image = addPlatformImage(registry, repository, architectures, LAYER_SIZE);
    return imageResource(`image-${at}`, `${host}/${repository}:1.0.0`, image);
  });
  addComponentVersion(first.registry, { path: "components", name: "example.org/shop", resources });

  const proxy = await startProxy({ hosts: names });
  const inputs = {
    "component-versions": `${first.host}/components//example.org/shop:1.0.0`,
    target: `${target.host}/moved`,
    ...(secure
      ? { "ca-certificates": certificate.cert }
      : { "plain-http": [...sources, target].map(({ host }) => host).join("\n") }),
    ...(proxied ? { "https-proxy": proxy.url } : {}),
  };
  const registries = [...sources, target].map(({ registry }) => registry);
  return { inputs, relays, requests: () => registries.flatMap(({ requests }) => requests) };
}

function createCertificate() {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const names = "subjectAltName=IP:127.0.0.1,DNS:*.example.test";
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench"];
  const args = ["req", "-x509", ...kind, "-addext", names, "-keyout", key, "-out", cert];
  execFileSync("openssl", args, { stdio: "pipe" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

function row(mode: Mode, command: string, { wall, cpu, peakMemory }: Measured, counted: Counted) {
  const { secure, proxied, tokens } = mode;
  return {
    way: `${secure ? "https" : "http"}, ${proxied ? "proxy" : "direct"}${tokens ? ", tokens" : ""}`,
    command,
    "wall s": wall.toFixed(2),
    "cpu s": cpu.toFixed(2),
    "memory MiB": Math.round(peakMemory),
    ...counted,
  };
}

/** How many of each kind of request, and the milliseconds from the first to the end of the last. */
function describeChain(chain: readonly Exchange[]): string {
  const kindOf = ({ said }: Exchange) =>
    said.replace(/\/v2\/.*\/(manifests|blobs\/uploads|blobs)\/.*/, "$1").replace("/v2/", "base");
  const start = chain[0]?.from ?? 0;
  const since = (time: number | undefined) => String(Math.round((time ?? start) - start)).padStart(5);
  return [...Map.groupBy(chain, kindOf)]
    .map(([kind, all]) => `${since(all[0]?.from)} –${since(all.at(-1)?.to)}  ${all.length} × ${kind}`)
    .join("\n");
}

interface Counted {
  readonly requests: number;
  readonly connections: number;
  /** Round trips one after the other; with TLS, flights of handshakes count too. */
  readonly "in a row": number;
}

const rows: object[] = [];
for (const mode of MODES) {
  for (const command of ["preflight", "transfer"]) {
    const estate = await startEstate(mode);
    const measured = await measure({ inputs: { ...estate.inputs, command } });
    const chain = longestChain(estate.relays.flatMap(({ exchanges }) => exchanges));
    const connections = estate.relays.reduce((sum, relay) => sum + relay.connections(), 0);
    rows.push(
      row(mode, command, measured, { requests: estate.requests().length, connections, "in a row": chain.length }),
    );
    if (!mode.secure) console.log(`${command}, what was waited for in a row:\n${describeChain(chain)}`);
    await stopEverything();
  }
}
console.log(`${IMAGES} images on ${REGISTRIES} registries, ${2 * ONE_WAY} ms a round trip`);
console.table(rows);
