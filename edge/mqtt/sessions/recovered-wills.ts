import type { PublishPacket } from "../../core/mqtt/packets.ts";
import { publishOfStored } from "./stored-messages.ts";
import type { KeptWill, WillStore } from "./will-store.ts";

/**
 * Publishes the wills of clients that were connected when the last process died. Their connections broke without a
 * DISCONNECT, so their wills are due when the next process starts. The delay of a will starts again. Until it is over, its
 * client can come back and revoke the will.
 */
export class RecoveredWills {
  readonly #wills: WillStore;
  readonly #publish: (will: RecoveredWill) => Promise<void>;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wills: WillStore, publish: (will: RecoveredWill) => Promise<void>) {
    this.#wills = wills;
    this.#publish = publish;
  }

  /**
   * Offers the wills without a delay, all before it returns. It does not wait until they are on disk: while a disk is full,
   * waiting would keep the gateway from the work that makes room on it.
   */
  publish(): void {
    for (const kept of this.#wills.all()) {
      if (kept.will.delayS === 0) void this.#publishOne(kept);
      else this.#publishLater(kept, kept.will.delayS * 1000);
    }
  }

  /** Wills that still wait are published by the next process. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Waits in parts, because the time of a timer is limited. */
  #publishLater(kept: KeptWill, delayMs: number): void {
    const partMs = Math.min(delayMs, TIMER_MAX_MS);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (delayMs > partMs) this.#publishLater(kept, delayMs - partMs);
      else void this.#publishOne(kept);
    }, partMs);
    timer.unref();
    this.#timers.add(timer);
  }

  async #publishOne(kept: KeptWill): Promise<void> {
    const { client, user } = kept.will;
    // It was revoked or replaced: its client came back.
    if (this.#wills.get(client) !== kept) return;
    await this.#publish({ client, user: user ?? undefined, message: publishOfStored(kept.will) });
    if (this.#wills.get(client) === kept) this.#wills.drop(client);
  }
}

/** @property user the user name that its client gave. */
export type RecoveredWill = {
  readonly client: string;
  readonly user: string | undefined;
  readonly message: PublishPacket;
};

/** 24.8 days. */
const TIMER_MAX_MS = 2 ** 31 - 1;
