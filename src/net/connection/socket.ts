import { isIP, type Socket } from "node:net";
import { type PeerCertificate, type SecureContext, connect as secureSocket } from "node:tls";
import { errorMessage } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import { type ConnectionPhase, PhaseError } from "../hop.ts";

export interface ConnectOptions {
  /** The trusted CAs. Made once: reading hundreds of them takes longer than the rest of a connection. */
  readonly secureContext: SecureContext;
  readonly isUnverified: (host: string) => boolean;
  /** Milliseconds that each phase may take. */
  readonly timeout: number;
  readonly userAgent: string;
}

export interface Origin {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
}

/**
 * The certificate is verified here rather than by the socket, which would discard it with the connection: its issuer distinguishes a
 * proxy that re-signs TLS from a registry with an unknown CA. Nothing is sent before.
 */
export async function secure(
  phase: ConnectionPhase,
  socket: Socket,
  origin: Origin,
  { secureContext, isUnverified, timeout }: ConnectOptions,
): Promise<Socket> {
  const host = `${bracketed(origin.hostname)}:${origin.port}`;
  const secured = secureSocket({
    socket,
    host: origin.hostname,
    ...(isIP(origin.hostname) === 0 ? { servername: origin.hostname } : {}),
    ALPNProtocols: ["http/1.1"],
    secureContext,
    rejectUnauthorized: false,
  });
  await settled(secured, "secureConnect", { phase, doing: `TLS with ${host}`, timeout });
  if (secured.authorized || isUnverified(host)) return secured;
  const issuer = issuerOf(secured.getPeerCertificate());
  const code = String(secured.authorizationError);
  secured.on("error", () => {}).destroy();
  throw new PhaseError(phase, `TLS with ${host}: ${code}, certificate issued by ${issuer}`, {
    cause: { code },
    issuer,
  });
}

function issuerOf({ issuer }: PeerCertificate): string {
  const name = [issuer?.CN, issuer?.O].flat().filter((part) => typeof part === "string" && part !== "");
  return name.length === 0 ? "an unnamed issuer" : `"${printable(name.join(", "), 120)}"`;
}

/** Resolves with the socket at `event`; rejects at an error, at the end of the connection, or after `timeout` milliseconds. */
export function settled<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  { phase, doing, timeout }: { phase: ConnectionPhase; doing: string; timeout: number },
): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`no answer within ${timeout / 1000} s`, { timedOut: true }), timeout);
    const onError = (error: unknown) => fail(errorMessage(error), { cause: error });
    const onClose = () => fail("the connection was closed", {});
    const stopListening = () => {
      clearTimeout(timer);
      socket.off("error", onError).off("close", onClose).off(event, onEvent);
    };
    const onEvent = () => {
      stopListening();
      resolve(socket);
    };
    const fail = (why: string, more: { cause?: unknown; timedOut?: boolean }) => {
      stopListening();
      socket.on("error", () => {}).destroy();
      reject(new PhaseError(phase, `${doing}: ${why}`, more));
    };
    socket.on("error", onError).on("close", onClose).on(event, onEvent);
  });
}

export function bracketed(hostname: string): string {
  return isIP(hostname) === 6 ? `[${hostname}]` : hostname;
}
