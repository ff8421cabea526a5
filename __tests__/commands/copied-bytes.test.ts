import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { faults } from "../../testing/fakes/registry-faults.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "ocm/component-descriptors/acme.org/shop";
const NOTE = "a note that is copied before the target refuses the index";

/** A shop with an image and a note. */
async function startShop() {
  const source = await startFakeRegistry();
  const note = source.addBlob(HOME, NOTE, "text/plain");
  addImage(source, "images/shop", { tag: "1" });
  const resources = [
    resource("image", { type: "ociArtifact", imageReference: `${source.origin}/images/shop:1` }),
    resource("note", { type: "localBlob", localReference: note.digest, mediaType: "text/plain" }),
  ];
  addComponentVersion(source, { path: "ocm", resources, layers: [note] });
  return { "component-versions": `${source.origin}/ocm//acme.org/shop:1.0.0`, "copy-resources": "true" };
}

test("bytes that were copied before a fallback are counted as copied, and as nothing else", async () => {
  const inputs = await startShop();
  const target = await startFakeRegistry();
  target.inject(faults.indexRefused());
  const transfer = { ...inputs, target: `${target.origin}/moved`, "access-fallback": "artifact-set" };
  const { errors, results } = await runForResults("transfer", transfer);
  expect(errors).toEqual([]);
  expect(results.findings.map(({ code }) => code)).toContain("ACCESS_FALLBACK");
  expect(results.bytes?.skipped).toBe(0);
  const uploads = target.requests.filter(({ method, kind }) => method === "PUT" && kind === "upload");
  const uploaded = uploads.reduce((total, { headers }) => total + Number(headers["content-length"]), 0);
  expect(uploaded).toBeGreaterThan(NOTE.length);
  // Manifests are copied too.
  expect(results.bytes?.copied).toBeGreaterThan(uploaded);

  const again = await runForResults("transfer", transfer);
  expect(again.results.bytes).toMatchObject({ copied: 0 });
});
