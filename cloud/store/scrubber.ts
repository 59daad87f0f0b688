import { setTimeout as delay } from "node:timers/promises";

import { Fault } from "../../proto/core/fault.ts";
import type { ScrubPage, Store } from "./store.ts";

/**
 * Walks over all rows of the region again and again, so that damage on the disk is found and repaired before an answer
 * needs the row (I43, I44). A walk begins with the region, then an hour after the end of the last one, and at once when an
 * answer has met a damaged row.
 *
 * A step reads 500 rows, or applies one batch again. With the pause after each step a walk takes about a tenth of the
 * store's time: an hour for 80 million rows or for 150,000 batches with bytes.
 */
export class Scrubber {
  readonly #deps: ScrubberDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #repaired = 0;
  #walks = 0;
  #isReadable = true;

  constructor(deps: ScrubberDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The rows that were repaired since the start. */
  get repaired(): number {
    return this.#repaired;
  }

  /** The walks that have ended since the start. */
  get walks(): number {
    return this.#walks;
  }

  /** Whether the last walk could read every page of the file. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let known = 0;
    while (!signal.aborted) {
      try {
        await this.#walk();
        known = await this.#deps.store.damaged();
        for (let waitedMs = 0; waitedMs < EVERY_MS && !signal.aborted; waitedMs += LOOK_MS) {
          await this.#pause(LOOK_MS);
          if (!signal.aborted && (await this.#deps.store.damaged()) > known) break;
        }
      } catch (error) {
        if (signal.aborted) return;
        // What can be read is still answered, so the region goes on. A commit that fails ends it.
        if (!(error instanceof Fault) || error.code !== "storage_corrupt") return this.#deps.onFault(error);
        this.#isReadable = false;
        this.#deps.unreadable(error);
        await this.#pause(EVERY_MS);
      }
    }
  }

  async #walk(): Promise<void> {
    for (let after = BEGINNING; ;) {
      const page = await this.#deps.store.scrub(after);
      this.#repaired += page.repaired.length + page.hidden;
      if (page.found.length + page.repaired.length + page.hidden > 0) this.#deps.found(page);
      if (page.next.length === 0) break;
      after = page.next;
      await this.#pause(PAUSE_MS);
      if (this.#stop.signal.aborted) return;
    }
    this.#walks += 1;
    this.#isReadable = true;
    this.#deps.walked(await this.#deps.store.damaged());
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }
}

type ScrubberDeps = {
  readonly store: Pick<Store, "scrub" | "damaged">;
  /** A step found or repaired rows. */
  readonly found: (page: ScrubPage) => void;
  /** A walk has ended; so many rows are damaged. */
  readonly walked: (damaged: number) => void;
  /** A page of the file cannot be read at all. */
  readonly unreadable: (fault: Fault) => void;
  readonly onFault: (fault: unknown) => void;
};

const BEGINNING: Uint8Array = new Uint8Array(0);
const PAUSE_MS = 20;
const EVERY_MS = 3_600_000;
const LOOK_MS = 5_000;
