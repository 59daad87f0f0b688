import type { PublishPacket } from "aedes";
import { payloadOf, publishPacket } from "./packets.ts";
import type { KeptWill, WillStore } from "./will-store.ts";

/**
 * The wills of clients that were connected when the last process ended without saying goodbye to them: their connections
 * broke without a DISCONNECT, and the wills are published when the next process begins. A will with a delay waits for it
 * once more, and its client can still come back and revoke it.
 */
export class LeftWills {
  readonly #wills: WillStore;
  readonly #publish: (will: LeftWill) => Promise<void>;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wills: WillStore, publish: (will: LeftWill) => Promise<void>) {
    this.#wills = wills;
    this.#publish = publish;
  }

  /**
   * Offers those that are due, all before it returns. It does not wait until they are on disk: a disk that is full would
   * keep the gateway from what makes room on it.
   */
  publish(): void {
    for (const kept of this.#wills.all()) {
      if (kept.will.delayS === 0) void this.#publishOne(kept);
      else this.#publishLater(kept, kept.will.delayS * 1000);
    }
  }

  /** Those that still wait do so in the next process. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** In parts: a longer time than a timer can have would be none. */
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
    // Revoked or replaced: its client was here again.
    if (this.#wills.get(client) !== kept) return;
    const { payload, ...rest } = publishPacket(kept.will);
    await this.#publish({
      client,
      user: user ?? undefined,
      packet: { ...rest, payload: Buffer.from(payloadOf(payload)) },
    });
    if (this.#wills.get(client) === kept) this.#wills.drop(client);
  }
}

/** @property user by which name its client came in. */
export type LeftWill = { readonly client: string; readonly user: string | undefined; readonly packet: PublishPacket };

/** 24.8 days. */
const TIMER_MAX_MS = 2 ** 31 - 1;
