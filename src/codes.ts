/**
 * Every code that an error, a diagnosis or a finding can carry, with the sentence that docs/diagnosis.md opens its chapter with.
 * Codes are part of the contract: workflows branch on them, so one is never renamed and never reused.
 */
export const codes = {
  INPUT_INVALID: "An input has a value that cannot be used.",
  INPUT_MISSING: "An input that this command needs is not set.",
  COMMAND_UNKNOWN: "The command is none that this action has.",
  NODE_TOO_OLD: "The Node.js that runs the action is older than the bundle needs.",
  INTERNAL: "The action met a state that it does not expect.",
  INTERRUPTED: "The run was stopped from outside before it was done.",

  PROXY_URL_MALFORMED: "A proxy setting cannot be read as a proxy URL.",
  PROXY_SCHEME_UNSUPPORTED: "The proxy that applies speaks a protocol that this action does not.",
  PROXY_CGI_REFUSED: "HTTP_PROXY is ignored in a CGI environment, as Go does.",
  URL_MALFORMED: "A URL cannot be read.",
} as const;

export type Code = keyof typeof codes;
