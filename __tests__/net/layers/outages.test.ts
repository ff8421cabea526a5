import { expect, test } from "@jest/globals";
import { createOutages } from "../../../src/net/layers/outages.ts";
import { MAX_OUTAGE_MS } from "../../../src/net/retryable.ts";

test("an outage is over after ten minutes of faults, or where the next wait would end later", () => {
  let now = 0;
  const outages = createOutages(() => now);
  expect(outages.isOver("a:443")).toBe(false);
  now = MAX_OUTAGE_MS;
  expect(outages.isOver("a:443")).toBe(false);
  expect(outages.isOver("a:443", 1)).toBe(true);
  now += 1;
  expect(outages.isOver("a:443")).toBe(true);
  expect(outages.isOver("b:443")).toBe(false);
});

test("an answer ends the outage of its host", () => {
  let now = 0;
  const outages = createOutages(() => now);
  outages.isOver("a:443");
  outages.isOver("b:443");
  now = MAX_OUTAGE_MS + 1;
  outages.end("a:443");
  expect([outages.isOver("a:443"), outages.isOver("b:443")]).toEqual([false, true]);
});
