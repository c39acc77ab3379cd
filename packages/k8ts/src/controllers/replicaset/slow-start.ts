/**
 * Calls `make` up to `count` times, in batches that start with one and double: where creating fails (quota, admission),
 * few doomed calls are made. After a batch with a failure the rest is skipped. Never throws.
 */
export async function slowStart(
  count: number,
  make: () => Promise<void>,
): Promise<{ readonly successes: number; readonly error?: unknown }> {
  let successes = 0;
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(2 * batch, count - successes)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, make));
    const failure = results.find((result) => result.status === "rejected");
    successes += results.filter((result) => result.status === "fulfilled").length;
    if (failure) return { successes, error: failure.reason };
  }
  return { successes };
}
