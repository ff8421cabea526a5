import { errorCode } from "../errors/transfer-error.ts";
import { NOT_HTTP } from "../net/connection/response-head.ts";
import type { Hop, HopError, ProxyReply } from "../net/hop.ts";
import { describePurpose } from "../net/purpose.ts";
import { noProxyEntriesFor } from "../stores/registry/hosts.ts";
import { printable } from "../text/redact.ts";
import { isPrivateHost } from "./private-host.ts";
import { replyText } from "./seen.ts";
import {
  type InputLine,
  proxyHost,
  proxyOf,
  quotedReply,
  roleOf,
  uploadRegistry,
  uploadRemedy,
  type Verdict,
} from "./verdict.ts";

/** The part of a verdict that differs: the proxy refused in all of them. */
type Cause = Pick<Verdict, "code" | "remedy" | "host" | "inputLines">;

/** The proxy was reached and did not let the request pass. */
export function tunnelVerdict(error: HopError): Verdict {
  const { hop, failure } = error;
  const { display } = proxyOf(hop);
  if (failure.reply === undefined) {
    const message = `The proxy ${display} was asked for ${hop.host} (${describePurpose(hop.purpose)}): ${quotedReply(error)}`;
    return { refusedBy: "proxy", message, ...silentCause(error) };
  }
  const message = `The proxy ${display} refused ${hop.host} (${describePurpose(hop.purpose)}): ${replyText(failure.reply)}`;
  return { refusedBy: "proxy", message, ...replyCause(hop, failure.reply) };
}

function silentCause(error: HopError): Cause {
  const { hop, failure } = error;
  if (failure.timedOut && failure.isResponsive) {
    return isPrivateHost(hop.host) ? privateCause(hop) : unansweredCause(hop);
  }
  return { host: proxyHost(hop), ...unusableCause(error) };
}

/** The proxy reacts to other requests, so that it waits for the origin. */
function unansweredCause({ host }: Hop): Cause {
  return {
    code: "PROXY_UPSTREAM_FAILED",
    remedy: `The proxy works, but gets no connection to ${host} in time: check the name ${host}; otherwise ask the operators of the proxy about DNS, routing and firewalls.`,
  };
}

/** The proxy fails whatever host is requested. */
function unusableCause({ hop, failure }: HopError): Cause {
  const { display, from } = proxyOf(hop);
  if (failure.timedOut) {
    const remedy = `The port is open, but no proxy answers: check that it is the port of the proxy (${from}), or ask its operators.`;
    if (!isPrivateHost(hop.host)) return { code: "PROXY_MUTE", remedy };
    const { remedy: more, inputLines } = privateCause(hop);
    return { code: "PROXY_MUTE", remedy: `${remedy} ${more}`, ...(inputLines === undefined ? {} : { inputLines }) };
  }
  if (failure.speaks === "tls") {
    return {
      code: "PROXY_SPEAKS_TLS",
      remedy: `The proxy speaks TLS: write https:// instead of http:// in the proxy setting (${from}).`,
    };
  }
  if (errorCode(failure.cause) === NOT_HTTP) {
    return {
      code: "PROXY_NOT_A_PROXY",
      remedy: `What listens at ${display} does not speak HTTP: correct the proxy setting (${from}).`,
    };
  }
  return { code: "PROXY_CLOSED", remedy: `Check that ${display} is a proxy (${from}); if it is, ask its operators.` };
}

const RATE_REMEDY =
  "The proxy limits the rate of requests: run again later, with a lower concurrency, or ask its operators for a higher limit.";

