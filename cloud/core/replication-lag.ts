import { contains } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";

/**
 * How many of the batches that this region committed first each peer lacks, and for how long. It keeps the batches in
 * the order of their commits, and for each peer the place up to which the peer holds them.
 *
 * The place stops at the first batch that the peer does not hold, so a delay is never measured too short. Memory is
 * bounded: beyond `LOG_MAX` batches, the oldest are forgotten.
 */
export class ReplicationLag {
  readonly #log: Committed[] = [];
  /** How many entries were dropped from the front. */
  #dropped = 0;
  readonly #places = new Map<RegionId, number>();

  /** From now on these are the peers. A new peer does not count as behind with earlier commits. */
  setPeers(peers: readonly RegionId[]): void {
    for (const peer of this.#places.keys()) if (!peers.includes(peer)) this.#places.delete(peer);
    const end = this.#dropped + this.#log.length;
    for (const peer of peers) if (!this.#places.has(peer)) this.#places.set(peer, end);
  }

  committed(batches: readonly { readonly streamId: StreamId; readonly seq: Seq }[], atMs: number): void {
    if (this.#places.size === 0) return;
    for (const { streamId, seq } of batches) this.#log.push({ streamId, seq, atMs });
    this.#dropFront(Math.max(0, this.#log.length - LOG_MAX));
  }

  /** The peer has claimed something. @returns the delays of the batches that it holds now, in milliseconds. */
  held(peer: RegionId, holds: (streamId: StreamId) => Have, nowMs: number): readonly number[] {
    const delays: number[] = [];
    let place = this.#place(peer);
    for (; place - this.#dropped < this.#log.length; place++) {
      const { streamId, seq, atMs } = this.#log[place - this.#dropped]!;
      if (!contains(holds(streamId), seq)) break;
      delays.push(nowMs - atMs);
    }
    this.#places.set(peer, place);
    if (delays.length > 0) this.#dropFront(Math.min(...this.#places.values()) - this.#dropped);
    return delays;
  }

  of(peer: RegionId, nowMs: number): { readonly behindBatches: number; readonly behindMs: number | null } {
    const oldest = this.#log[this.#place(peer) - this.#dropped];
    const behindBatches = this.#log.length + this.#dropped - this.#place(peer);
    return { behindBatches, behindMs: oldest === undefined ? null : nowMs - oldest.atMs };
  }

  #place(peer: RegionId): number {
    return Math.max(this.#places.get(peer) ?? 0, this.#dropped);
  }

  /** Drops in large steps, because each drop moves the rest of the array. */
  #dropFront(count: number): void {
    if (count < DROP_STEP && this.#log.length < LOG_MAX) return;
    if (count <= 0) return;
    this.#log.splice(0, count);
    this.#dropped += count;
  }
}

type Committed = { readonly streamId: StreamId; readonly seq: Seq; readonly atMs: number };

const LOG_MAX = 100_000;
const DROP_STEP = 1_000;
