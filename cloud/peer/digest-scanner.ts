import { setTimeout as delay } from "node:timers/promises";

import { DayDigests, differingDays } from "../core/day-digests.ts";
import type { DayDigest, Walks } from "../core/day-digests.ts";
import type { Store } from "../store/store.ts";

/**
 * Walks over all rows of the region again and again, slowly. It sends the digests to the peers, and compares them with
 * theirs. A difference is an alarm (I15): both regions hold the same batches, and their answers differ.
 */
export class DigestScanner {
  readonly #deps: DigestScannerDeps;
  readonly #options: DigestScannerOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #ours: Walks | undefined;
  readonly #theirs = new Map<string, Walks>();
  readonly #differing = new Map<string, readonly number[]>();

  constructor(deps: DigestScannerDeps, options: DigestScannerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The digests of the last walk; null before the end of the first one. */
  get last(): readonly DayDigest[] | null {
    return this.#ours?.last.all ?? null;
  }

  /** The settled days on which the rows of a peer differ from those of this region, by peer. */
  get differing(): ReadonlyMap<string, readonly number[]> {
    return this.#differing;
  }

  /** A peer walked over its rows. */
  heard(peer: string, digests: readonly DayDigest[]): void {
    this.#theirs.set(peer, next(this.#theirs.get(peer), DayDigests.of(digests)));
    this.#compare(peer);
  }

  /** Forgets the regions that are no longer peers. */
  forget(isPeer: (region: string) => boolean): void {
    for (const known of [this.#theirs, this.#differing]) {
      for (const peer of known.keys()) if (!isPeer(peer)) known.delete(peer);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (!signal.aborted) {
        const found = await this.#walk();
        if (found !== null) {
          this.#ours = next(this.#ours, found);
          this.#deps.onWalked(found.all);
          for (const peer of this.#theirs.keys()) this.#compare(peer);
        }
        await delay(this.#options.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } catch (error) {
      if (!signal.aborted) this.#deps.onFault(error);
    }
  }

  async #walk(): Promise<DayDigests | null> {
    const { signal } = this.#stop;
    const found = new DayDigests();
    for (let after = BEGINNING; ;) {
      const page = await this.#deps.store.digests(after);
      for (const digest of page.digests) found.add(digest);
      if (page.next.length === 0) return found;
      after = page.next;
      await delay(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return null;
    }
  }

  #compare(peer: string): void {
    const [ours, theirs] = [this.#ours, this.#theirs.get(peer)];
    if (ours === undefined || theirs === undefined) return;
    const { settledMs } = this.#options;
    const days = differingDays(ours, theirs, { nowMs: this.#deps.clock.nowMs(), settledMs });
    const before = this.#differing.get(peer) ?? [];
    this.#differing.set(peer, days);
    if (days.join() !== before.join()) this.#deps.onDiffers(peer, days);
  }
}

export type DigestScannerDeps = {
  readonly store: Pick<Store, "digests">;
  readonly clock: { nowMs(): number };
  /** A walk is complete. */
  readonly onWalked: (digests: readonly DayDigest[]) => void;
  /** The days on which a peer differs have changed. An empty list: it agrees again. */
  readonly onDiffers: (peer: string, days: readonly number[]) => void;
  readonly onFault: (fault: unknown) => void;
};

export type DigestScannerOptions = {
  /** The pause between two walks. */
  readonly everyMs: number;
  /** How long after its end a day counts as settled. */
  readonly settledMs: number;
};

const BEGINNING: Uint8Array = new Uint8Array(0);
/** The pause between two pages of 500 rows. With it the walk takes about a tenth of the store's time. */
const PAUSE_MS = 20;

function next(walks: Walks | undefined, last: DayDigests): Walks {
  return { before: walks?.last ?? null, last };
}
