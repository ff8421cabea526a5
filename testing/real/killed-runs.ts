import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bytesOf } from "../../src/oci/content.ts";
import type { ReadableStore } from "../../src/oci/store.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { readGraph } from "../../src/transfer/source/graph.ts";
import { makeCtf } from "../content/ctf.ts";
import type { Random } from "../generated/random.ts";
import { openRegistry } from "../product/open-registry.ts";
import { type ActionResult, runAction } from "./action.ts";
import { type CountingRelay, type Passed, startCountingRelay } from "./counting-relay.ts";
import { ctf, temporaryFolder } from "./fixtures.ts";
import { type RealRegistry, type RegistryOptions, startRegistry } from "./registry.ts";

export type RegistryKind = RegistryOptions["kind"];
export const TARGETS = ["registry", "folder", "tgz", "download"] as const;
export type TargetKind = (typeof TARGETS)[number];

const CONCURRENCY = 2;
const BLOB_BYTES = 256 * 1024;
const VERSIONS = ["1.0.0", "1.1.0", "2.0.0"];
const BLOBS = 8;
/** Blobs are larger, and documents smaller. */
const MIN_BLOB_BYTES = 64 * 1024;
const COMPONENT = "acme.org/killed";

/** What a killed run and the one after it did. */
export interface KilledRuns {
  /** The moment of the kill. */
  readonly moment: string;
  readonly next: ActionResult;
  /** Bytes of blobs that passed in the second run, though they had passed completely in the first, to a registry or from one. */
  readonly bytesAgain: number;
  /** At most this was in flight when the first run was killed, in bytes: on its way, or not yet at its place. */
  readonly maxInFlight: number;
  /** Files of the runs that are left in the temporary folder and around the target. */
  readonly left: readonly string[];
  /** Manifests under the tags of the target, whose content was read and compared with its digests; of a download its files. */
  readonly found: readonly string[];
}

export interface Estate {
  readonly source: RealRegistry;
  readonly kind: RegistryKind;
}

/** A registry with component versions of local blobs, and those of the fixtures with their images. */
export async function startEstate(kind: RegistryKind): Promise<Estate> {
  const source = await startRegistry({ kind });
  const made = makeCtf(
    VERSIONS.map((version) => ({
      id: `${COMPONENT}:${version}`,
      blobs: Array.from({ length: BLOBS }, () => randomBytes(BLOB_BYTES)),
    })),
  );
  const inputs = { "component-versions": `${made}\n${ctf("v1-by-value")}`, target: `${source.origin}/source` };
  const { code, stdout } = await runAction({ inputs });
  if (code !== 0) throw new Error(stdout);
  return { source, kind };
}

interface Moment {
  /** The request, counted from 1, at which the run is killed; beyond the last one, it is killed while it packs. */
  readonly request: number;
  readonly isHalf: boolean;
}

/** A run that is killed at a moment, and the run after it. `requests` is how many a run has that is not killed. */
export async function killAndRepeat(
  estate: Estate,
  targetKind: TargetKind,
  random: Random,
  requests: number,
): Promise<KilledRuns> {
  const moment = { request: 1 + random.integer(Math.ceil(requests * 1.1)), isHalf: random.chance(0.5) };
  const place = await startPlace(estate, targetKind);
  const first = await place.run(moment);
  const before = place.passed().length;
  const next = await place.run();
  const complete = new Set(
    place
      .passed()
      .slice(0, before)
      .filter(({ isComplete, method }) => isComplete && (targetKind !== "registry" || method === "PUT"))
      .map(contentOf)
      .filter((digest) => digest !== undefined),
  );
  const again = place
    .passed()
    .slice(before)
    .filter((each) => complete.has(contentOf(each) ?? "") && each.sent + each.received > MIN_BLOB_BYTES);
  return {
    moment: `request ${moment.request} of ${requests}${moment.isHalf ? ", half" : ""} (exit ${first.code})`,
    next,
    bytesAgain: again.reduce((total, { sent, received }) => total + sent + received, 0),
    maxInFlight: 2 * CONCURRENCY * BLOB_BYTES,
    left: place.left(),
    found: await place.found(),
  };
}

