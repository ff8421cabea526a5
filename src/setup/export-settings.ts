import type { Inputs } from "../inputs.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Runner } from "../report/runner.ts";
import { exportCertificates } from "./certificates.ts";
import { writeProxyFiles } from "./proxy-files.ts";
import type { RunSettings } from "./run-settings.ts";

/** Exports the settings: to later steps, and into files for programs that read them there. */
export async function exportSettings(
  inputs: Inputs,
  { proxy, certificates }: RunSettings,
  { reporter, runner, allowList }: { reporter: Reporter; runner: Runner; allowList: readonly string[] },
): Promise<void> {
  if (inputs.writeProxyConfig.length > 0) {
    const written = await writeProxyFiles(inputs.writeProxyConfig, {
      settings: proxy.effective,
      allowList,
      workspace: runner.workspace,
    });
    const isSecret = holdsPassword(proxy.effective);
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
  if (!inputs.exportEnvironment) return;
  const trust = await exportCertificates(certificates, runner.temp);
  const node = inputs.nodeProxy ? { NODE_USE_ENV_PROXY: "1" } : {};
  const variables = { ...proxy.variables, ...node, ...trust };
  for (const [name, value] of Object.entries(variables)) runner.exportVariable(name, value);
  runner.info(`exported for later steps: ${Object.keys(variables).sort().join(", ")}`);
}

function holdsPassword({ httpProxy, httpsProxy }: ProxySettings): boolean {
  return [httpProxy, httpsProxy].some((proxy) => (proxy?.password ?? "") !== "");
}
