import type { Code } from "../../errors/codes.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { textOf } from "../../net/body.ts";
import type { Hop } from "../../net/hop.ts";
import type { HttpResponse } from "../../net/http.ts";
import { isRedirect } from "../../net/layers/redirects.ts";
import { type Purpose, sideOf } from "../../net/purpose.ts";
import { isRetryableStatus, temporaryRefusal } from "../../net/retryable.ts";
import { isRecord } from "../../oci/descriptor.ts";
import { printable, printableUrl } from "../../text/redact.ts";
import { remedyFor } from "./remedies.ts";

export interface RefusedAnswer {
  readonly hop: Hop;
  readonly status: number;
  readonly registryCodes: readonly string[];
  /** Digests that the registry names in its errors. */
  readonly digests?: readonly string[];
  /** Milliseconds that the registry asks to wait. */
  readonly retryAfter?: number | undefined;
  /** By default that of the code. */
  readonly remedy?: string | undefined;
}

/** A refusal of a registry, with its status and its own words (distribution-spec, error codes). */
export class RegistryError extends TransferError {
  override readonly kind = "refusal";
  readonly hop: Hop;
  readonly status: number;
  readonly registryCodes: readonly string[];
  readonly digests: readonly string[];
  readonly retryAfter: number | undefined;

  constructor(code: Code, message: string, answer: RefusedAnswer) {
    const { hop } = answer;
    super(code, message, { where: hop.host, remedy: answer.remedy ?? remedyFor(code, hop), side: sideOf(hop.purpose) });
    this.name = "RegistryError";
    this.hop = hop;
    this.status = answer.status;
    this.registryCodes = answer.registryCodes;
    this.digests = answer.digests ?? [];
    this.retryAfter = answer.retryAfter;
  }
}

/** The same refusal with more words, and another code or remedy. */
export function explained(
  error: RegistryError,
  { code = error.code, more, remedy }: { readonly code?: Code; readonly more: string; readonly remedy?: string },
): RegistryError {
  return new RegistryError(code, `${error.message}; ${more}`, {
    ...error,
    remedy: remedy ?? (code === error.code ? error.remedy : undefined),
  });
}

/** Whether the same request may be accepted later. */
export function isTemporaryRefusal(error: unknown): boolean {
  return error instanceof RegistryError && (isRetryableStatus(error.status) || error.code === "RATE_LIMITED");
}

/** What a refused request was about, for what the same status means there. */
export type Subject = "manifest" | "blob" | "push" | "manifest push" | "api" | "token";

/** An answer, with what is known of the login that it was asked with. */
export interface AnsweredRequest extends HttpResponse {
  /** Where the login was from, or where one was looked for. */
  readonly login?: string | undefined;
}

const ABOUT_LOGINS = new Set<Code>(["UNAUTHORIZED", "CREDENTIALS_REFUSED", "DENIED", "PUSH_DENIED"]);

/** The error of an unexpected answer. `doing` is a phrase such as `reading manifest 1.2.0 of acme/shop`. */
export async function registryError(
  response: AnsweredRequest,
  doing: string,
  { as, of = "api", remedy }: { readonly as?: Code | undefined; readonly of?: Subject; readonly remedy?: string } = {},
): Promise<RegistryError> {
  const { hop, status, headers } = response;
  const body = await textOf(response, MAX_REFUSAL_BYTES);
  const answer = registryWords(body, hop);
  const temporary = temporaryRefusal(response, body, Date.now());
  const code = as ?? codeOf(status, answer, { subject: of, isTemporary: temporary !== undefined });
  const words = answer.text === "" ? "" : `: ${answer.text}`;
  const wait = temporary?.wait;
  const later = wait === undefined ? "" : `; it asks to wait ${Math.ceil(wait / 1000)} s`;
  const spent = response.spent === undefined ? "" : `; ${attemptsOf(response.spent)}`;
  const login = response.login === undefined || !ABOUT_LOGINS.has(code) ? "" : `; ${response.login}`;
  const to = isRedirect(status) ? ` and redirects to ${printableUrl(headers.location ?? "nowhere")}` : "";
  return new RegistryError(code, `${doing}: ${hop.host} answered ${status}${to}${words}${later}${spent}${login}`, {
    hop,
    status,
    registryCodes: answer.codes,
    digests: answer.digests,
    retryAfter: wait,
    remedy,
  });
}

/** ECR answers 403 with the code DENIED to a login that was right for twelve hours, and gives the reason in words alone. */
function hasExpired(status: number, { codes, text }: Words): boolean {
  return status === 403 && codes.length > 0 && /\bexpired\b/i.test(text);
}

/** Both in the words for a limit: `Limit on number of layers per image exceeded` (ECR), `request body too large` (CNCF). */
const LIMITED = /\b(?:layers?|body|size|manifest)\b/i;
const EXCEEDED = /\b(?:exceed(?:s|ed)?|too (?:large|many|big))\b/i;

const MISSING_PROJECT = /\bproject \S+ not found\b/i;

