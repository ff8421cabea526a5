/** What a proxy does with a CONNECT, or with the tunnel after it. */
export interface TunnelFault {
  /** A phrase: what the proxy does. Unique. */
  readonly name: string;
  readonly act:
    | { readonly kind: "bytes"; readonly bytes: string }
    | { readonly kind: "reset" }
    | { readonly kind: "silence" }
    /** So many bytes from the server pass, and then the connection is reset. */
    | { readonly kind: "cut"; readonly after: number }
    /** A bit of the byte at this offset is inverted, so that TLS fails. */
    | { readonly kind: "flip"; readonly after: number };
}

const PAGE = "<h1>the proxy is busy</h1>";

function response(status: number, headers = ""): TunnelFault["act"] {
  const head = `HTTP/1.1 ${status} By Chaos\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\n${headers}\r\n`;
  return { kind: "bytes", bytes: head + PAGE };
}

/** Every fault of a proxy with a tunnel. */
export const TUNNEL_FAULTS: readonly TunnelFault[] = [
  { name: "resets the connection at CONNECT", act: { kind: "reset" } },
  { name: "does not respond to CONNECT", act: { kind: "silence" } },
  {
    name: "responds to CONNECT with bytes that are not HTTP",
    act: { kind: "bytes", bytes: "SSH-2.0-OpenSSH_9.6\r\n" },
  },
  { name: "responds to CONNECT with 502", act: response(502) },
  { name: "responds to CONNECT with 503", act: response(503) },
  { name: "responds to CONNECT with 504", act: response(504) },
  { name: "responds to CONNECT with 429 and Retry-After", act: response(429, "retry-after: 1\r\n") },
  { name: "resets the tunnel within the TLS handshake", act: { kind: "cut", after: 100 } },
  { name: "resets the tunnel later", act: { kind: "cut", after: 20_000 } },
  { name: "flips a bit in the tunnel", act: { kind: "flip", after: 12_000 } },
];
