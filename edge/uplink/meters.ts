import type { Seq, StreamId } from "../../proto/core/ids.ts";

/**
 * How far the regions are behind. It remembers when batches were sealed, for at most `MARKS_MAX` batches. If there are
 * more, it forgets every second one, but never the oldest. So an outage of a week needs no more memory than one of a
 * minute.
 */
export class LagMeter {
  #marks: { readonly streamId: StreamId; readonly seq: Seq; readonly atMs: number }[] = [];

  sealed(streamId: StreamId, seq: Seq, nowMs: number): void {
    this.#marks.push({ streamId, seq, atMs: nowMs });
    if (this.#marks.length > MARKS_MAX) this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
  }

  lagMs(durable: (streamId: StreamId, seq: Seq) => boolean, nowMs: number): number {
    this.#marks = this.#marks.filter((mark) => !durable(mark.streamId, mark.seq));
    const oldest = this.#marks[0];
    return oldest === undefined ? 0 : nowMs - oldest.atMs;
  }
}

/** The slope of a growing total over the last ten seconds. */
export class RateMeter {
  #samples: { readonly atMs: number; readonly total: number }[] = [];

  sample(total: number, nowMs: number): void {
    const latest = this.#samples.at(-1);
    if (latest !== undefined && nowMs - latest.atMs < SAMPLE_MS) return;
    this.#samples.push({ atMs: nowMs, total });
    if (this.#samples.length > SPAN_MS / SAMPLE_MS) this.#samples.shift();
  }

  perSecond(nowMs: number): number {
    const recent = this.#samples.filter((sample) => nowMs - sample.atMs <= SPAN_MS);
    const first = recent[0];
    const last = recent.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < SAMPLE_MS) return 0;
    return ((last.total - first.total) * 1000) / (nowMs - first.atMs);
  }
}

const MARKS_MAX = 256;
const SPAN_MS = 10_000;
const SAMPLE_MS = 250;
