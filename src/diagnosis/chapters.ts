import type { Code } from "../errors/codes.ts";
import type { Environment } from "../proxy/settings.ts";

/** The address of the chapter of a code in docs/diagnosis.md, at the version of the action that runs. */
export type ChapterOf = (code: Code) => string;

/**
 * By the variables of the runner for the action that runs
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/variables); an action of a local path, and a shell, have none.
 */
export function chaptersOf(environment: Environment): ChapterOf | undefined {
  const {
    GITHUB_SERVER_URL: server = "",
    GITHUB_ACTION_REPOSITORY: repository = "",
    GITHUB_ACTION_REF: ref = "",
  } = environment;
  const isServer = /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?$/.test(server);
  if (!isServer || !/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^[\w./-]+$/.test(ref)) return undefined;
  return (code) => `${server}/${repository}/blob/${ref}/docs/diagnosis.md#${code.toLowerCase()}`;
}
