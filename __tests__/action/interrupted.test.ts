import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion } from "../../testing/content/content.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { runAction } from "../../testing/real/action.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

test("the second signal ends a run at once, even where the first waits for what is taken back", async () => {
  const source = await startFakeRegistry();
  addComponentVersion(source, { path: "ocm" });
  const target = await startFakeRegistry();
  const uploads = ["PUT", "DELETE"] as const;
  for (const method of uploads) target.inject({ when: asked({ kind: "upload", method }), act: { kind: "mute" } });
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  const hears = (method: string) => target.requests.some((each) => each.kind === "upload" && each.method === method);
  const running = runAction({
    inputs: {
      "component-versions": `http://${source.host}/ocm//acme.org/shop:1.0.0`,
      target: `http://${target.host}/ocm`,
      "preflight-mode": "off",
      // Something to be masked, so that there is output from the start.
      credentials: "unused.test=ada:s3cret",
    },
    onOutput: (_, send) => {
      kill = send;
    },
  });
  const signals: NodeJS.Signals[] = [];
  const watching = setInterval(() => {
    const wanted = hears("DELETE") ? ["SIGINT", "SIGTERM"] : hears("PUT") ? ["SIGINT"] : [];
    if (kill === undefined) return;
    for (const signal of wanted.slice(signals.length) as NodeJS.Signals[]) {
      signals.push(signal);
      kill(signal);
    }
  }, 10);
  const { code } = await running.finally(() => clearInterval(watching));
  expect({ code, signals }).toEqual({ code: 143, signals: ["SIGINT", "SIGTERM"] });
});
