/** The pace of commits in the last seconds: messages per second, and how long a message waited for its fsync. */
export type CommitPace = {
  readonly messagesPerSecond: number;
  /** Median and 99th percentile of the wait, by message, in milliseconds; null when there was no commit. */
  readonly waitP50Ms: number | null;
  readonly waitP99Ms: number | null;
};

type Commit = { readonly atMs: number; readonly messages: number; readonly waitMs: number };

/** The commits of the last three seconds, or the last 4,096 commits if there were more. */
export class RecentCommits {
  readonly #commits: Commit[] = [];

  add(commit: Commit): void {
    this.#commits.push(commit);
    if (this.#commits.length > 2 * COMMITS_KEPT) this.#commits.splice(0, COMMITS_KEPT);
  }

  /** @param atMs monotonic, as in {@link add}. */
  pace(atMs: number): CommitPace {
    const since = this.#commits.findIndex((commit) => commit.atMs > atMs - LOOK_BACK_MS);
    const recent = since < 0 ? [] : this.#commits.slice(since);
    const messages = recent.reduce((sum, commit) => sum + commit.messages, 0);
    const spanMs = since === 0 && recent.length > COMMITS_KEPT ? atMs - recent[0]!.atMs : LOOK_BACK_MS;
    const byWait = recent.toSorted((a, b) => a.waitMs - b.waitMs);
    return {
      messagesPerSecond: (messages / spanMs) * 1000,
      waitP50Ms: quantile(byWait, messages * 0.5),
      waitP99Ms: quantile(byWait, messages * 0.99),
    };
  }
}

function quantile(byWait: readonly Commit[], rank: number): number | null {
  let passed = 0;
  for (const commit of byWait) {
    passed += commit.messages;
    if (passed >= rank) return commit.waitMs;
  }
  return null;
}

const LOOK_BACK_MS = 3000;
const COMMITS_KEPT = 4096;
