import { describe, expect, test } from "@jest/globals";
import { conceal, printable, printableUrl } from "../../src/text/redact.ts";

describe("URLs", () => {
  test.each([
    ["https://ghcr.io/v2/", "https://ghcr.io/v2/"],
    ["https://user:s3cret@ghcr.io/v2/", "https://ghcr.io/v2/"],
    ["https://s3cret@ghcr.io/v2/#s3cret", "https://ghcr.io/v2/"],
    [
      "https://ghcr.io/token?scope=repository:a/b:pull&service=ghcr.io&account=s3cret",
      "https://ghcr.io/token?scope=repository:a/b:pull&service=ghcr.io&account=***",
    ],
    [
      "https://ghcr.io/v2/a/blobs/uploads/?mount=sha256:00&from=a/b",
      "https://ghcr.io/v2/a/blobs/uploads/?mount=sha256:00&from=a/b",
    ],
    [
      "https://ghcr.io/v2/a/blobs/uploads/1?_state=s3cret&digest=sha256:00",
      "https://ghcr.io/v2/a/blobs/uploads/1?_state=***&digest=sha256:00",
    ],
    ["https://ghcr.io/v2/a/tags/list?n=10&last=x", "https://ghcr.io/v2/a/tags/list?n=10&last=x"],
    [
      "https://cdn.test/sha256/00?X-Amz-Signature=s3cret&sig=s3cret&se=2026&SCOPE=s3cret",
      "https://cdn.test/sha256/00?X-Amz-Signature=***&sig=***&se=***&SCOPE=***",
    ],
    ["https://ghcr.io/a?scope=%0A::error::x", "https://ghcr.io/a?scope= : :error: :x"],
  ])("%s", (url, expected) => {
    expect(printableUrl(url)).toBe(expected);
    expect(printableUrl(new URL(url))).toBe(expected);
  });

  test.each([
    ["//user:s3cret@ghcr.io/a?b=s3cret", "//***@ghcr.io/a?***"],
    ["http://[bad/?token=s3cret", "http://[bad/?***"],
    ["http://user:s3cret@[bad/#s3cret\ns3cret", "http://***@[bad/?***"],
  ])("what is none is cut to what cannot be secret: %s", (url, expected) => {
    expect(printableUrl(url)).toBe(expected);
  });
});

describe("foreign text", () => {
  test.each([
    ["plain text", "plain text"],
    ["  on\r\none\tline\u2028only\u0085 ", "on one line only"],
    ["\u001b[31mred\u001b[0m\u001b[1;2Hmoved", "redmoved"],
    ["bell\u0007, nothing\u0000, delete\u007f.", "bell , nothing , delete ."],
    ["abc\u202edcba\u202c.", "abc dcba ."],
    ["a\u200bb\u2060c\ufeffd\u00ade", "a b c d e"],
    ["tag\u{e0041}\u{e007f}s, fillers\u3164\u115f, joined\u034f", "tag s, fillers , joined"],
    ["half\ud800 a pair, private\ue000 use", "half  a pair, private  use"],
    ["Grüße, 你好, नमस्ते, 🚢", "Grüße, 你好, नमस्ते, 🚢"],
    [":\u200b:error\u2060::", ": :error : :"],
    ["\u2066x\u2069y\u200fz\u200e", "x y z"],
    ["\u061cx", "x"],
    ["::error::no", ": :error: :no"],
    [":::error::no", ": : :error: :no"],
    ["::::", ": : : :"],
    ["[2001:db8::1]:443 and [::1]::error::", "[2001:db8::1]:443 and [::1]: :error: :"],
    ["[::set-env]", "[: :set-env]"],
    ["localhost,127.0.0.1,::1 (always)", "localhost,127.0.0.1,::1 (always)"],
    ["::1,::1,::error::no,::", ": :1,::1,: :error: :no,::"],
    [":\u001b[0m:set-env name=a::b", ": :set-env name=a: :b"],
    ["##[error]no", "# #[error]no"],
    ["###[group]", "## #[group]"],
    ["a:b", "a:b"],
    ["authorization: Bearer abcdef0123456789._~+/=-", "authorization: Bearer ***"],
    ["proxy said Basic dXNlcjpwYXNz", "proxy said Basic ***"],
    ["a basic need", "a basic need"],
    ['{"error":"\\nBearer abcdef0123456789"}', '{"error":"\\nBearer ***"}'],
    ["access_token=abc&refresh_token=abc", "access_token=***&refresh_token=***"],
    [`\\nghp_${"a1B2".repeat(9)}`, "\\n***"],
    ["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "***"],
    ["x eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0. y", "x *** y"],
    ["jwt-eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "jwt-***"],
    ["eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "***"],
    ["half of a token: eyJhbGciOiJub25lIn0", "half of a token: ***"],
    ["?sig=abc%2B&se=1", "?sig=***&se=1"],
    ["token=abc password=abc secret=abc signature=abc", "token=*** password=*** secret=*** signature=***"],
    ["X-Amz-Credential=AKIA/x&X-Amz-Date=2026", "X-Amz-Credential=***&X-Amz-Date=***"],
    ["see http://user:s3cret@proxy:3128/", "see http://***@proxy:3128/"],
    ["see ghcr.io//acme.org/shop:1@sha256:00", "see ghcr.io//acme.org/shop:1@sha256:00"],
    [`ghp_${"a1B2".repeat(9)}`, "***"],
    [`ghs_${"a1B2".repeat(9)} github_pat_11ABC_${"x".repeat(30)} glpat-${"y".repeat(20)}`, "*** *** ***"],
  ])("%j", (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test("shows no secret that is interrupted by a terminal sequence or a line break", () => {
    conceal("concealed-secret");
    conceal("two\nlines-of-one");
    expect(printable("a concealed-\u001b[0msecret, and two\nlines-of-one")).toBe("a ***, and ***");
  });

  test("is truncated to the maximum length", () => {
    expect(printable("x".repeat(600))).toBe(`${"x".repeat(500)}…`);
    expect(printable("x".repeat(500))).toBe("x".repeat(500));
    expect(printable("abcdef", 3)).toBe("abc…");
  });

  test("is not searched beyond the part that can be printed", () => {
    expect(printable(`${"\u0000".repeat(1_000_000)}unread`)).toBe("…");
    expect(printable(`x ${"-eyJ".repeat(1_000_000)}`)).toBe("x -***…");
  });

  test("never shows a part of a secret at the point of truncation", () => {
    conceal("c0ncealed-secret");
    for (const before of [490, 495, 500, 16_380, 16_384]) {
      expect(printable(`${" ".repeat(before)}c0ncealed-secret`, 20_000)).not.toMatch(/c0nc|secret/);
    }
  });

  test("never shows a truncated token", () => {
    expect(printable(`token=${"s3cret".repeat(100)}`, 20)).toBe("token=***");
  });
});
