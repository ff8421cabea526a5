import type { Finding } from "../errors/finding.ts";
import { TransferError } from "../errors/transfer-error.ts";
import type { Inputs } from "../inputs.ts";
import { type AskHelper, createHelpers } from "../logins/credential-helper.ts";
import type { LoginSource } from "../logins/logins.ts";
import type { OcmResolver } from "../logins/ocm-resolvers.ts";
import { checkoutTest, readLogins } from "../logins/read-logins.ts";
import type { Environment, ProxyInputs, ProxySettings, Setting } from "../proxy/settings.ts";
import { unsetFinding } from "../proxy/settings-findings.ts";
import { unverifiedHosts } from "../report/lint.ts";
import { type Authorities, certificatesIn, readCertificates } from "./certificates.ts";
import { checkoutFindings } from "./checkout.ts";
import { containerMark, loopbackFinding } from "./container.ts";
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
  /** CAs in addition to those of Node.js and of the system. */
  readonly authorities: readonly Authorities[];
  /** Their certificates, PEM each. */
  readonly certificates: readonly string[];
  /** Hosts whose TLS certificate is not verified. */
  readonly unverified: readonly string[];
  /** Those of them that a file of proxy settings names. */
  readonly configUnverified: readonly Setting[];
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
  const extra = (config?.extraRootCertificates ?? []).map(({ value, from }) => {
    return { value: "PEM text", from, certificates: certificatesIn(value, from) };
  });
  const authorities = [...(await readCertificates(inputs.caCertificates)), ...extra];
  const configUnverified = config?.insecureRegistries ?? [];
  const unverified = [...inputs.insecureSkipTlsVerify, ...configUnverified.map(({ value }) => value)];
  const logins = await readLogins(inputs, environment);
  const { variables: proxyVariables } = proxy;
  return {
    proxy,
    logins: logins.sources,
    askHelper: createHelpers({ environment, proxyVariables, isInCheckout: checkoutTest(environment), signal }),
    resolvers: logins.resolvers,
    authorities,
    certificates: authorities.flatMap(({ certificates }) => certificates),
    unverified,
    configUnverified,
    findings: [
      ...proxy.findings,
      ...(inputs.command === "setup" ? await setupFindings(proxy.effective, given, environment) : []),
      ...(config?.findings ?? []),
      ...unverifiedHosts(unverified),
      ...logins.findings,
      ...(await checkoutFindings(inputs, config, environment)),
    ],
  };
}

/** What a later step would fail of. */
async function setupFindings(
  settings: ProxySettings,
  given: ProxyInputs,
  environment: Environment,
): Promise<Finding[]> {
  return [...unsetFinding(settings, given), ...loopbackFinding(settings, await containerMark(environment))];
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
