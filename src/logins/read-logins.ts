import { homedir } from "node:os";
import type { Finding } from "../errors/finding.ts";
import { isInside, isInWorkspace, workspaceOf } from "../files/place.ts";
import type { Environment } from "../proxy/settings.ts";
import { printable } from "../text/redact.ts";
import { parseCredentialLines } from "./credential-lines.ts";
import { githubTokenLogins } from "./github-token.ts";
import { podmanFolder, readOcmConfig, readRegistryConfigs } from "./login-files.ts";
import type { LoginSource } from "./logins.ts";
import type { OcmResolver } from "./ocm-resolvers.ts";

export interface LoginInputs {
  readonly credentials: readonly string[];
  readonly registryConfig: string;
  readonly ocmConfig: string;
  readonly githubToken: string;
}

/** All that the sources of logins hold. */
export interface ReadLogins {
  /** In order of precedence. */
  readonly sources: readonly LoginSource[];
  readonly resolvers: readonly OcmResolver[];
  readonly findings: readonly Finding[];
}

/** Reads the sources in their order: credentials, registry-config or its files, ocm-config, github-token. */
export async function readLogins(
  inputs: LoginInputs,
  environment: Environment,
  folder: string | undefined = podmanFolder(),
): Promise<ReadLogins> {
  const options = { environment, isInCheckout: checkoutTest(environment), podmanFolder: folder };
  const registryConfigs = await readRegistryConfigs(inputs.registryConfig, options);
  const ocmConfig = await readOcmConfig(inputs.ocmConfig, options);
  const given = (name: string, logins: LoginSource["logins"]): LoginSource[] =>
    logins.length === 0 ? [] : [{ name, state: "found", logins }];
  const sources = [
    ...given("input credentials", parseCredentialLines(inputs.credentials)),
    ...registryConfigs,
    ...ocmConfig.sources,
    ...given("input github-token", githubTokenLogins(inputs.githubToken, environment)),
  ];
  const ignored = sources.filter(({ state }) => state === "ignored");
  return {
    sources,
    resolvers: ocmConfig.resolvers,
    findings: [...new Set(ignored.map(({ name }) => name))].map(configIgnored),
  };
}

function configIgnored(file: string): Finding {
  return {
    code: "DOCKER_CONFIG_IGNORED",
    message: `The configuration ${printable(file, 200)} lies in the checkout, and no input names it: its credentials are not used.`,
    remedy:
      "Name it in registry-config or ocm-config if it is meant; otherwise set DOCKER_CONFIG to a folder outside of the checkout.",
  };
}

/** Whether a commit could have written what lies at a path. In a shell, the working directory may well be the home, which is no checkout. */
export function checkoutTest(environment: Environment): (path: string) => Promise<boolean> {
  const workspace = workspaceOf(environment);
  const isHome = !environment.GITHUB_WORKSPACE && isInside(workspace, environment.HOME || homedir());
  return async (path) => !isHome && isInWorkspace(path, workspace);
}
