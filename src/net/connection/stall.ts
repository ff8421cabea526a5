import { Transform } from "node:stream";
import { PhaseError } from "../hop.ts";

/**
 * Passes the body of an upload on, and fails it when the target takes none of it for `timeout` milliseconds. The time for its answer is
 * limited elsewhere, and so is that of a source that sends nothing: it may be about to continue on another connection.
 */
export function stallGuard(timeout: number): Transform {
  const stalled = () => {
    if (guard.readableLength === 0) timer.refresh();
    else guard.destroy(new PhaseError("body", `nothing was sent for ${timeout / 1000} s`, { timedOut: true }));
  };
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
