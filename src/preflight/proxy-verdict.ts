import { errorCode } from "../errors.ts";
import type { Hop, HopError, Layer } from "../http/hop.ts";
import { printable } from "../redact.ts";
import { roleOf, said, type Verdict } from "./verdict.ts";

/** The proxy itself cannot be reached. */
export function proxyVerdict(error: HopError, layer: Layer): Verdict {
  const proxy = proxyOf(error.hop);
  const host = `${proxy.hostname.includes(":") ? `[${proxy.hostname}]` : proxy.hostname}:${proxy.port}`;
  const setting = `the proxy setting (${proxy.from})`;
  const cause = errorCode(error.cause);
  const common = { host, message: `The proxy ${proxy.display} cannot be used: ${said(error)}` };
  if (layer === "proxy-tls") {
    return {
      ...common,
      code: "PROXY_TLS_FAILED",
      refusedBy: "proxy",
      remedy: `See whether the proxy speaks TLS at all; if not, write http:// in ${setting}. If it does, its CA has to be trusted on this runner.`,
    };
  }
  if (cause === "ENOTFOUND" || cause === "EAI_AGAIN") {
    return {
      ...common,
      code: "PROXY_NAME_UNKNOWN",
      refusedBy: "runner",
      remedy: `This runner cannot resolve ${proxy.hostname}: correct ${setting}, or have the name added to DNS.`,
    };
  }
  if (error.timedOut) {
    return {
      ...common,
      code: "PROXY_TIMED_OUT",
      refusedBy: "proxy",
      remedy: `Nothing answers at ${host}: correct ${setting}, or ask the network team to let this runner reach it.`,
    };
  }
  return {
    ...common,
    code: "PROXY_UNREACHABLE",
    refusedBy: "proxy",
    remedy: `See that host and port in ${setting} are right, and that this runner may connect to ${host}.`,
  };
}

/** The proxy was reached and did not make the tunnel. */
export function tunnelVerdict(error: HopError): Verdict {
  const { hop, reply } = error;
  const proxy = proxyOf(hop);
  const refusedBy = "proxy";
  if (reply === undefined) {
    const message = `The proxy ${proxy.display} was asked for ${hop.host} (${hop.neededFor}): ${said(error)}`;
    if (error.timedOut) {
      return {
        code: "PROXY_MUTE",
        refusedBy,
        message,
        remedy: "The port answers, but no proxy does: see that it is the proxy's port, or ask its operators.",
      };
    }
    const isForeign = errorCode(error.cause)?.startsWith("HPE_") ?? false;
    return isForeign
      ? {
          code: "PROXY_NOT_A_PROXY",
          refusedBy,
          message,
          remedy: `What listens at ${proxy.display} speaks no HTTP: correct the proxy setting (${proxy.from}).`,
        }
      : {
          code: "PROXY_CLOSED",
          refusedBy,
          message,
          remedy: `The proxy hung up: it may speak TLS (write https:// in ${proxy.from}), or not be a proxy at all.`,
        };
  }
  const message = `The proxy ${proxy.display} refused ${hop.host} (${hop.neededFor}): ${replyText(error)}`;
  if (reply.status === 407) return authVerdict(error, message);
  if (reply.status >= 500) {
    return {
      code: "PROXY_UPSTREAM_FAILED",
      refusedBy,
      message,
      remedy: `The proxy cannot reach ${hop.host}: see that the name is right; else ask its operators about DNS and routing there.`,
    };
  }
  const isBlobHost = roleOf(hop) === "blob-host";
  return {
    code: isBlobHost ? "BLOB_HOST_DENIED" : "PROXY_DENIED",
    refusedBy,
    message,
    remedy: isBlobHost
      ? `Ask for ${hop.host} to be allowed on the proxy: the registry sends every blob download there. Allowing the registry alone is not enough.`
      : `Ask for ${hop.host} to be allowed on the proxy, or list the host in no-proxy if this runner reaches it directly.`,
  };
}

function authVerdict({ hop, reply }: HopError, message: string): Verdict {
  const proxy = proxyOf(hop);
  const offered = reply?.headers["proxy-authenticate"] ?? "";
  if (offered !== "" && !/\bbasic\b/i.test(offered)) {
    return {
      code: "PROXY_AUTH_UNSUPPORTED",
      refusedBy: "proxy",
      message: `${message}; it offers ${printable(offered, 80)}`,
      remedy:
        "Go's and Node's clients speak Basic only. Run a local helper such as cntlm or px, or ask for a proxy that lets this runner in by address.",
    };
  }
  const isMissing = proxy.username === "" && proxy.password === "";
  return {
    code: isMissing ? "PROXY_AUTH_REQUIRED" : "PROXY_AUTH_FAILED",
    refusedBy: "proxy",
    message,
    remedy: isMissing
      ? `Write user and password into the proxy setting (${proxy.from}): http://user:password@host:port, from a secret.`
      : `The user or password in the proxy setting (${proxy.from}) is wrong; percent-encode what is not a letter or digit.`,
  };
}

function proxyOf(hop: Hop) {
  if (hop.route.via === "direct") throw new TypeError("a direct route has no proxy");
  return hop.route.proxy;
}

/** What the proxy answered, with squid's own name for it where there is one. */
function replyText({ reply }: HopError): string {
  const squid = reply?.headers["x-squid-error"];
  return printable(`${reply?.status} ${reply?.statusText ?? ""}${squid === undefined ? "" : ` (${squid})`}`, 200);
}
