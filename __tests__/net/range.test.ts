import { describe, expect, test } from "@jest/globals";
import { continuesAt, refusesRange, uploadedBytes } from "../../src/net/range.ts";

describe("a Content-Range", () => {
  test.each(["bytes 100-999/1000", "bytes 100-999/*", "bytes 100-100/1000", "bytes 100-500/1000"])(
    "continues content at its offset: %s",
    (header) => expect(continuesAt(header, 100, 1000)).toBe(true),
  );

  test.each([
    undefined,
    "",
    "bytes 0-999/1000",
    "bytes 99-999/1000",
    "bytes 101-999/1000",
    "bytes 100-1000/1000",
    "bytes 100-999/999",
    "bytes 100-999/1001",
    "bytes 100-99/1000",
    "bytes */1000",
    "bytes 100-/1000",
    "bytes -900/1000",
    "bytes 100-999",
    "bytes=100-999/1000",
    "Bytes 100-999/1000",
    "items 100-999/1000",
    "100-999/1000",
    "bytes 100 - 999/1000",
    "bytes 100-999/1000 ",
    " bytes 100-999/1000",
    "bytes 1e2-999/1000",
    "bytes 0x64-999/1000",
    "bytes +100-999/1000",
    "bytes 100-999/1000, bytes 100-999/1000",
    "bytes 100-499/1000, bytes 500-999/1000",
    "bytes 00000000000000100-999/1000",
    "bytes 100-999/NaN",
    "bytes ١٠٠-999/1000",
  ])("continues nothing if it is invalid or of other bytes: %s", (header) => {
    expect(continuesAt(header, 100, 1000)).toBe(false);
  });
});

test("a refused Range is distinguished from other refusals", () => {
  expect([400, 403, 412, 416, 500, 501].map(refusesRange)).toEqual(Array(6).fill(true));
  expect([200, 206, 401, 404, 429, 503].map(refusesRange)).toEqual(Array(6).fill(false));
});

describe("the Range of an upload", () => {
  test.each([
    ["0-0", 0],
    ["0-1", 2],
    ["bytes=0-99", 100],
    ["bytes 0-99", 100],
  ])("proves the bytes that a registry has: %s", (header, bytes) => expect(uploadedBytes(header)).toBe(bytes));

  test.each([undefined, "", "0--1", "-99", "1-99", "0-99/100", "0-99, 0-199", "0-9x", "0 - 99", "bytes=0-", "x0-99"])(
    "proves nothing if it is invalid: %s",
    (header) => expect(uploadedBytes(header)).toBeUndefined(),
  );
});
