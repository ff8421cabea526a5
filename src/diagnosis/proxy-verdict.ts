import type { Code } from "../errors/codes.ts";
import { errorCode } from "../errors/transfer-error.ts";
import type { HopError } from "../net/hop.ts";
import { isLoopbackName } from "../proxy/ip.ts";
import { proxyHost, proxyOf, quotedReply, type Verdict } from "./verdict.ts";

/** The proxy itself cannot be reached. */
export function proxyVerdict(error: HopError): Verdict {
  const proxy = proxyOf(error.hop);
  const host = proxyHost(error.hop);
  const [code, refusedBy, remedy] = causeOf(error, host);
  return { code, host, refusedBy, message: `The proxy ${proxy.display} cannot be used: ${quotedReply(error)}`, remedy };
}

function causeOf(error: HopError, host: string): readonly [Code, Verdict["refusedBy"], string] {
  const { hop, phase, timedOut } = error;
  const { from, hostname } = proxyOf(hop);
  const setting = `the proxy setting (${from})`;
  const cause = errorCode(error.failure.cause);
  if (phase === "proxy-tls") {
    return error.failure.speaks === "http"
      ? ["PROXY_SPEAKS_PLAIN", "proxy", `Write http:// instead of https:// in ${setting}.`]
      : [
          "PROXY_TLS_FAILED",
          "proxy",
          `Put the CA of the proxy's certificate into ca-certificates; if the proxy does not speak TLS, write http:// in ${setting}.`,
        ];
  }
  // EAI_AGAIN: the resolver had a timeout, or the name server reported a failure.
  if (phase === "proxy-lookup" && (timedOut || cause === "EAI_AGAIN")) {
    return [
      "DNS_TIMED_OUT",
      "runner",
      `This runner's name server does not answer, or reports a failure: have it repaired, or write the proxy's address into ${setting}.`,
    ];
  }
  if (cause === "ENOTFOUND") {
    return [
      "PROXY_NAME_UNKNOWN",
      "runner",
      `This runner cannot resolve ${hostname}: correct ${setting}, or have the name added to DNS.`,
    ];
  }
  if (timedOut) {
    return [
      "PROXY_TIMED_OUT",
      "proxy",
      `Nothing answers at ${host}: correct ${setting}, or ask the network team to let this runner reach it.`,
    ];
  }
  const loopback = isLoopbackName(hostname)
    ? ` ${hostname} is the machine itself, and in a container it is the container: name the host that runs the proxy there, or set https-proxy and http-proxy for this job.`
    : "";
  return [
    "PROXY_UNREACHABLE",
    "proxy",
    `Check host and port in ${setting}, and that this runner may connect to ${host}.${loopback}`,
  ];
}
