import { addComponentVersion, imageResource } from "../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fakes/registry.ts";
import { stopEverything } from "../testing/real/running.ts";
import { measure } from "./measure.ts";
import { addPlatformImage } from "./platform-image.ts";

const COUNTS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 300, 1000];
const LINES = 10;
const COMPONENTS = 100;
const IMAGES = 10;
const LAYER_SIZE = 256 * 1024;

interface Named {
  readonly component: string;
  readonly version: string;
}

/** Component versions of many components, several each; the first of them refer to all others. */
function addVersions(registry: FakeRegistry, count: number): readonly Named[] {
  const images = Array.from({ length: IMAGES }, (_, at) => {
    const repository = `images/number-${at}`;
    const image = addPlatformImage(registry, repository, ["amd64"], LAYER_SIZE);
    return imageResource("image", `${registry.host}/${repository}:1.0.0`, image);
  });
  const names = Array.from({ length: count }, (_, at) => ({
    component: `example.org/part-${at % COMPONENTS}`,
    version: `1.${Math.floor(at / COMPONENTS)}.0`,
  }));
  names.forEach((name, at) => {
    addComponentVersion(registry, {
      path: "components",
      name: name.component,
      version: name.version,
      resources: images.slice(at % IMAGES, (at % IMAGES) + 1),
      blobs: [Buffer.alloc(4096, `blob of ${name.component}:${name.version}\n`)],
      references: at < LINES ? names.filter((_, other) => other >= LINES && other % LINES === at).map(referenceTo) : [],
    });
  });
  return names.slice(0, LINES);
}

function referenceTo({ component, version }: Named): object {
  return { name: `${component.replaceAll("/", "-")}-${version}`, componentName: component, version };
}

/** How many requests of each kind there were, per component version. */
function perVersion({ requests }: FakeRegistry, count: number): Readonly<Record<string, string>> {
  const kinds = Map.groupBy(requests, ({ method, kind }) => `${method} ${kind}`);
  return Object.fromEntries([...kinds].map(([kind, asked]) => [kind, (asked.length / count).toFixed(2)]));
}

/** How many requests there were beyond the first for the same. */
function repeated(requests: readonly string[]): number {
  return requests.length - new Set(requests).size;
}

const rows: object[] = [];
for (const count of COUNTS) {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const lines = addVersions(source, count).map(
    ({ component, version }) => `${source.host}/components//${component}:${version}`,
  );
  const inputs = {
    "component-versions": lines.join("\n"),
    recursive: "true",
    target: `${target.host}/moved`,
    "plain-http": `${source.host}\n${target.host}`,
  };
  const { wall, cpu, peakMemory, stdout, report } = await measure({ inputs });
  const written = report["component-versions"].length;
  if (written !== count) throw new Error(`${written} of ${count} component versions\n${stdout.slice(-2000)}`);
  const read = source.requests.filter(
    ({ method, kind, status }) => method === "GET" && kind === "blob" && status === 200,
  );
  const uploads = target.requests.filter(({ method, kind }) => method === "PUT" && kind === "upload");
  rows.push({
    versions: count,
    "wall s": wall.toFixed(2),
    "cpu s": cpu.toFixed(2),
    "memory MiB": Math.round(peakMemory),
    "per version: source": (source.requests.length / count).toFixed(1),
    target: (target.requests.length / count).toFixed(1),
    "blobs read again": repeated(read.map(({ reference }) => reference)),
    "and sent again": repeated(uploads.map(({ query }) => query.get("digest") ?? "")),
    "report KiB": Math.round(JSON.stringify(report).length / 1024),
  });
  console.log(count, "requests per component version", {
    source: perVersion(source, count),
    target: perVersion(target, count),
  });
  await stopEverything();
}
console.table(rows);
