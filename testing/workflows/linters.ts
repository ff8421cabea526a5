import { spawnSync } from "node:child_process";
import { pathOf } from "../real/parts.ts";

/** What actionlint finds in the workflows of a repository, a line each. */
export function actionlint(repository: string): readonly string[] {
  // Whether a shellcheck is on this machine must not matter.
  const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
  const { stdout, stderr } = spawnSync(pathOf("actionlint"), args, { cwd: repository, encoding: "utf8" });
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}

interface Finding {
  readonly ident: string;
  readonly locations: readonly {
    readonly symbolic: { readonly kind: string; readonly key: { readonly Local?: { readonly verbatim_path: string } } };
  }[];
}

/** What zizmor finds in the workflows and actions of a repository, smells included: `AUDIT in PATH`. */
export function zizmor(repository: string, ...options: readonly string[]): readonly string[] {
  const modes = ["--offline", "--no-progress", "--quiet", "--pedantic", "--strict-collection", "--format=json"];
  const { stdout, stderr } = spawnSync(pathOf("zizmor"), [...modes, ...options, "."], {
    cwd: repository,
    encoding: "utf8",
  });
  const findings = JSON.parse(stdout === "" ? stderr : stdout) as Finding[];
  return findings.map(({ ident, locations }) => {
    const { key } = (locations.find(({ symbolic }) => symbolic.kind === "Primary") ?? locations[0])?.symbolic ?? {};
    return `${ident} in ${key?.Local?.verbatim_path}`;
  });
}
