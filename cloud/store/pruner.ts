import type { Store } from "./store.ts";

/**
 * Deletes the bytes of batches that are older than `keepMs`, a few at a time, so that commits never wait for long.
 * Records stay for ever; the bytes are what peers and audits read, and what a fork is recognised by.
 */
export class Pruner {
  readonly #deps: PrunerDeps;
  readonly #keepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: PrunerDeps, options: { keepMs: number }) {
    this.#deps = deps;
    this.#keepMs = options.keepMs;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#prune());
    }, EVERY_MS);
  }

  /** Resolves when the step that is running has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #prune(): Promise<void> {
    const receivedBeforeMs = this.#deps.clock.nowMs() - this.#keepMs;
    let total = 0;
    try {
      for (;;) {
        if (this.#stopped) break;
        const pruned = await this.#deps.store.prune({ receivedBeforeMs, limit: STEP });
        total += pruned;
        if (pruned < STEP) break;
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
  readonly clock: { nowMs(): number };
  readonly pruned: (batches: number) => void;
  readonly onFailure: (error: unknown) => void;
};

const EVERY_MS = 30_000;
/** About 4 MiB: a few milliseconds of deleting between two commits. */
const STEP = 64;
