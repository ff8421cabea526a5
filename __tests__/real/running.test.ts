import { expect, test } from "@jest/globals";
import { uniqueAddress } from "../../testing/real/address.ts";
import { startProgram } from "../../testing/real/program.ts";
import { remember, stopEverything } from "../../testing/real/running.ts";

test("what was started last is stopped first, each once, whatever fails", async () => {
  const stopped: string[] = [];
  const first = remember(() => void stopped.push("first"));
  remember(() => {
    throw new Error("second would not stop");
  });
  remember(() => void stopped.push("third"));
  await first();
  await expect(stopEverything()).rejects.toThrow("second would not stop");
  await stopEverything();
  await first();
  expect(stopped).toEqual(["first", "third"]);
});

test("addresses are loopback and never given twice", () => {
  const addresses = Array.from({ length: 20 }, uniqueAddress);
  expect(new Set(addresses).size).toBe(20);
  for (const address of addresses) expect(address).toMatch(/^127\.\d+\.\d+\.\d+$/);
});

test("a program that ends before it serves says what it printed", async () => {
  const ready = async () => false;
  await expect(startProgram({ command: "sh", args: ["-c", "echo oh; exit 3"], ready })).rejects.toThrow(/exit 3\noh/);
  await expect(startProgram({ command: "no-such-program", args: [], ready })).rejects.toThrow("ENOENT");
});
