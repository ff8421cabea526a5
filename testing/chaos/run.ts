import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createCtf } from "../content/ctf.ts";
import { componentDigests, resources } from "../fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../real/action.ts";
import { acmePublicKey, temporaryFolder } from "../real/fixtures.ts";
import type { ChaosEstate } from "./estate.ts";
import type { Schedule } from "./faults/schedule.ts";
import { problemsOf, type Target } from "./judge.ts";
import { connectNetwork, type Network } from "./network.ts";
import { push, recordContent } from "./push.ts";
import type { Scenario } from "./scenario.ts";
import { addTree, type Expected } from "./tree.ts";
import { ctfShelf, registryShelf } from "./walk.ts";

export interface ChaosRun {
  readonly estate: ChaosEstate;
  /** Names its content; and its paths in the registries, which no other run has. */
  readonly seed: string;
  readonly scenario: Scenario;
  readonly schedule: Schedule;
  /** Adds what is transferred, unless that is signed; default a tree of the seed. */
  readonly addContent?: typeof addTree;
  /** Folder of the action; default the project's. */
  readonly action?: string | undefined;
  /** Inputs in addition to those of the scenario. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** A fault that a run met, and the request that met it. */
export interface Met {
  readonly fault: string;
  readonly request: string;
}

export interface Outcome {
  /** Of the error; undefined where the run succeeded. */
  readonly code: string | undefined;
  readonly message: string;
  readonly findings: readonly string[];
  /** Promises that the run did not keep; of a good product none, whatever the code. */
  readonly problems: readonly string[];
  readonly met: readonly Met[];
}

/** A run that takes longer has an attempt without an end. */
const MAX_RUN_MS = 100_000;

/** Seconds: limits of one phase of a request, short because the faults of a run wait for them. */
const TIMEOUT = "3";

/** One transfer by the bundle, between real registries and archives, with the faults of the schedule; and its verdict. */
export async function runChaos({
  estate,
  seed,
  scenario,
  schedule,
  addContent = addTree,
  action,
  inputs = {},
}: ChaosRun): Promise<Outcome> {
  const met: Met[] = [];
  const network = await connectNetwork(estate, scenario, schedule, (fault, request) => met.push({ fault, request }));
  const folder = temporaryFolder();
  try {
    const [from, to] = [`from/${seed}`, `to/${seed}`];
    const source = await fillSource(estate, { seed, scenario, network, path: from, addContent });
    const target = targetOf(estate, { scenario, network, path: to, folder: join(folder, "out") });
    for (const name of ["out", "tmp"]) mkdirSync(join(folder, name));
    const result = await runAction({
      timeout: MAX_RUN_MS,
      ...(action === undefined ? {} : { action }),
      env: { TMPDIR: join(folder, "tmp") },
      inputs: {
        "component-versions": source.reference,
        recursive: "true",
        target: target.reference,
        access: scenario.access,
        ...(scenario.access === "ociArtifact" ? { "consumer-repository": target.reference } : {}),
        "probe-timeout": TIMEOUT,
        "stall-timeout": TIMEOUT,
        ...network.inputs,
        ...(scenario.source === "signed" ? { signatures: `acme=${acmePublicKey}` } : {}),
        ...inputs,
      },
    });
    const error = result.report?.error;
    const problems = await problemsOf({ result, folder, target, expected: source.expected });
    removeFoldersOf(result);
    return {
      code: result.code === 0 ? undefined : (error?.code ?? `exit ${result.code}`),
      message: error?.message ?? "",
      findings: (result.report?.findings ?? []).map(({ code }: { code: string }) => code),
      problems,
      met,
    };
  } catch (error) {
    // The rest of the message is the log of the run.
    const [message = ""] = (error as Error).message.split("\n");
    return { code: "no end", message, findings: [], problems: [message], met };
  } finally {
    await network.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function removeFoldersOf({ home }: ActionResult): void {
  rmSync(dirname(home), { recursive: true, force: true });
}

interface Source {
  readonly reference: string;
  readonly expected: readonly Expected[];
}

interface SourceOptions extends Pick<ChaosRun, "seed" | "scenario"> {
  readonly network: Network;
  readonly path: string;
  readonly addContent: typeof addTree;
}

async function fillSource(
  estate: ChaosEstate,
  { seed, scenario, network, path, addContent }: SourceOptions,
): Promise<Source> {
  const { source, route } = scenario;
  if (source === "signed") {
    const expected = Object.keys(componentDigests).map((id) => {
      const [name = "", version = ""] = id.split(":");
      return { name, version, resources: resources.filter(({ component }) => component === name).length };
    });
    return { reference: "http://source.example.test:5000/components//example.org/shop:1.2.0", expected };
  }
  const component = "acme.org/shop:1.0.0";
  if (source === "folder" || source === "tgz") {
    const ctf = createCtf();
    const expected = addContent(ctf, { seed, path: "", images: "local" });
    ctf.writeIndex();
    if (source === "folder") return { reference: `ctf::${ctf.folder}//${component}`, expected };
    const archive = join(temporaryFolder(), "source.tgz");
    execFileSync("tar", ["-czf", archive, "-C", ctf.folder, "artifact-index.json", "blobs"]);
    return { reference: `ctf::${archive}//${component}`, expected };
  }
  const host = network.hostOf(source);
  const recording = recordContent();
  const expected = addContent(recording, { seed, path, images: route === "direct" ? "relative" : { host } });
  await push(recording, estate.open(source));
  return { reference: `${host}/${path}//${component}`, expected };
}

function targetOf(
  estate: ChaosEstate,
  { scenario, network, path, folder }: { scenario: Scenario; network: Network; path: string; folder: string },
): Target {
  const { target } = scenario;
  if (target === "folder" || target === "tgz") {
    const reference = join(folder, target === "folder" ? "target" : "target.tgz");
    return { reference, path: "", host: "", shelf: () => ctfShelf(reference) };
  }
  const host = network.hostOf(target);
  const { storage } = estate.registries[target];
  return {
    reference: `${host}/${path}`,
    path,
    host: host.replace(/^http:\/\//, ""),
    shelf: () => registryShelf(estate.open(target), storage, path),
  };
}
