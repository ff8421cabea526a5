import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { type Hop, HopError, PhaseError } from "../../src/net/hop.ts";
import { backoff, isRetryable, isRetryableStatus, retryAfter, temporaryRefusal } from "../../src/net/retryable.ts";
import { direct } from "../../testing/product/open-client.ts";

const now = Date.UTC(2026, 10, 5, 12, 0, 0);

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["Thu, 05 Nov 2026 12:00:30 GMT", 30_000],
    ["Thursday, 05-Nov-26 12:00:30 GMT", 30_000],
    ["Thu Nov  5 12:00:30 2026", 30_000],
    ["Thu, 05 Nov 2026 11:00:00 GMT", 0],
  ])("%j asks for %i ms", (header, wait) => {
    expect(retryAfter(header, now)).toBe(wait);
  });

  test.each([undefined, "", "soon", "-5", "1.5", "5 minutes", "2026-11-05", "Thu, nonsense GMT"])(
    "%j asks for nothing",
    (header) => {
      expect(retryAfter(header, now)).toBeUndefined();
    },
  );
});

describe("a temporary refusal", () => {
  const waitOf = (status: number, text: string, headers = {}) => temporaryRefusal({ status, headers }, text, now)?.wait;

  test.each([
    ["retry-after: 12.5ms, allowed: 2000/minute", 12.5],
    ["retry-after: 830us, allowed: 44000/minute", 0.83],
    ["Retry-After:3s", 3000],
    ["retry-after: 1m", 60_000],
  ])("has its wait in its words: %s", (text, wait) => expect(waitOf(429, text)).toBeCloseTo(wait));

  test.each(["retry-after: 5", "retry-after: 1h", "retry-after: s", "retry later", `retry-after: ${"9".repeat(99)}ms`])(
    "has none in other words: %s",
    (text) => expect(waitOf(429, text)).toBeUndefined(),
  );

  test("has the wait of its header where it has one", () => {
    expect(waitOf(429, "retry-after: 3s", { "retry-after": "7" })).toBe(7000);
  });

  test("is a 403 where its words are of a secondary rate limit", () => {
    expect(waitOf(403, "You have exceeded a secondary rate limit.")).toBe(60_000);
    expect(temporaryRefusal({ status: 403, headers: { "retry-after": "7" } }, "denied", now)).toBeUndefined();
  });
});

describe("the pause between attempts", () => {
  test.each([
    [1, 225, 275],
    [2, 450, 550],
    [5, 3600, 4400],
    [8, 27_000, 33_000],
    [60, 27_000, 33_000],
  ])("before repetition %i is %i to %i ms", (attempt, least, most) => {
    expect(backoff(attempt, 0)).toBeCloseTo(least);
    expect(backoff(attempt, 1)).toBeCloseTo(most);
  });
});

describe("what is worth another attempt", () => {
  test.each([408, 429, 499, 500, 502, 503, 504, 520, 522, 524])("status %i is", (status) => {
    expect(isRetryableStatus(status)).toBe(true);
  });

  test.each([200, 307, 400, 401, 403, 404, 405, 407, 413, 416, 501, 505])("status %i is not", (status) => {
    expect(isRetryableStatus(status)).toBe(false);
  });

  const hop: Hop = {
    method: "GET",
    url: "https://a.test/",
    host: "a.test:443",
    route: direct,
    purpose: { kind: "registry", role: "source" },
  };
  const failed = (more: ConstructorParameters<typeof PhaseError>[2]) =>
    new HopError(hop, new PhaseError("dial", "", more));
  const coded = (code: string) => Object.assign(new Error(code), { code });
  const replied = (status: number) => ({ reply: { status, statusText: "", headers: {}, text: "" } });

  test.each<[string, unknown, boolean]>([
    ["a reset", failed({ cause: coded("ECONNRESET") }), true],
    ["a refused connection", failed({ cause: coded("ECONNREFUSED") }), true],
    ["a name server in trouble", failed({ cause: coded("EAI_AGAIN") }), true],
    ["an unknown name", failed({ cause: coded("ENOTFOUND") }), false],
    ["an untrusted certificate", failed({ cause: coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE") }), false],
    ["a deadline", failed({ timedOut: true }), true],
    ["a proxy that cannot reach the host", failed(replied(502)), true],
    ["a proxy that refuses the host", failed(replied(403)), false],
    ["a proxy that wants a password", failed(replied(407)), false],
    ["an error without hop", coded("UND_ERR_SOCKET"), true],
    ["a verdict of our own", new TransferError("DIGEST_MISMATCH", ""), false],
    ["anything else", "thrown", false],
  ])("%s: %#", (_, error, expected) => {
    expect(isRetryable(error)).toBe(expected);
  });
});
