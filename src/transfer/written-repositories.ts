import { componentRepositoryName } from "../ocm/component-version.ts";
import type { AccessForm } from "./access-form.ts";
import { below } from "./artifact-name.ts";
import type { SurveyedVersion } from "./survey.ts";

/** Names of the repositories that a transfer of these component versions writes to, but for those that artifacts are published in. */
export function writtenRepositories(
  versions: readonly SurveyedVersion[],
  { form, path }: { readonly form: AccessForm; readonly path: string },
): readonly string[] {
  const names = versions.flatMap(({ version, items }) => [
    componentRepositoryName(path, version.descriptor.name),
    ...items.flatMap((item) =>
      item.kind === "artifact" && form !== "localBlob" ? [below(path, item.name.repository)] : [],
    ),
  ]);
  return [...new Set(names)];
}
