import type { StoredWill } from "./session-protocol.ts";
import type { SessionWriter } from "./session-writer.ts";

/**
 * The wills of connected clients, and of clients that were connected when the last process died. Wills that the last process
 * left are due, because the connections of their clients broke without a DISCONNECT.
 */
export class WillStore {
  readonly #writer: Pick<SessionWriter, "write">;
  readonly #wills = new Map<string, KeptWill>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(writer: Pick<SessionWriter, "write">, limits: { bytes: number }) {
    this.#writer = writer;
    this.#maxBytes = limits.bytes;
  }

  /** Restores the wills that were on disk at the start. */
  restore(image: readonly StoredWill[]): void {
    for (const will of image) this.#keep({ will, packet: undefined });
  }

  /** Whether there is room for this will. */
  hasRoomFor(will: { client: string; bytes: number }): boolean {
    const before = this.#wills.get(will.client);
    return this.#bytes - (before === undefined ? 0 : bytesOf(before.will)) + will.bytes + WILL_BYTES <= this.#maxBytes;
  }

  /** @param packet returned later instead of a packet made from `will`, as long as this process lives. */
  put(will: StoredWill, packet?: object): void {
    this.#forget(will.client);
    this.#keep({ will, packet });
    this.#writer.write({ op: "will", will }, will.payload.length);
  }

  get(client: string): KeptWill | undefined {
    return this.#wills.get(client);
  }

  /** @returns the will, if there was one. */
  drop(client: string): KeptWill | undefined {
    const will = this.#forget(client);
    if (will !== undefined) this.#writer.write({ op: "will_done", client });
    return will;
  }

  all(): readonly KeptWill[] {
    return [...this.#wills.values()];
  }

  #keep(kept: KeptWill): void {
    this.#wills.set(kept.will.client, kept);
    this.#bytes += bytesOf(kept.will);
  }

  #forget(client: string): KeptWill | undefined {
    const kept = this.#wills.get(client);
    if (kept === undefined) return undefined;
    this.#wills.delete(client);
    this.#bytes -= bytesOf(kept.will);
    return kept;
  }
}

/** `packet` is the one that aedes passed, as long as its process lives. */
export type KeptWill = { readonly will: StoredWill; readonly packet: object | undefined };

function bytesOf(will: StoredWill): number {
  return will.topic.length + will.payload.length + (will.properties?.length ?? 0) + WILL_BYTES;
}

const WILL_BYTES = 300;
