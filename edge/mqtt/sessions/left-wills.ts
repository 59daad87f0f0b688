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
      else setTimeout(() => void this.#publishOne(kept), kept.will.delayS * 1000).unref();
    }
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
