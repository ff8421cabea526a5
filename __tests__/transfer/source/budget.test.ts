import { describe, expect, test } from "@jest/globals";
import { createBudget } from "../../../src/transfer/source/budget.ts";

const error = new Error("too many");
const open = (signal?: AbortSignal) => createBudget({ max: 10, concurrency: 2, error }, signal);

describe("a budget", () => {
  test("is spent by what is taken, and stays spent", () => {
    const budget = open();
    budget.take(10);
    expect(() => budget.take(1)).toThrow(error);
    expect(() => budget.take(0)).toThrow(error);
  });

  test("lets so many read at once, and the next one when another has failed", async () => {
    const budget = open();
    let [now, most] = [0, 0];
    const two = Promise.withResolvers<void>();
    const work = async (index: number) => {
      most = Math.max(most, ++now);
      if (now === 2) two.resolve();
      await two.promise;
      now--;
      if (index === 0) throw error;
      return index;
    };
    const results = await Promise.allSettled([0, 1, 2, 3].map((index) => budget.read(() => work(index))));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(most).toBe(2);
  });

  test("V7: leaves room for signals between artifacts that are in memory", async () => {
    const stopping = new AbortController();
    const budget = open(stopping.signal);
    let done = 0;
    const reading = Array.from({ length: 1000 }, () => budget.read(async () => ++done));
    setImmediate(() => stopping.abort(new Error("stopped")));
    const results = await Promise.allSettled(reading);
    expect(results.at(-1)).toMatchObject({ status: "rejected" });
    expect(done).toBeLessThan(10);
  });
});
