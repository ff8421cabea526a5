import type { Finding } from "../errors/finding.ts";
import { exportedVariables } from "../proxy/export.ts";
import { type ReadSettings, readSettings, type SettingsSources } from "../proxy/settings.ts";
import { noProxyEntriesFor } from "../stores/registry/hosts.ts";

export interface ProxySettingsSources extends Omit<SettingsSources, "noProxyExtra"> {
  /** Registries to reach directly, together with their blob hosts and token servers. */
  readonly noProxyRegistries?: readonly string[] | undefined;
}

export interface EffectiveSettings extends ReadSettings {
  /** Variables for this process and for every later step. They contain passwords. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The proxy settings of the job from all sources, in the canonical form on which all clients agree. Fails with PROXY_URL_MALFORMED. */
export function readProxySettings({ noProxyRegistries = [], ...sources }: ProxySettingsSources): EffectiveSettings {
  const expanded = noProxyRegistries.map(noProxyEntriesFor);
  const settings = readSettings({ ...sources, noProxyExtra: expanded.flatMap(({ entries }) => entries) });
  const findings: readonly Finding[] = [...settings.findings, ...expanded.flatMap((registry) => registry.findings)];
  return { ...settings, findings, variables: exportedVariables(settings.effective, sources.environment) };
}
