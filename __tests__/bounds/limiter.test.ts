import { expect, test } from "@jest/globals";
import { createLimiter } from "../../src/bounds/limiter.ts";

/** Notes who got a slot, in order. */
function record(limiter: ReturnType<typeof createLimiter>) {
  const order: string[] = [];
  const acquire = (name: string, key = "host", signal?: AbortSignal) =>
    limiter.acquire(key, signal).then((release) => {
      order.push(name);
      return release;
    });
  return { order, acquire };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

test("waiting callers are served in order", async () => {
  const { order, acquire } = record(createLimiter(2));
  const slots = ["a", "b", "c", "d", "e"].map((name) => acquire(name));
  await turns();
  expect(order).toEqual(["a", "b"]);
  (await slots[1])?.();
  await turns();
  expect(order).toEqual(["a", "b", "c"]);
  (await slots[0])?.();
  (await slots[2])?.();
  await turns();
  expect(order).toEqual(["a", "b", "c", "d", "e"]);
});

test("keys do not wait for each other", async () => {
  const { order, acquire } = record(createLimiter(1));
  await acquire("a", "one");
  await acquire("b", "other");
  expect(order).toEqual(["a", "b"]);
});

test("a slot that is released twice counts once", async () => {
  const { order, acquire } = record(createLimiter(1));
  const release = await acquire("a");
  void acquire("b");
  void acquire("c");
  release();
  release();
  await turns();
  expect(order).toEqual(["a", "b"]);
});

test("a caller that aborts while waiting neither receives nor blocks a slot", async () => {
  const { order, acquire } = record(createLimiter(1));
  const release = await acquire("a");
  const giveUp = new AbortController();
  const given = acquire("b", "host", giveUp.signal);
  void acquire("c");
  giveUp.abort(new Error("enough"));
  await expect(given).rejects.toThrow("enough");
  release();
  await turns();
  expect(order).toEqual(["a", "c"]);
});

test("a caller with an aborted signal fails at once", async () => {
  const limiter = createLimiter(1);
  await expect(limiter.acquire("host", AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  await expect(limiter.acquire("host")).resolves.toBeInstanceOf(Function);
});

test("an abort after the slot was acquired does not affect others", async () => {
  const { order, acquire } = record(createLimiter(1));
  const release = await acquire("a");
  const late = new AbortController();
  const second = acquire("b", "host", late.signal);
  void acquire("c");
  release();
  const releaseSecond = await second;
  late.abort();
  await turns();
  expect(order).toEqual(["a", "b"]);
  releaseSecond();
  await turns();
  expect(order).toEqual(["a", "b", "c"]);
});
