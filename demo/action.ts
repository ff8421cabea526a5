import { type ActionResult, runAction } from "../testing/real/action.ts";
import type { Estate } from "./estate.ts";
import type { Story } from "./story.ts";

/** Runs the bundle as GitHub's runner does, as one step of a job whose proxy is that of the estate. */
export function runStep(
  story: Story,
  { proxy }: Estate,
  inputs: Readonly<Record<string, string>>,
): Promise<ActionResult> {
  const shown = Object.entries(inputs).filter(([name]) => name !== "component-versions" && name !== "recursive");
  story.tell(`▸ step with ${shown.map(([name, value]) => `${name}: ${value}`).join(", ")}`);
  return runAction({ inputs: { ...inputs, "http-proxy": proxy.url, "https-proxy": proxy.url } });
}

/** What a run said when it was not what was expected. */
export function complaintsOf({ code, annotations, stderr }: ActionResult): string {
  return [`exit code ${code}`, ...annotations.map(({ title, message }) => `${title}: ${message}`), stderr]
    .filter((part) => part !== "")
    .join("; ");
}
