import { expect, test } from "@jest/globals";
import { createRetryAfterGate } from "../../../src/net/layers/retry-after-gate.ts";

test("a host that asks for rest gets it, and others are not kept", async () => {
  const rest = createRetryAfterGate();
  rest.extend("a.test:443", 300);
  const started = performance.now();
  const order: string[] = [];
  const wait = (host: string) => rest.until(host).then(() => order.push(host));
  await Promise.all([wait("a.test:443"), wait("b.test:443")]);
  expect(performance.now() - started).toBeGreaterThan(280);
  expect(order).toEqual(["b.test:443", "a.test:443"]);
});

test("a shorter wish does not end a longer one, and a longer one reaches who waits", async () => {
  const rest = createRetryAfterGate();
  const started = performance.now();
  rest.extend("a.test:443", 100);
  const waiting = rest.until("a.test:443");
  rest.extend("a.test:443", 300);
  rest.extend("a.test:443", 10);
  await waiting;
  expect(performance.now() - started).toBeGreaterThan(280);
});

test("waiting can be called off", async () => {
  const rest = createRetryAfterGate();
  rest.extend("a.test:443", 60_000);
  const stop = new AbortController();
  const waiting = rest.until("a.test:443", stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