function replyCause(hop: Hop, reply: ProxyReply): Cause {
  const { status } = reply;
  if (status === 407) return { host: proxyHost(hop), ...loginCause(hop, reply) };
  if (status === 511 || status < 400) {
    return {
      code: "CAPTIVE_PORTAL",
      remedy: `A portal answers in the place of ${hop.host} with a page of its own: log this runner in there, or have it exempted.`,
    };
  }
  if (status === 429) return { code: "RATE_LIMITED", host: proxyHost(hop), remedy: RATE_REMEDY };
  const registry = uploadRegistry(hop);
  if (registry !== undefined) return { code: "UPLOAD_HOST_BLOCKED", remedy: uploadRemedy(hop, registry) };
  if (isPrivateHost(hop.host)) return privateCause(hop);
  if (roleOf(hop) === "blob-host" && hop.redirectedFrom?.route.via === "direct") {
    const line = directBlobs(hop.redirectedFrom.host, hop.host);
    return {
      code: "BLOB_HOST_NOT_IN_NO_PROXY",
      remedy: `The registry ${hop.redirectedFrom.host} is reached directly, and its blob host is not: add ${line.line} to ${line.input}, or ask for ${hop.host} to be allowed on the proxy.`,
      inputLines: [line],
    };
  }
  if (status >= 500) return upstreamCause(hop, reply);
  if (roleOf(hop) === "blob-host") {
    return {
      code: "BLOB_HOST_DENIED",
      remedy: `Ask for ${hop.host} to be allowed on the proxy: the registry sends every blob download there. Allowing the registry alone is not enough.`,
    };
  }
  return {
    code: "PROXY_DENIED",
    remedy: `Ask for ${hop.host} to be allowed on the proxy, or list the host in no-proxy if this runner reaches it directly.`,
  };
}

/** Proxies lead out of the private network, and rarely back into it. */
function privateCause({ host }: Hop): Cause {
  const line = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return {
    code: "PRIVATE_HOST_PROXIED",
    remedy: `${host} looks like a host of this machine, cluster or network, which the proxy does not reach: add ${line} to no-proxy.`,
    inputLines: [{ input: "no-proxy", line }],
  };
}

/** The name of the registry is enough where its blob hosts are known. */
function directBlobs(registryHost: string, blobHost: string): InputLine {
  const registry = registryHost.replace(/:443$/, "");
  const host = blobHost.replace(/:\d+$/, "");
  const isKnown = noProxyEntriesFor(registry).entries.some(
    (entry) => entry === host || (entry.startsWith(".") && host.endsWith(entry)),
  );
  return isKnown ? { input: "no-proxy-registries", line: registry } : { input: "no-proxy", line: host };
}

function upstreamCause({ host }: Hop, { headers }: ProxyReply): Cause {
  const squid = headers["x-squid-error"] ?? "";
  const why = squid.startsWith("ERR_DNS_FAIL")
    ? "The proxy cannot resolve the name"
    : squid.startsWith("ERR_CONNECT_FAIL")
      ? "The proxy can resolve the name and does not get a connection"
      : `The proxy cannot reach ${host}`;
  return {
    code: "PROXY_UPSTREAM_FAILED",
    remedy: `${why}: check the name ${host}; otherwise ask the operators of the proxy about DNS and routing.`,
  };
}

function loginCause(hop: Hop, { headers }: ProxyReply): Cause {
  const { username, password, from } = proxyOf(hop);
  const offered = headers["proxy-authenticate"] ?? "";
  if (offered !== "" && !/\bbasic\b/i.test(offered)) {
    return {
      code: "PROXY_AUTH_UNSUPPORTED",
      remedy: `It offers ${printable(offered, 80)}; Go's and Node's clients speak Basic only. Run a local helper such as cntlm or px, or ask for a proxy that lets this runner in by address.`,
    };
  }
  if (username === "" && password === "") {
    return {
      code: "PROXY_AUTH_REQUIRED",
      remedy: `Write user and password into the proxy setting (${from}), from a secret: user:password@ before the host.`,
    };
  }
  return {
    code: "PROXY_AUTH_FAILED",
    remedy: `The user or password in the proxy setting (${from}) is wrong; percent-encode what is not a letter or digit.`,
  };
}
