import type { Code } from "./codes.ts";

/** Findings for the record, which need no action in most runs. All others are warnings. */
const NOTICES: ReadonlySet<Code> = new Set([
  "ALIASES_LEFT",
  "ARTIFACT_SET_KEPT",
  "CLIENTS_DISAGREE",
  "CLOCK_SKEWED",
  "CONTENT_UNCHECKED",
  "DELTA_WRITTEN",
  "DIGEST_HEADER_MISSING",
  "GLOBAL_ACCESS_DROPPED",
  "HASH_UNSUPPORTED",
  "LEFT_BY_REFERENCE",
  "NAME_UNKNOWN",
  "NAME_UNSIGNED",
  "NORMALISATION_UNSUPPORTED",
  "NO_PROXY_ENTRY_INEXACT",
  "OUT_OF_REACH",
  "RANGE_IGNORED",
  "RATE_LIMIT_NEAR",
  "READ_BACK_DENIED",
  "REFERENCE_DIGEST_DIFFERS",
  "REFERRERS_LEFT",
  "REFERRERS_UNREAD",
  "ROUTES_DIFFER",
  "SIGNATURE_UNCHECKED",
  "TAG_MOVED",
  "TARGET_LOCKED",
  "UPLOAD_LEFT",
]);

/** How a finding is printed: a notice is a line of the log, a warning an annotation of the step. */
export function severityOf(code: Code): "notice" | "warning" {
  return NOTICES.has(code) ? "notice" : "warning";
}
