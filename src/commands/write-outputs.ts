import { writeOutput } from "../files/write-output.ts";
import { formatInventory } from "../stores/inventory/inventory.ts";
import { writeImageFiles } from "../transfer/images/image-files.ts";
import { deployedImages, movedImages } from "../transfer/images/moved-images.ts";
import { inventoryOf } from "../transfer/inventory.ts";
import type { Plan } from "../transfer/target/plan.ts";
import { type Destination, imageNames } from "./destination.ts";
import type { Run } from "./run.ts";

/** At the very end: a file with images that are not published yet could be deployed. */
export async function writeImages(run: Run, { desired }: Plan, destination: Destination): Promise<void> {
  const { inputs, reporter, workspace } = run;
  const names = imageNames(run, destination);
  const images = deployedImages(movedImages(desired, names));
  const files = await writeImageFiles(inputs.writeImages, { ...names, images, workspace });
  for (const file of files) reporter.file(file);
}

/** The blobs of the copy, for the base of later deltas. */
export async function writeInventory(run: Run, plan: Plan, { target }: Destination): Promise<void> {
  const { inputs, reporter, workspace } = run;
  const path = inputs.writeInventory;
  if (path === "") return;
  const text = formatInventory(inventoryOf(plan, target.path));
  await writeOutput(path, text, { workspace, where: "input write-inventory" });
  reporter.file({ format: "inventory", path });
}
