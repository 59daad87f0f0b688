import type { ClockSource, Value } from "../../../proto/core/reading.ts";
import type { RawBlock } from "../../../proto/core/record.ts";
import type { WindowPlan } from "./window-plan.ts";

/**
 * Raw readings that wait to be sealed, by series, in journal order. They are in the journal as well. A crash loses nothing
 * and seals nothing twice, because the sealed position moves in the transaction that stores the batch.
 */
export class RawBuffer {
  #blocks = new Map<number, Pending[]>();
  #readings = 0;
  #readingsOfRawOnly = 0;
  #estimatedBytes = 0;

  get readings(): number {
    return this.#readings;
  }

  /** Readings of series without windows. The others are counted in their windows. */
  get readingsOfRawOnly(): number {
    return this.#readingsOfRawOnly;
  }

  /** Estimated bytes of the sealed batch; the constants below say where the weights come from. */
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

  /** Empties the buffer. @param nameOf gives the names of a series. */
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