/** The number of requests of a run that is not killed, and what it leaves at the target. */
export async function measureRun(estate: Estate, targetKind: TargetKind) {
  const place = await startPlace(estate, targetKind);
  const { code, stdout } = await place.run();
  if (code !== 0) throw new Error(stdout);
  return { requests: place.passed().length, found: await place.found() };
}

/** The digest of the blob that a request moved, or undefined. */
function contentOf({ method, path }: Passed): string | undefined {
  const [, digest] = (method === "PUT" ? /[?&]digest=([^&]+)/ : /\/blobs\/(sha256:[0-9a-f]+)/).exec(path) ?? [];
  return digest === undefined || method === "HEAD" ? undefined : decodeURIComponent(digest);
}

async function startPlace({ source, kind }: Estate, targetKind: TargetKind) {
  const [folder, runnerTemp] = [temporaryFolder(), temporaryFolder()];
  const registry = targetKind === "registry" ? await startRegistry({ kind }) : undefined;
  let kill: (() => void) | undefined;
  let isDue = false;
  let remaining: Moment | undefined;
  const killNow = () => {
    isDue = true;
    kill?.();
  };
  const hooks = {
    onRequest() {
      if (remaining === undefined) return;
      remaining = { ...remaining, request: remaining.request - 1 };
      if (remaining.request === 0 && !remaining.isHalf) killNow();
    },
    onHalf() {
      if (remaining?.isHalf === true && remaining.request <= 0) killNow();
    },
  };
  const relays: CountingRelay[] = [];
  for (const upstream of [source, ...(registry === undefined ? [] : [registry])]) {
    relays.push(await startCountingRelay(upstream, hooks));
  }
  const [from, to] = relays;
  const name = targetKind === "tgz" ? "target.tgz" : "target";
  const path = join(folder, name);
  const packing = join(folder, ".target.tgz.partial", "archive");
  const ids = [...VERSIONS.map((version) => `${COMPONENT}:${version}`), "example.org/shop:1.2.0"];
  const inputs = {
    "component-versions": ids.map((id) => `http://${from?.host}/source//${id}`).join("\n"),
    recursive: "true",
    // The index is the same from every source then.
    "origin-names": "false",
    concurrency: String(CONCURRENCY),
    // Something to be masked, so that there is output from the start.
    credentials: "unused.test=ada:s3cret",
    ...(targetKind === "download"
      ? { command: "download", output: path }
      : { target: to === undefined ? path : `http://${to.host}/moved` }),
  };

  async function run(moment?: Moment): Promise<ActionResult> {
    [kill, isDue, remaining] = [undefined, false, moment];
    const watching = setInterval(() => remaining !== undefined && existsSync(packing) && killNow(), 1);
    try {
      return await runAction({
        inputs,
        env: { RUNNER_TEMP: runnerTemp },
        onOutput: (_, send) => {
          kill = () => send("SIGKILL");
          if (isDue) kill();
        },
      });
    } finally {
      clearInterval(watching);
      remaining = undefined;
    }
  }

  return {
    run,
    passed: () => relays.flatMap(({ passed }) => passed),
    left: () => [
      ...readdirSync(runnerTemp).filter((each) => !each.endsWith(".json")),
      ...readdirSync(folder).filter((each) => each !== name),
      ...(name === "target" && existsSync(path) ? readdirSync(path).filter((each) => each.startsWith(".")) : []),
    ],
    async found(): Promise<readonly string[]> {
      if (targetKind === "download") return filesBelow(path);
      if (registry === undefined) return walk(await openCtf(path, { spool: temporaryFolder() }), "");
      return walk(openRegistry(registry.host), "moved/");
    },
  };
}

/** Reads everything under the tags of the component versions; the content is compared with its digests by being read. */
async function walk(store: ReadableStore, prefix: string): Promise<readonly string[]> {
  const components = [COMPONENT, "example.org/shop", "example.org/cart", "example.org/payments"];
  const found: string[] = [];
  for (const component of components) {
    const repository = store.repository(`${prefix}component-descriptors/${component}`);
    for (const tag of await repository.listTags()) {
      const root = await repository.resolve(tag);
      const { nodes } = await readGraph(repository, root);
      for (const { descriptor } of nodes) await bytesOf(await repository.fetch(descriptor));
      found.push(`${component}:${tag} ${root.digest} ${nodes.length}`);
    }
  }
  return found.sort();
}

function filesBelow(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
    .sort();
}
