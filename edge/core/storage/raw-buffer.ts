import type { ClockSource, Value } from "../../../proto/core/reading.ts";
import type { RawBlock } from "../../../proto/core/record.ts";
import type { WindowPlan } from "./window-plan.ts";

/**
 * Raw readings that wait to be sealed, by series, in journal order. What is here is in the journal too: a crash loses
 * nothing and seals nothing twice, because the sealed position moves in the transaction that stores the batch.
 */
export class RawBuffer {
  #blocks = new Map<number, Pending[]>();
  #readings = 0;
  #readingsOfRawOnly = 0;
  #estimatedBytes = 0;

  get readings(): number {
    return this.#readings;
  }

  /** Those of series without windows: the others wait in their windows anyway. */
  get readingsOfRawOnly(): number {
    return this.#readingsOfRawOnly;
  }

  /** What the sealed batch will weigh, roughly; see the constants for where the weights come from. */
  get estimatedBytes(): number {
    return this.#estimatedBytes;
  }

  add(series: number, of: RawSeries, timeMs: number, value: Value, clock: ClockSource): void {
    const { unit, plan } = of;
    let blocks = this.#blocks.get(series);
    if (blocks === undefined) {
      blocks = [];
      this.#blocks.set(series, blocks);
    }
    // A series seldom changes its clock source or unit within a second, so this finds the first entry.
    let block = blocks.find((candidate) => candidate.clock === clock && candidate.unit === unit);
    if (block === undefined) {
      block = { unit, clock, timesMs: [], values: [] };
      blocks.push(block);
      this.#estimatedBytes += BLOCK_BYTES;
    }
    block.timesMs.push(timeMs);
    block.values.push(value);
    this.#readings++;
    if (plan.lengthsMs.length === 0) this.#readingsOfRawOnly++;
    this.#estimatedBytes += typeof value === "string" ? value.length : READING_BYTES;
  }

  /** Empties the buffer. @param nameOf the names of a series; readings of one series never span two results. */
  take(nameOf: (series: number) => { device: string; metric: string }): RawBlock[] {
    const taken: RawBlock[] = [];
    for (const [series, blocks] of this.#blocks) {
      const { device, metric } = nameOf(series);
      for (const block of blocks) taken.push({ device, metric, ...block });
    }
    this.#blocks = new Map();
    this.#readings = 0;
    this.#readingsOfRawOnly = 0;
    this.#estimatedBytes = 0;
    return taken;
  }
}

type RawSeries = { readonly unit: string | null; readonly plan: Pick<WindowPlan, "lengthsMs"> };

type Pending = {
  readonly unit: string | null;
  readonly clock: ClockSource;
  readonly timesMs: number[];
  readonly values: Value[];
};

/** Sealed size of a two-decimal reading at a 1 s period, and of the names and heads of a series, after zstd. */
const READING_BYTES = 1.6;
const BLOCK_BYTES = 24;
