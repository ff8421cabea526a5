import type { DetailedDiagnosis } from "../../src/diagnosis/diagnosis.ts";
import type { DetailedHost } from "../../src/report/hosts.ts";

/** A refusal by the proxy of the one host it was asked for, but for what is said. */
export function told(host: string, more: Partial<DetailedDiagnosis> = {}): DetailedDiagnosis {
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

export function hostResult(host: string, via: DetailedHost["via"], neededFor: string, blobsOf?: string): DetailedHost {
  const result = { host, via, rule: "test", "needed-for": neededFor };
  return blobsOf === undefined ? result : { ...result, blobsOf };
}
