import { expect, test } from "@jest/globals";
import { clockSkew } from "../../src/net/clock-skew.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");

test.each([
  ["Thu, 01 Jan 2026 12:00:00 GMT", 0],
  ["Thu, 01 Jan 2026 13:00:00 GMT", 3_600_000],
  ["Thu, 01 Jan 2026 11:59:00 GMT", -60_000],
  ["", undefined],
  ["later", undefined],
])("%p", (date, expected) => {
  expect(clockSkew({ date }, NOW)).toBe(expected);
});

test("who sends no date does not tell", () => {
  expect(clockSkew({}, NOW)).toBeUndefined();
});
