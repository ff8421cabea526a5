import { readFile } from "node:fs/promises";
import type { Finding } from "../errors/finding.ts";
import { isInWorkspace, workspaceOf } from "../files/place.ts";
import type { Inputs } from "../inputs.ts";
import { isRecord } from "../oci/descriptor.ts";
import type { ProxyConfig } from "../proxy/files/config.ts";
import type { Environment } from "../proxy/settings.ts";
import { printable } from "../text/redact.ts";
import { certificatePaths } from "./certificates.ts";

/** Findings about settings that a commit or the author of a pull request could control. */
export async function checkoutFindings(
  inputs: Inputs,
  config: ProxyConfig | undefined,
  environment: Environment,
): Promise<Finding[]> {
  return [
    ...(config === undefined ? [] : rootsAdded(config)),
    ...(await pullRequestFindings(inputs, config, environment)),
  ];
}

async function pullRequestFindings(
  inputs: Inputs,
  config: ProxyConfig | undefined,
  environment: Environment,
): Promise<Finding[]> {
  const event = await eventOf(environment);
  if (event === undefined) return [];
  const settings = settingsFrom(inputs, config);
  const workspace = workspaceOf(environment);
  const isIn = await Promise.all(settings.map(({ path }) => isInWorkspace(path, workspace)));
  const proposed = settings.filter((_, index) => isIn[index]).map((setting) => settingProposed(setting, event));
  return event.isPrivileged ? [eventPrivileged(event), ...proposed] : proposed;
}

interface PullRequestEvent {
  readonly name: string;
  /** Whether the run has secrets of the repository and outsiders can start it. */
  readonly isPrivileged: boolean;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows */
async function eventOf(environment: Environment): Promise<PullRequestEvent | undefined> {
  const name = environment.GITHUB_EVENT_NAME ?? "";
  if (name === "pull_request") return { name, isPrivileged: false };
  if (name === "pull_request_target") return { name, isPrivileged: true };
  if (name !== "workflow_run" || !(await isAfterPullRequest(environment))) return undefined;
  return { name, isPrivileged: true };
}

/** Whether the workflow that a `workflow_run` follows ran for a pull request, or for another repository's commit. */
async function isAfterPullRequest({ GITHUB_EVENT_PATH: path = "" }: Environment): Promise<boolean> {
  try {
    const { workflow_run: run, repository } = JSON.parse(await readFile(path, "utf8"));
    const isForeign = isRecord(run.head_repository) && run.head_repository.full_name !== repository?.full_name;
    return isForeign || String(run.event).startsWith("pull_request");
  } catch {
    // Without its payload, the event has to be assumed to follow a pull request.
    return true;
  }
}

interface FileSetting {
  readonly input: string;
  readonly path: string;
  readonly stake: string;
}

function settingsFrom(inputs: Inputs, config: ProxyConfig | undefined): FileSetting[] {
  const { proxyConfig, registryConfig, ocmConfig, caCertificates, signatures } = inputs;
  const unverified = (config?.insecureRegistries ?? []).map(({ value }) => value).join(", ");
  return [
    ...(proxyConfig === "" ? [] : [{ input: "proxy-config", path: proxyConfig, stake: STAKES.proxy }]),
    ...(unverified === "" ? [] : [{ input: "proxy-config", path: proxyConfig, stake: STAKES.unverified(unverified) }]),
    ...(registryConfig === "" ? [] : [{ input: "registry-config", path: registryConfig, stake: STAKES.account }]),
    ...(ocmConfig === "" ? [] : [{ input: "ocm-config", path: ocmConfig, stake: STAKES.account }]),
    ...certificatePaths(caCertificates).map((path) => ({ input: "ca-certificates", path, stake: STAKES.ca })),
    ...signatures.map(({ path }) => ({ input: "signatures", path, stake: STAKES.key })),
  ];
}

const STAKES = {
  proxy: "it chooses the proxy for the requests of this run, or a direct route",
  unverified: (hosts: string) => `it disables certificate verification for ${printable(hosts, 200)}`,
  account: "it chooses the accounts for reading and writing registries",
  ca: "it can make this run trust an impostor of any registry, and send it credentials",
  key: "it can replace the public key, so that a forged signature verifies",
};

function settingProposed({ input, path, stake }: FileSetting, { name }: PullRequestEvent): Finding {
  return {
    code: "SETTING_PROPOSED",
    message: `${input} reads ${printable(path, 200)} from the checkout, and the event is ${name}: if a pull request changes that file, ${stake}.`,
    remedy: "Take the setting from a secret or variable, or from a checkout of the base branch.",
  };
}

function eventPrivileged({ name }: PullRequestEvent): Finding {
  return {
    code: "EVENT_PRIVILEGED",
    message: `The event ${name} gives this run the secrets of the repository, and the author of a pull request from a fork can start it.`,
    remedy:
      "Check out nothing of the pull request in this job and take no input from it, or start the job by push or workflow_dispatch.",
  };
}

function rootsAdded({ from, extraRootCertificates: { length } }: ProxyConfig): Finding[] {
  if (length === 0) return [];
  return [
    {
      code: "AUTHORITIES_ADDED",
      message: `${from} adds ${length === 1 ? "a CA certificate that is" : `${length} CA certificates that are`} trusted for every host.`,
      remedy: "Check that they belong to your own proxy; their owner can read all traffic through it.",
    },
  ];
}
