/**
 * Full-jitter backoff: a uniformly random wait up to an exponentially growing bound, so that a thousand gateways that
 * lost one region do not come back at the same moment (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015).
 *
 * @param attempt 0 for the first wait.
 * @param random uniform in [0, 1).
 * @returns whole milliseconds, 0 to min(capMs, baseMs * 2^attempt).
 */
export function backoffMs(
  limits: { readonly baseMs: number; readonly capMs: number },
  attempt: number,
  random: number,
): number {
  const bound = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(bound * random);
}
