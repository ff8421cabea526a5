import { describe, expect, test } from "@jest/globals";
import { parseKeyValueFile, parseWorkflowCommands } from "../../testing/real/runner-files.ts";

describe("the runner's files", () => {
  test("hold values on one line and on several", () => {
    const text = "a=1=2\n\nb<<EOF\none\r\n\ntwo=2\nEOF\nc<<E=F\nx<<y\nE=F\nd=<<EOF\n";
    expect(parseKeyValueFile(text)).toEqual({ a: "1=2", b: "one\r\n\ntwo=2", c: "x<<y", d: "<<EOF" });
    expect(parseKeyValueFile("e<<EOF\nEOF")).toEqual({ e: "" });
    expect(parseKeyValueFile("")).toEqual({});
  });

  test.each([
    ["no sign", "Invalid format 'no sign'"],
    ["=x", "Name must not be empty"],
    ["a<<EOF\nb", "Matching delimiter not found 'EOF'"],
    ["a<<\nb", "must not be empty"],
  ])("are refused as the runner refuses them: %j", (text, message) => {
    expect(() => parseKeyValueFile(text)).toThrow(message);
  });
});

test("workflow commands are unescaped", () => {
  const stdout = "hello\n::add-mask::a%25b\n::error title=T%3A 1%2C2,file=f::one%0Atwo: :three\n not::this::one\n";
  expect(parseWorkflowCommands(stdout)).toEqual([
    { command: "add-mask", properties: {}, message: "a%b" },
    { command: "error", properties: { title: "T: 1,2", file: "f" }, message: "one\ntwo: :three" },
  ]);
});
