import { describe, expect, test } from "@jest/globals";
import {
  asOneWork,
  countRepetition,
  currentRetryPolicy,
  keepOneAttempt,
  takeRepetition,
  withRetryPolicy,
} from "../../src/net/work.ts";

describe("a piece of work with three attempts", () => {
  const take = async () => takeRepetition(3);

  test("has two repetitions, whichever part of it takes them", async () => {
    const taken = await asOneWork(async () => [await take(), await asOneWork(take), await asOneWork(take)]);
    expect(taken).toEqual([1, 2, undefined]);
  });

  test("leaves the last one for an alternative", async () => {
    const taken = await asOneWork(async () => {
      const optional = await keepOneAttempt(async () => [await take(), await take()]);
      return [...optional, await take(), await take()];
    });
    expect(taken).toEqual([1, undefined, 2, undefined]);
  });

  test("counts the alternative as a repetition", async () => {
    const taken = await asOneWork(async () => {
      countRepetition();
      return [await take(), await take()];
    });
    expect(taken).toEqual([2, undefined]);
  });

  test("shares no repetitions with other work at the same time", async () => {
    const work = () => asOneWork(async () => [await take(), await take(), await take()]);
    expect(await Promise.all([work(), work()])).toEqual(Array(2).fill([1, 2, undefined]));
  });
});

test("outside of any work nothing is repeated", () => {
  expect(takeRepetition(3)).toBeUndefined();
});

test("a retry policy holds for the requests of its work alone", async () => {
  const policy = { timeout: 1, attempts: 1 };
  const started = Promise.withResolvers<void>();
  const seen = withRetryPolicy(policy, async () => {
    await started.promise;
    return currentRetryPolicy();
  });
  expect(currentRetryPolicy()).toBeUndefined();
  started.resolve();
  expect(await seen).toBe(policy);
});
