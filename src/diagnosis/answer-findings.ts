import type { Finding } from "../errors/finding.ts";
import { clockSkew } from "../net/clock-skew.ts";
import type { Answer } from "../net/http.ts";

/** Milliseconds by which clocks may differ before logins and certificates begin to fail. */
const MAX_SKEW_MS = 300_000;
/** Remaining requests below which a limit counts as near. */
const FEW_LEFT = 20;

/** Findings in the headers of an answer that concern later requests, or other clients. `asked`: the headers of the request. */
export function answerFindings(answer: Answer, asked: Readonly<Record<string, string>>, now: number): Finding[] {
  return [skewed(answer, now), nearLimit(answer), wholeBlob(answer, asked), withoutDigest(answer)].flatMap(
    (finding) => finding ?? [],
  );
}

function skewed({ hop, headers }: Answer, now: number): Finding | undefined {
  const skew = clockSkew(headers, now);
  if (skew === undefined || Math.abs(skew) <= MAX_SKEW_MS) return undefined;
  return {
    code: "CLOCK_SKEWED",
    message: `The clock of ${hop.host} is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? "ahead of" : "behind"} the one of this runner.`,
    remedy: "Set the clock of this runner: tokens and certificates are valid for minutes and days.",
  };
}

/** `12;w=21600`: 12 requests remain in a window of 21600 seconds (Docker Hub; draft-ietf-httpapi-ratelimit-headers). */
function nearLimit({ hop, headers }: Answer): Finding | undefined {
  const left = /^\s*(\d+)/.exec(headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"] ?? "")?.[1];
  if (left === undefined || Number(left) > FEW_LEFT) return undefined;
  return {
    code: "RATE_LIMIT_NEAR",
    message: `${hop.host} accepts few more requests before it refuses.`,
    remedy: "Use credentials with a higher limit, or transfer from a mirror.",
  };
}

function wholeBlob({ hop, status, headers }: Answer, { range }: Readonly<Record<string, string>>): Finding | undefined {
  if (range === undefined || status !== 200 || headers["content-range"] !== undefined) return undefined;
  return {
    code: "RANGE_IGNORED",
    message: `${hop.host} sends all of a blob where one byte of it was requested.`,
    remedy: `Nothing has to be done; a download that breaks off is read again up to the missing byte.${strippedBy(hop)}`,
  };
}

function withoutDigest({ hop, status, headers }: Answer): Finding | undefined {
  const isManifest = new URL(hop.url).pathname.includes("/manifests/") && hop.method !== "PUT";
  if (!isManifest || status !== 200 || headers["docker-content-digest"] !== undefined) return undefined;
  return {
    code: "DIGEST_HEADER_MISSING",
    message: `${hop.host} sends manifests without Docker-Content-Digest.`,
    remedy: `Nothing has to be done here, digests are computed; other clients may fail.${strippedBy(hop)}`,
  };
}

function strippedBy({ route }: Answer["hop"]): string {
  return route.via === "proxy" ? " A proxy that takes headers out is the usual cause." : "";
}
