import { buildDesired } from "../../src/transfer/target/desired.ts";
import { keyOf } from "../../src/transfer/target/inspect.ts";
import { makePlan, type Plan } from "../../src/transfer/target/plan.ts";
import { addImage, resource } from "../../testing/content/content.ts";
import { createMemoryRegistry } from "../../testing/content/memory-registry.ts";
import { surveyed } from "../../testing/product/surveyed.ts";

/** A plan for a component version with an image of 5 and 2 bytes and its manifest, a text of 4 bytes, and a reference. */
export async function plannedTransfer(): Promise<Plan> {
  const registry = createMemoryRegistry();
  const home = "component-descriptors/acme.org/shop";
  addImage(registry, "images/shop", { tag: "2", layers: ["layer"] });
  const text = registry.addBlob(home, "text", "text/plain");
  const version = await surveyed(registry, {
    layers: [text],
    resources: [
      resource("shop", { type: "ociArtifact", imageReference: "far.test/images/shop:2" }),
      resource("readme", { type: "localBlob", localReference: text.digest, mediaType: "text/plain" }),
      resource("code", { type: "gitHub" }),
    ],
  });
  const target = { origin: "target.test", path: "moved" };
  const desired = buildDesired(version, { form: "localBlob", target, furtherSignatures: [] });
  return makePlan([desired], {
    existing: "skip",
    comparables: [],
    present: new Set([keyOf({ to: desired.repository, descriptor: text })]),
    tags: new Map(),
    asTargetRepository: () => undefined,
  });
}
