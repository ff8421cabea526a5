import type { AccessForm } from "../../ocm/access/access-form.ts";
import { componentRepositoryName } from "../../ocm/repository/component-version.ts";
import { below } from "../source/artifact-name.ts";
import type { ResolvedVersion } from "../source/resolve-elements.ts";
import { type NameTemplate, publishedName } from "./published-name.ts";
import { type Naming, targetName } from "./signed-name.ts";

export interface WrittenForms extends Naming {
  readonly form: AccessForm;
  readonly published: NameTemplate | undefined;
  /** Path of the target below its host. */
  readonly path: string;
}

/** Names of the repositories that a transfer of these component versions writes to. */
export function writtenRepositories(
  versions: readonly ResolvedVersion[],
  { form, published, path, ...naming }: WrittenForms,
): readonly string[] {
  const written = versions.flatMap(({ version, items }) => [
    componentRepositoryName(path, version.descriptor.name),
    ...items.flatMap((item) => {
      if (item.kind !== "artifact") return [];
      const name = targetName(item, version, naming);
      if ((item.form ?? form) !== "localBlob") return [below(path, name.repository)];
      if (published === undefined) return [];
      return [below(path, publishedName(published, { element: item.element, name, version }).repository)];
    }),
  ]);
  return [...new Set(written)];
}
