import { EMPTY_HAVE, insert } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { toSeq } from "../../proto/core/ids.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { StreamRanges } from "../../proto/wire/peer-messages.ts";

/**
 * Batches that this region has requested and that have not arrived. A batch is requested from one peer at a time; when
 * it is late, from another one.
 */
export class WantedBatches {
  readonly #byStream = new Map<StreamId, Map<Seq, Asked>>();
  readonly #perLink = new Map<number, number>();

  set(streamId: StreamId): Have {
    const seqs = this.#byStream.get(streamId);
    if (seqs === undefined) return EMPTY_HAVE;
    let have = EMPTY_HAVE;
    for (const at of [...seqs.keys()].toSorted((a, b) => a - b)) have = insert(have, at);
    return have;
  }

  /** How many more batches may be requested on a link. */
  room(link: number): number {
    return WANTED_MAX - (this.#perLink.get(link) ?? 0);
  }

  add(link: number, { streamId, ranges }: StreamRanges, atMs: number): void {
    let seqs = this.#byStream.get(streamId);
    if (seqs === undefined) this.#byStream.set(streamId, (seqs = new Map()));
    for (const { first, last } of ranges) {
      for (let at = first; at <= last; at++) {
        seqs.set(toSeq(at), { link, atMs });
        this.#perLink.set(link, (this.#perLink.get(link) ?? 0) + 1);
      }
    }
  }

  arrived(streamId: StreamId, at: Seq): void {
    const seqs = this.#byStream.get(streamId);
    const item = seqs?.get(at);
    if (seqs === undefined || item === undefined) return;
    seqs.delete(at);
    this.#perLink.set(item.link, (this.#perLink.get(item.link) ?? 1) - 1);
    if (seqs.size === 0) this.#byStream.delete(streamId);
  }

  /** Forgets the batches that are late, so that they are requested from another peer. */
  expire(askedBeforeMs: number): void {
    this.#forget(({ atMs }) => atMs <= askedBeforeMs);
  }

  /** Forgets the requests on a link that ended. */
  ended(link: number): void {
    this.#forget((item) => item.link === link);
    this.#perLink.delete(link);
  }

  #forget(isOver: (item: Asked) => boolean): void {
    for (const [streamId, seqs] of this.#byStream) {
      for (const [at, item] of seqs) if (isOver(item)) this.arrived(streamId, at);
    }
  }
}

type Asked = { readonly link: number; readonly atMs: number };

const WANTED_MAX = 1_024;
