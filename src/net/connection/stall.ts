import { Transform } from "node:stream";
import { PhaseError } from "../hop.ts";

/**
 * Passes the body of an upload on, and fails it when no byte moved for `timeout` milliseconds: the source sends nothing, or the target
 * takes nothing. The time for the answer of the target is limited elsewhere.
 */
export function stallGuard(timeout: number): Transform {
  const stalled = () =>
    guard.destroy(new PhaseError("body", `nothing was sent for ${timeout / 1000} s`, { timedOut: true }));
  const timer = setTimeout(stalled, timeout).unref();
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      done(null, chunk);
    },
    flush(done) {
      clearTimeout(timer);
      done();
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  return guard;
}
