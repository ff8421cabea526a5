import { errorMessage } from "../src/errors/transfer-error.ts";
import { startFakeRegistry } from "../testing/fakes/registry.ts";
import { stopEverything } from "../testing/real/running.ts";
import { showEstate } from "./chapters/estate.ts";
import { showMainJob } from "./chapters/main-job.ts";
import { showPreflight } from "./chapters/preflight.ts";
import { showRepair } from "./chapters/repair.ts";
import { showTrouble } from "./chapters/trouble.ts";
import { startCluster } from "./cluster.ts";
import { startEstate } from "./estate.ts";
import { startStory } from "./story.ts";

/** Where the copies lie at the targets; the clusters serve them under another name and prefix. */
const PATH = "local/components";

const story = startStory();
story.tell("A component tree is pushed under one host name, and read under another name and path.");
try {
  const estate = await startEstate();
  const target = await startFakeRegistry();
  const cluster = await startCluster(target.port, PATH);
  await showEstate(story, estate);
  await showPreflight(story, estate, target);
  await showTrouble(story, estate, target, cluster);
  await showRepair(story, estate, target, cluster);

  const secondTarget = await startFakeRegistry();
  const secondCluster = await startCluster(secondTarget.port, PATH);
  await showMainJob(story, estate, secondTarget, secondCluster);
} catch (error) {
  story.check("the story comes to its end", false, errorMessage(error));
} finally {
  await stopEverything();
}
process.exitCode = story.end(
  "a component tree, pushed through port-forwards and a proxy, is read under another host name and path; every artifact is found, every digest is as it was signed.",
);
