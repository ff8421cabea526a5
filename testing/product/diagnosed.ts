import type { DetailedDiagnosis } from "../../src/diagnosis/diagnosis.ts";
import type { AllowList, DetailedHost } from "../../src/report/hosts.ts";

/** A refusal by the proxy of the one host it was asked for, but for what is said. */
export function diagnosed(host: string, more: Partial<DetailedDiagnosis> = {}): DetailedDiagnosis {
  return {
    code: "PROXY_DENIED",
    host,
    via: "proxy",
    rule: "HTTPS_PROXY",
    "refused-by": "proxy",
    message: "no",
    remedy: "Ask.",
    inputLines: [],
    asked: host,
    redirectedFrom: undefined,
    isAnswer: false,
    ...more,
  };
}

/** Single hosts, and domains, that a proxy has to allow for https. */
export function toAllow(hosts: readonly string[], domains: readonly string[] = [], hasLogin = false): AllowList {
  const needed = (host: string) => ({ host, scheme: "https" as const, purpose: "test" });
  return { hosts: hosts.map(needed), domains: domains.map(needed), hasLogin };
}

export function hostResult(host: string, via: DetailedHost["via"], neededFor: string, blobsOf?: string): DetailedHost {
  const result = { host, via, rule: "test", "needed-for": neededFor, scheme: "https" } as const;
  return blobsOf === undefined ? result : { ...result, blobsOf };
}
