import type { Transform } from "node:stream";
import { asOneWork } from "../../net/work.ts";
import { keyOf } from "../target/inspect.ts";
import type { Plan, Step } from "../target/plan.ts";
import { startComparisons } from "./compare-copied.ts";
import { type Copied, createDelivery, type DeliveryOptions } from "./deliver.ts";

export interface CopyOptions extends DeliveryOptions {
  /** Called for every completed step; a mount that the registry declined is reported as a copy. */
  readonly onDone: (step: Step, done: Step["kind"]) => void;
}

/**
 * Carries out the plan, but for the tags: every step as soon as those that it needs are done. Content whose pin the digests of its
 * blobs do not decide is compared with it on the way, before any manifest that refers to it is written. The first failure
 * stops the rest; nothing of what was written until then can be seen under a tag. Referrers are no part of a component version: one that
 * the source has lost, or the target refuses, is left.
 */
export async function copy(plan: Plan, options: CopyOptions, signal?: AbortSignal): Promise<Copied> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const underWay = (key: string) => done.get(key);
  const delivery = createDelivery(plan, { ...options, underWay }, stop);
  const run = async (step: Step, passing?: () => Transform) => {
    // A mount and the upload in its place are one piece of work, with one number of attempts.
    options.onDone(step, await asOneWork(() => delivery.perform(step, passing)));
  };
  const { done, compared } = startComparisons(plan, ({ comparable, blob, carrier, passing }) =>
    carrier === undefined ? delivery.drain(comparable.from, blob, passing) : run(carrier, passing),
  );
  const comparing = [...compared.values()].flat();
  for (const each of comparing) each.catch((error) => failure.abort(error));

  for (const step of plan.steps) {
    if (done.has(keyOf(step.placement))) continue;
    const { placement } = step;
    const needed = [
      ...step.needs.map((key) => done.get(key)),
      ...placement.needs.flatMap(({ digest }) => compared.get(digest) ?? []),
    ];
    const doing = (async () => {
      await Promise.all(needed);
      await run(step);
    })();
    doing.catch((error) => failure.abort(error));
    done.set(keyOf(placement), doing);
  }
  const results = await Promise.allSettled([...done.values(), ...comparing]);
  if (results.some(({ status }) => status === "rejected")) throw stop.reason;
  return delivery.copied();
}
