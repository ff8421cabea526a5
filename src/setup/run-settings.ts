import type { Finding } from "../errors/finding.ts";
import { TransferError } from "../errors/transfer-error.ts";
import type { Inputs } from "../inputs.ts";
import { type AskHelper, createHelpers } from "../logins/credential-helper.ts";
import type { LoginSource } from "../logins/logins.ts";
import type { OcmResolver } from "../logins/ocm-resolvers.ts";
import { checkoutTest, readLogins } from "../logins/read-logins.ts";
import type { Environment } from "../proxy/settings.ts";
import { unsetFinding } from "../proxy/settings-findings.ts";
import { unverifiedHosts } from "../report/lint.ts";
import { certificatesIn, readCertificates } from "./certificates.ts";
import { checkoutFindings } from "./checkout.ts";
import { readProxyConfig } from "./proxy-files.ts";
import { type EffectiveSettings, readProxySettings } from "./proxy-settings.ts";

/** Effective settings of a run: inputs, then files, then environment. */
export interface RunSettings {
  readonly proxy: EffectiveSettings;
  /** In order of precedence. */
  readonly logins: readonly LoginSource[];
  readonly askHelper: AskHelper;
  /** Those of the OCM configuration, which come after the input's. */
  readonly resolvers: readonly OcmResolver[];
  /** PEM certificates of further authorities. */
  readonly certificates: readonly string[];
  /** Hosts whose TLS certificate is not verified. */
  readonly unverified: readonly string[];
  readonly findings: readonly Finding[];
}

export async function readRunSettings(
  inputs: Inputs,
  environment: Environment,
  signal?: AbortSignal,
): Promise<RunSettings> {
  refuseUncheckedTls(environment);
  const { proxy: both, httpProxy, httpsProxy, noProxy, noProxyRegistries, proxyConfig } = inputs;
  const given = { proxy: both, httpProxy, httpsProxy, noProxy };
  const config = proxyConfig === "" ? undefined : await readProxyConfig(proxyConfig, environment);
  const proxy = readProxySettings({
    inputs: given,
    config,
    environment,
    noProxyRegistries,
  });
  const extra = (config?.extraRootCertificates ?? []).flatMap(({ value, from }) => certificatesIn(value, from));
  const unverified = [...inputs.insecureSkipTlsVerify, ...(config?.insecureRegistries ?? []).map(({ value }) => value)];
  const logins = await readLogins(inputs, environment);
  const { variables: proxyVariables } = proxy;
  return {
    proxy,
    logins: logins.sources,
    askHelper: createHelpers({ environment, proxyVariables, isInCheckout: checkoutTest(environment), signal }),
    resolvers: logins.resolvers,
    certificates: [...(await readCertificates(inputs.caCertificates)), ...extra],
    unverified,
    findings: [
      ...proxy.findings,
      ...(inputs.command === "setup" ? unsetFinding(proxy.effective, given) : []),
      ...(config?.findings ?? []),
      ...unverifiedHosts(unverified),
      ...logins.findings,
      ...(await checkoutFindings(inputs, config, environment)),
    ],
  };
}

/** Disabling verification for every host is refused; single hosts can be listed. Fails with TLS_CHECKS_OFF. */
function refuseUncheckedTls(environment: Environment): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== "0") return;
  throw new TransferError(
    "TLS_CHECKS_OFF",
    "NODE_TLS_REJECT_UNAUTHORIZED=0 disables certificate verification for every host",
    {
      where: "environment NODE_TLS_REJECT_UNAUTHORIZED",
      remedy: "Unset it, and add the CA of your proxy or registry to ca-certificates.",
    },
  );
}
