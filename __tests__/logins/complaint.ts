/** What `parse` throws, as everything a user may see of it. */
export function complaint(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return JSON.stringify({ ...(error as object), message: String(error) });
  }
  throw new Error("nothing was thrown");
}

/** The same of a promise. */
export async function complaintOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return complaint(() => {
    if (error !== undefined) throw error;
  });
}
