import type { Inputs } from "../inputs.ts";
import type { WriteRequest } from "../proxy/files/write-request.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import type { AllowList } from "../report/hosts.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Runner } from "../report/runner.ts";
import { squidRules } from "../report/summary/paste.ts";
import { exportCertificates } from "./certificates.ts";
import { writeProxyFiles } from "./proxy-files.ts";
import type { RunSettings } from "./run-settings.ts";

interface ExportOptions {
  readonly reporter: Reporter;
  readonly runner: Runner;
  readonly allowList: AllowList;
}

/** Exports the settings: to later steps, and into files for programs that read them there. */
export async function exportSettings(
  inputs: Inputs,
  { proxy, certificates }: RunSettings,
  options: ExportOptions,
): Promise<void> {
  const { runner } = options;
  await exportFiles(inputs.writeProxyConfig, proxy.effective, options);
  if (!inputs.exportEnvironment) return;
  const trust = await exportCertificates(certificates, runner.temp);
  const node = inputs.nodeProxy ? { NODE_USE_ENV_PROXY: "1" } : {};
  const variables = { ...proxy.variables, ...node, ...trust };
  for (const [name, value] of Object.entries(variables)) runner.exportVariable(name, value);
  runner.info(`exported for later steps: ${Object.keys(variables).sort().join(", ")}`);
}

/** Of a failed run, the rules of the proxy alone: they may be what it lacks. */
export async function exportRules(
  { writeProxyConfig }: Inputs,
  { proxy }: RunSettings,
  options: ExportOptions,
): Promise<void> {
  const rules = writeProxyConfig.filter(({ format }) => format === "squid");
  await exportFiles(rules, proxy.effective, options);
}

async function exportFiles(
  requests: readonly WriteRequest[],
  settings: ProxySettings,
  { reporter, runner, allowList }: ExportOptions,
): Promise<void> {
  const written = await writeProxyFiles(requests, {
    settings,
    squidRules: squidRules(allowList),
    workspace: runner.workspace,
  });
  const isSecret = holdsPassword(settings);
  const files = written.map(({ format, path, digest, annotation }) => ({
    format,
    path,
    ...(digest === undefined ? {} : { digest }),
    // An annotation with a password is never printed, although it is encoded.
    ...(annotation === undefined || isSecret ? {} : { annotation }),
  }));
  reporter.findings(written.flatMap(({ findings }) => findings));
  for (const file of files) reporter.file(file);
}

function holdsPassword({ httpProxy, httpsProxy }: ProxySettings): boolean {
  return [httpProxy, httpsProxy].some((proxy) => (proxy?.password ?? "") !== "");
}
