import { Transform } from "node:stream";
import { PhaseError } from "../hop.ts";

/**
 * Passes the body of an upload on and fails it when nothing moved for `timeout` milliseconds, whichever side is to blame: the source
 * that sends nothing, or the target that takes nothing. How long the target may think when it has everything is another matter.
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
