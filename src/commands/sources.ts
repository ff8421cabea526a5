import { TransferError } from "../errors/transfer-error.ts";
import { formatRepository, type RepositorySpec } from "../ocm/descriptor/component-reference.ts";
import type { ComponentRepository } from "../ocm/repository/component-version.ts";
import { matchesGlob } from "../transfer/source/glob.ts";
import type { VersionQuery } from "../transfer/source/select-versions.ts";
import { componentsOf } from "../transfer/source/whole-archive.ts";
import type { Run } from "./run.ts";

/** The lines of component-versions with their repositories, each opened once. An archive alone becomes a query for each of its components. */
export async function openSources({ inputs, session }: Run): Promise<VersionQuery[]> {
  if (inputs.componentVersions.length === 0) {
    throw new TransferError("INPUT_MISSING", "component-versions is not set", {
      where: "input component-versions",
      remedy: "Write one line per component version (repository//component:version) or per archive (./shop.tgz).",
    });
  }
  const open = once((spec) => session.openSource(spec));
  const queries = await Promise.all(
    inputs.componentVersions.map(async ({ repository, component, ...named }) => {
      const from = await open(repository);
      const components = component === undefined ? await componentsOf(from, inputs) : [component];
      return components.map((each) => ({ from, component: each, ...named }));
    }),
  );
  return queries.flat();
}

/** The resolvers for a component version, the longest prefix first. */
export function createResolve({
  inputs,
  session,
}: Run): (component: string, version: string) => Promise<ComponentRepository[]> {
  const open = once((spec) => session.openSource(spec));
  const resolvers = inputs.resolvers.toSorted((one, other) => other.prefix.length - one.prefix.length);
  return (component, version) => {
    const fitting = resolvers.filter(
      ({ prefix, pattern, versions }) =>
        (versions === undefined || versions.allows(version)) &&
        (pattern === undefined || matchesGlob(component, pattern)) &&
        (prefix === "" || component === prefix || component.startsWith(`${prefix}/`)),
    );
    return Promise.all(fitting.map(({ repository }) => open(repository)));
  };
}

function once(open: (spec: RepositorySpec) => Promise<ComponentRepository>) {
  const opened = new Map<string, Promise<ComponentRepository>>();
  return (spec: RepositorySpec) => {
    const key = `${spec.kind} ${formatRepository(spec)}`;
    const opening = opened.get(key) ?? open(spec);
    opened.set(key, opening);
    return opening;
  };
}
