import type { Environment } from "../proxy/settings.ts";
import { type Login, registryPattern } from "./login.ts";

const NAME = "input github-token";

/**
 * The login of a job for the container registry of the server that it runs on; undefined outside of a job: nothing else says which
 * server the token is of.
 */
export function githubTokenLogins(token: string, environment: Environment): Login[] {
  const host = containerRegistry(environment.GITHUB_SERVER_URL ?? "");
  if (token === "" || host === undefined) return [];
  const username = environment.GITHUB_ACTOR || "x-access-token";
  return [
    {
      ...registryPattern(host),
      scheme: "https",
      credential: { username, password: token, from: NAME, isAmbient: true },
    },
  ];
}

/** https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry */
function containerRegistry(server: string): string | undefined {
  const url = URL.parse(server);
  if (url === null || url.protocol !== "https:") return undefined;
  return url.host === "github.com" ? "ghcr.io" : `containers.${url.host}`;
}
