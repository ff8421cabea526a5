import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import { complaintsOf, runStep } from "../action.ts";
import { BLOB_HOST, type Estate } from "../estate.ts";
import type { Story } from "../story.ts";
import { SOURCE_TREE } from "../tree.ts";

interface Refusal {
  readonly host: string;
  readonly "refused-by": string;
  readonly message: string;
  readonly remedy: string;
}

/** A network that lets manifests through and blobs not: who refused what is said before anything is written. */
export async function showPreflight(story: Story, estate: Estate, target: FakeRegistry): Promise<void> {
  story.chapter(`2. The proxy does not allow ${BLOB_HOST}`);
  const inputs = {
    "component-versions": SOURCE_TREE,
    recursive: "true",
    target: `${target.origin}/local/components`,
    command: "preflight",
  };
  const blocked = await runStep(story, estate, inputs);
  const [refusal, ...others] = JSON.parse(blocked.outputs.diagnosis ?? "[]") as Refusal[];
  story.check(
    `the step fails, and names ${1 + others.length} blocked hop: ${refusal?.host}, refused by the ${refusal?.["refused-by"]}`,
    blocked.code === 1 && refusal?.host === BLOB_HOST && refusal["refused-by"] === "proxy" && others.length === 0,
    complaintsOf(blocked),
  );
  story.tell(`  message: ${refusal?.message}`);
  story.tell(`  remedy:  ${refusal?.remedy}`);

  estate.allowBlobHost();
  const open = await runStep(story, estate, inputs);
  story.check("the proxy allows it now, and the same step is green", open.code === 0, complaintsOf(open));
  story.check(
    `nothing was written: the target holds ${target.repositories().length} repositories`,
    target.repositories().length === 0,
    target.repositories().join(", "),
  );
}
