import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, differences } from "./bundle.ts";
import { root } from "./parts.ts";

const committed = join(root, "dist");
if (!existsSync(committed)) {
  console.error("there is no dist/: run `npm run package` and commit it");
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "check-dist-"));
try {
  bundle(join(folder, "dist"));
  const differing = differences(committed, join(folder, "dist"));
  for (const name of differing) console.error(`dist/${name} is not what src/ gives`);
  if (differing.length > 0) console.error("run `npm run package` and commit dist/ with the change of src/");
  process.exitCode = differing.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
