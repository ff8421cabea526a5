import { componentRepositoryName } from "../ocm/component-version.ts";
import type { AccessForm } from "./access-form.ts";
import { below, taggedName } from "./artifact-name.ts";
import { type NameTemplate, publishedName } from "./published-name.ts";
import type { SurveyedVersion } from "./survey.ts";

export interface WrittenForms {
  readonly form: AccessForm;
  readonly published: NameTemplate | undefined;
  /** Path of the target below its host. */
  readonly path: string;
}

/** Names of the repositories that a transfer of these component versions writes to. */
export function writtenRepositories(
  versions: readonly SurveyedVersion[],
  { form, published, path }: WrittenForms,
): readonly string[] {
  const names = versions.flatMap(({ version, items }) => [
    componentRepositoryName(path, version.descriptor.name),
    ...items.flatMap((item) => {
      if (item.kind !== "artifact") return [];
      if (form !== "localBlob") return [below(path, item.name.repository)];
      if (published === undefined) return [];
      const name = taggedName(item);
      return [below(path, publishedName(published, { element: item.element, name, version }).repository)];
    }),
  ]);
  return [...new Set(names)];
}