function codeOf(
  status: number,
  words: Words,
  { subject, isTemporary }: { readonly subject: Subject; readonly isTemporary: boolean },
): Code {
  if (hasExpired(status, words)) return "CREDENTIALS_REFUSED";
  return isTemporary && status === 403 ? "RATE_LIMITED" : codeFor(status, words, subject);
}

function codeFor(status: number, { codes: registryCodes, text }: Words, subject: Subject): Code {
  const isPush = subject === "push" || subject === "manifest push";
  if (status === 511) return "CAPTIVE_PORTAL";
  // Harbor answers 401 for a project that does not exist, whatever the login.
  if (isPush && [401, 404].includes(status) && MISSING_PROJECT.test(text)) return "REPOSITORY_UNKNOWN";
  if (status === 401) return "UNAUTHORIZED";
  if (status === 403 || registryCodes.includes("DENIED")) return isPush ? "PUSH_DENIED" : "DENIED";
  if (isPush && registryCodes.includes("NAME_INVALID")) return "REPOSITORY_NAME_REFUSED";
  const isLimit = status === 413 || ([400, 405].includes(status) && LIMITED.test(text) && EXCEEDED.test(text));
  if (isPush && isLimit) return "TARGET_LIMIT_EXCEEDED";
  // Registries that need a repository to be created first report that at the first write.
  if (isPush && registryCodes.includes("NAME_UNKNOWN")) return "REPOSITORY_UNKNOWN";
  if (status === 404 && registryCodes.includes("BLOB_UPLOAD_UNKNOWN")) return "UPLOAD_LOST";
  if (status === 404 && isPush) return subject === "push" ? "REPOSITORY_UNKNOWN" : "REGISTRY_REFUSED";
  // A token host knows nothing of manifests and blobs.
  if (subject === "token" && status < 500 && status !== 429) return "TOKEN_HOST_REFUSED";
  if (status === 404) return subject === "blob" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN";
  if (status === 429 || registryCodes.includes("TOOMANYREQUESTS")) return "RATE_LIMITED";
  return status >= 500 ? "REGISTRY_UNAVAILABLE" : "REGISTRY_REFUSED";
}

const MAX_REFUSAL_BYTES = 8192;

function attemptsOf({ tries, seconds }: { readonly tries: number; readonly seconds: number }): string {
  return tries === 1 ? "it was not requested again" : `${tries} attempts in ${seconds} s had the same outcome`;
}

interface Words {
  readonly codes: readonly string[];
  readonly text: string;
  readonly digests: readonly string[];
}

const NO_WORDS: Words = { codes: [], text: "", digests: [] };

/** Whether a registry or a component descriptor names the host: it may be an internal one, whose pages are not quoted. */
function isNamedByOthers(purpose: Purpose): boolean {
  if (purpose.kind === "registry") return purpose.role === "artifacts";
  return purpose.kind === "blobs" || purpose.kind === "token" || purpose.kind === "uploads";
}

/** The answer of a host behind a redirect is not quoted at all: no input names that host, and it may be an internal one. */
function registryWords(body: string, { redirectedFrom, purpose }: Hop): Words {
  if (redirectedFrom !== undefined) return NO_WORDS;
  try {
    const { errors, details, error_description: description } = JSON.parse(body);
    // Token hosts: RFC 6749, 5.2, and Docker's.
    const text = [description, details].find((each) => typeof each === "string");
    if (errors === undefined && text !== undefined) return { ...NO_WORDS, text: printable(text, 200) };
    if (Array.isArray(errors)) return errorWords(errors.filter(isRecord));
  } catch {
    // Not every registry, and no proxy, answers in the form of the specification.
  }
  if (isNamedByOthers(purpose)) return NO_WORDS;
  const page = /^\s*</.test(body) ? (/<title>([^<]*)/i.exec(body)?.[1] ?? "an HTML page") : body;
  return { ...NO_WORDS, text: printable(page, 200) };
}

/** Code, message and detail of each error (distribution-spec, "Error Codes"). */
function errorWords(errors: readonly Record<string, unknown>[]): Words {
  const codes = errors.flatMap(({ code }) => (typeof code === "string" ? [printable(code, 60)] : []));
  const texts = errors.map(({ code, message, detail }) => {
    const said = [code, message].filter((part) => typeof part === "string").join(" ");
    const more = detailText(detail);
    return more === "" || said.includes(more) ? said : `${said} (${more})`;
  });
  const digests = JSON.stringify(errors).match(/\bsha(?:256|512):[0-9a-f]{64,128}\b/g) ?? [];
  return { codes, text: printable(texts.join("; "), 500), digests };
}

/** `detail` has no fixed form: registries send a text, an object, or lists of objects. */
function detailText(detail: unknown): string {
  if (typeof detail === "string") return printable(detail, 200);
  const isEmpty = typeof detail !== "object" || detail === null || Object.keys(detail).length === 0;
  return isEmpty ? "" : printable(JSON.stringify(detail), 200);
}
