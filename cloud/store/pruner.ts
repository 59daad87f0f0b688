import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { Page, BatchId, PruneKey, Store } from "./store.ts";

/**
 * Deletes the bytes of batches that are older than `keepMs` and that every region holds (I46). Ages are measured in the
 * time that the region has run, so a clock that jumps deletes nothing. It deletes a few at a time, so that commits never
 * wait for long. Records stay for ever.
 */
export class Pruner {
  readonly #deps: PrunerDeps;
  readonly #keepMs: number;
  /** Up to this monotonic time the store knows that the region ran. */
  #notedMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: PrunerDeps, options: { keepMs: number }) {
    this.#deps = deps;
    this.#keepMs = options.keepMs;
    this.#notedMs = deps.clock.monotonicMs();
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.prune());
    }, EVERY_MS);
  }

  /** Resolves when the running round has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One round. {@link start} calls it regularly. */
  async prune(): Promise<void> {
    const nowMs = this.#deps.clock.monotonicMs();
    const ranMs = nowMs - this.#notedMs;
    let total = 0;
    let after: PruneKey | null = null;
    try {
      const until = await this.#deps.store.aged({ ranMs, keepMs: this.#keepMs });
      this.#notedMs = nowMs;
      while (until !== null) {
        if (this.#stopped) break;
        const page: Page<BatchId, PruneKey> = await this.#deps.store.prunable({ until, after, limit: STEP });
        const deletable = page.rows.filter(({ streamId, seq }) => this.#deps.heldEverywhere(streamId, seq));
        if (deletable.length > 0) total += await this.#deps.store.prune(deletable);
        if (page.next === null) break;
        after = page.next;
      }
    } catch (error) {
      if (!this.#stopped) this.#deps.onFailure(error);
      return;
    }
    if (total > 0) this.#deps.pruned(total);
  }
}

type PrunerDeps = {
  readonly store: Store;
  readonly clock: { monotonicMs(): number };
  /** Whether every region is known to hold the batch. Otherwise its bytes are kept for the others. */
  readonly heldEverywhere: (streamId: StreamId, seq: Seq) => boolean;
  readonly pruned: (batches: number) => void;
  readonly onFailure: (error: unknown) => void;
};

const EVERY_MS = 30_000;
/** About 4 MiB: a few milliseconds of deleting between two commits. */
const STEP = 64;
