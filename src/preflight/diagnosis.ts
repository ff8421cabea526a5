import type { Code } from "../codes.ts";
import { errorCode, TransferError } from "../errors.ts";
import { type Hop, HopError, type Layer } from "../http/hop.ts";
import { printable } from "../redact.ts";
import { RegistryError } from "../registry/registry-error.ts";

/** A hop that refused, in words that can be pasted into a ticket. An element of the output `diagnosis`. */
export interface Diagnosis {
  readonly code: Code;
  /** `host:port` of what could not be reached, or did not let the request pass. */
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "refused-by": RefusedBy;
  readonly message: string;
  readonly remedy: string;
}

export type RefusedBy = "runner" | "proxy" | "registry" | "blob-host" | "token-host";

/** What is known of an error that concerns the way to a host; undefined for errors of any other kind. */
export function diagnose(error: unknown): Diagnosis | undefined {
  if (error instanceof HopError) return diagnoseHop(error);
  if (error instanceof RegistryError) return fromRegistry(error);
  return error instanceof TransferError && error.cause !== undefined ? diagnose(error.cause) : undefined;
}

function fromRegistry(error: RegistryError): Diagnosis {
  const { code, hop, message, remedy } = error;
  return describe(hop, { code, refusedBy: roleOf(hop), message, remedy: remedy ?? "" });
}

interface Verdict {
  readonly code: Code;
  readonly refusedBy: RefusedBy;
  readonly message: string;
  readonly remedy: string;
  /** Where it is not the origin: the proxy. */
  readonly host?: string;
}

function diagnoseHop(error: HopError): Diagnosis {
  const { hop, layer } = error;
  if (hop.route.via === "direct") return describe(hop, originVerdict(error));
  if (layer === "proxy-dial" || layer === "proxy-tls") return describe(hop, proxyVerdict(error, layer));
  return describe(hop, layer === "tunnel" ? tunnelVerdict(error) : originVerdict(error));
}

function describe(hop: Hop, { code, refusedBy, message, remedy, host }: Verdict): Diagnosis {
  const { via, rule } = hop.route;
  return { code, host: host ?? hop.host, via, rule, "refused-by": refusedBy, message, remedy };
}

/** The proxy itself cannot be reached. */
function proxyVerdict(error: HopError, layer: Layer): Verdict {
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
function tunnelVerdict(error: HopError): Verdict {
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

const TRUST_CODES = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** The host itself, or what stands between it and the runner or the proxy. */
function originVerdict(error: HopError): Verdict {
  const { hop, layer } = error;
  const cause = errorCode(error.cause);
  const refusedBy = roleOf(hop);
  const way = hop.route.via === "proxy" ? "through the proxy" : `directly, by the rule: ${hop.route.rule}`;
  const message = `${hop.host} (${hop.neededFor}), reached ${way}: ${said(error)}`;
  if (layer === "dial") {
    const direct = `If only a proxy reaches ${hop.host}, set https-proxy and keep the host out of no-proxy.`;
    if (cause === "ENOTFOUND" || cause === "EAI_AGAIN")
      return {
        code: "HOST_UNKNOWN",
        refusedBy: "runner",
        message,
        remedy: `This runner cannot resolve the name: see that it is right. ${direct}`,
      };
    if (error.timedOut)
      return {
        code: "HOST_TIMED_OUT",
        refusedBy: "runner",
        message,
        remedy: `Nothing answers: a firewall drops the packets. ${direct}`,
      };
    return {
      code: "HOST_UNREACHABLE",
      refusedBy: "runner",
      message,
      remedy: `See that host and port are right. ${direct}`,
    };
  }
  if (layer === "tls") {
    if (cause !== undefined && TRUST_CODES.has(cause)) return trustVerdict(error, message);
    if (cause === "ERR_SSL_WRONG_VERSION_NUMBER" || cause === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
      return {
        code: "PLAIN_HTTP_REGISTRY",
        refusedBy,
        message,
        remedy: `The host does not speak TLS. If it is meant to be plain HTTP, add ${hop.host.replace(/:443$/, "")} to plain-http.`,
      };
    if (cause === "ERR_TLS_CERT_ALTNAME_INVALID")
      return {
        code: "TLS_WRONG_NAME",
        refusedBy,
        message,
        remedy: "The certificate is for another name: use the name it was made for.",
      };
    if (cause === "CERT_HAS_EXPIRED")
      return {
        code: "TLS_EXPIRED",
        refusedBy,
        message,
        remedy: "Renew the certificate, and see that the clock of this runner is right.",
      };
    return {
      code: "TLS_FAILED",
      refusedBy,
      message,
      remedy: "See that the host speaks TLS at this port; a proxy or firewall that cuts TLS is another usual cause.",
    };
  }
  if (error.timedOut)
    return {
      code: "RESPONSE_TIMED_OUT",
      refusedBy,
      message,
      remedy:
        "Run again; if it stays, ask the operators of the host, or of the proxy that may be scanning what passes.",
    };
  return {
    code: "CONNECTION_LOST",
    refusedBy,
    message,
    remedy:
      "Run again; if it stays, something on the way cuts connections: a proxy's limit of size or time is a usual cause.",
  };
}

/** Behind a proxy the unknown authority is most likely the proxy's own, which opens TLS to look inside. */
function trustVerdict({ hop, issuer }: HopError, message: string): Verdict {
  const remedy = `Put the certificate of ${issuer === undefined ? "the authority" : `the authority ${issuer}`} into ca-certificates, or into the system's store.`;
  if (hop.route.via === "direct") return { code: "TLS_UNTRUSTED", refusedBy: roleOf(hop), message, remedy };
  return {
    code: "TLS_INTERCEPTED",
    refusedBy: "proxy",
    message: `${message}. The proxy ${hop.route.proxy.display} re-signs TLS, or the registry has an authority of its own`,
    remedy,
  };
}

function roleOf({ neededFor }: Hop): RefusedBy {
  if (neededFor.startsWith("blobs of")) return "blob-host";
  return neededFor.startsWith("token for") ? "token-host" : "registry";
}

function proxyOf(hop: Hop) {
  if (hop.route.via === "direct") throw new TypeError("a direct route has no proxy");
  return hop.route.proxy;
}

function said(error: HopError): string {
  return printable(error.message.slice(error.message.indexOf(": ") + 2), 200);
}

/** What the proxy answered, with squid's own name for it where there is one. */
function replyText({ reply }: HopError): string {
  const squid = reply?.headers["x-squid-error"];
  return printable(`${reply?.status} ${reply?.statusText ?? ""}${squid === undefined ? "" : ` (${squid})`}`, 200);
}
