import type { Code } from "../errors/codes.ts";
import { errorCode } from "../errors/transfer-error.ts";
import { MALFORMED_RESPONSE, NOT_HTTP } from "../net/connection/response-head.ts";
import type { Hop, HopError } from "../net/hop.ts";
import { describePurpose } from "../net/purpose.ts";
import { type InputLine, proxyOf, quotedReply, roleOf, uploadRegistry, uploadRemedy, type Verdict } from "./verdict.ts";

/** A code, the remedy, and the line of an input that is the remedy, if there is one. */
type Cause = readonly [Code, string, InputLine?];

/** A failure of the host, or between it and the runner or the proxy. */
export function originVerdict(error: HopError): Verdict {
  const { hop, phase } = error;
  const route = hop.route.via === "proxy" ? "through the proxy" : `directly, by the rule: ${hop.route.rule}`;
  const message = `${hop.host} (${describePurpose(hop.purpose)}), reached ${route}: ${quotedReply(error)}`;
  const code = errorCode(error.failure.cause) ?? "";
  if (phase === "tls" && TRUST_CODES.has(code)) return trustVerdict(error, message);
  if (phase === "lookup" || phase === "dial") return verdict(directCause(error, code), "runner", message);
  return verdict(phase === "tls" ? tlsCause(hop, code) : answerCause(error), roleOf(hop), message);
}

function verdict([code, remedy, inputLine]: Cause, refusedBy: Verdict["refusedBy"], message: string): Verdict {
  return { code, refusedBy, message, remedy, ...(inputLine === undefined ? {} : { inputLines: [inputLine] }) };
}

function directCause(error: HopError, code: string): Cause {
  const { hop, phase, timedOut } = error;
  const registry = uploadRegistry(hop);
  if (registry !== undefined) return ["UPLOAD_HOST_BLOCKED", uploadRemedy(hop, registry)];
  if (roleOf(hop) === "blob-host" && hop.route.rule.startsWith("NO_PROXY entry")) {
    return [
      "BLOB_HOST_IN_NO_PROXY",
      `Take ${hop.host} out of no-proxy, so that blobs go through the proxy; the entry that matches is in the rule. If it has to be reached directly, ask for the firewall to let it through.`,
    ];
  }
  const input = hop.url.startsWith("https:") ? "https-proxy" : "http-proxy";
  const direct = `If only a proxy reaches ${hop.host}, set ${input} and keep the host out of no-proxy.`;
  // EAI_AGAIN: the resolver had a timeout, or the name server reported a failure.
  if (phase === "lookup" && (timedOut || code === "EAI_AGAIN")) {
    return ["DNS_TIMED_OUT", `Check that this runner's name server can be reached and works. ${direct}`];
  }
  if (code === "ENOTFOUND") {
    return ["HOST_UNKNOWN", `This runner cannot resolve the name: check its spelling. ${direct}`];
  }
  if (timedOut) return ["HOST_TIMED_OUT", `Nothing answers: a firewall drops the packets. ${direct}`];
  return ["HOST_UNREACHABLE", `Check host and port. ${direct}`];
}

const TRUST_CODES = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** Errors of TLS with a server that does not speak it. */
const PLAIN_ANSWERS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);

const CERTIFICATE_CAUSES: Readonly<Record<string, Cause>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "TLS_WRONG_NAME",
    "The certificate is for another name: use the name it was made for.",
  ],
  CERT_HAS_EXPIRED: ["TLS_EXPIRED", "Renew the certificate, and check the clock of this runner."],
  CERT_NOT_YET_VALID: [
    "CLOCK_SKEWED",
    "The certificate begins to be valid later than now: set the clock of this runner, which is most likely behind.",
  ],
};

function tlsCause({ host }: Hop, code: string): Cause {
  if (PLAIN_ANSWERS.has(code)) {
    const line = host.replace(/:443$/, "");
    return [
      "PLAIN_HTTP_REGISTRY",
      `The host does not speak TLS. If plain HTTP is intended, add ${line} to plain-http.`,
      { input: "plain-http", line },
    ];
  }
  const other =
    "Check that the host speaks TLS at this port; a proxy or firewall that interrupts TLS is another usual cause.";
  return CERTIFICATE_CAUSES[code] ?? ["TLS_FAILED", other];
}

/** Codes of responses that Go's clients do not read either. */
const INVALID_RESPONSES = new Set<string | undefined>([MALFORMED_RESPONSE, NOT_HTTP]);

function answerCause({ timedOut, failure }: HopError): Cause {
  if (INVALID_RESPONSES.has(errorCode(failure.cause))) {
    return [
      "RESPONSE_MALFORMED",
      "Ask the operators of the host, or of a gateway or proxy before it, to correct the response: Go's clients refuse it, too.",
    ];
  }
  if (timedOut) {
    return [
      "RESPONSE_TIMED_OUT",
      "Run again; if the error stays, ask the operators of the host, or of a proxy that scans content.",
    ];
  }
  return [
    "CONNECTION_LOST",
    "Run again; if the error stays, something on the route cuts connections: a proxy's limit of size or time is a usual cause.",
  ];
}

/** Behind a proxy an unknown CA is most likely that of the proxy, which decrypts TLS. */
function trustVerdict({ hop, failure: { issuer } }: HopError, message: string): Verdict {
  const remedy = `Put the certificate of ${issuer === undefined ? "the CA" : `the CA ${issuer}`} into ca-certificates, or into the system's store.`;
  if (hop.route.via === "direct") return { code: "TLS_UNTRUSTED", refusedBy: roleOf(hop), message, remedy };
  return {
    code: "TLS_INTERCEPTED",
    refusedBy: "proxy",
    message: `${message}. The proxy ${proxyOf(hop).display} re-signs TLS, or the registry has a CA of its own`,
    remedy,
  };
}
