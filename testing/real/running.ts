type Stop = () => Promise<void> | void;

const stops: Stop[] = [];

/** Whatever a test starts is remembered here, and returned as a function that stops it at most once. */
export function remember(stop: Stop): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const once: () => Promise<void> = () => {
    stopped ??= Promise.resolve(stop());
    return stopped;
  };
  stops.push(once);
  return once;
}

/** For `afterEach` or `afterAll`: stops everything this test file still has running, last started first. */
export async function stopEverything(): Promise<void> {
  const failures: unknown[] = [];
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
    try {
      await stop();
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw failures[0];
}
