/**
 * Earliest and latest time of the readings of each series. In typed arrays, because every reading passes here: two
 * comparisons, and no garbage. Changes are marked, so that they can be written in small steps.
 */
export class SeenTimes {
  #firstMs = new Float64Array(256).fill(Infinity);
  #lastMs = new Float64Array(256).fill(-Infinity);
  #changed = new Uint8Array(256);

  saw(series: number, timeMs: number): void {
    if (series >= this.#firstMs.length) this.#grow(series);
    if (timeMs > this.#lastMs[series]!) {
      this.#lastMs[series] = timeMs;
      this.#changed[series] = 1;
    }
    if (timeMs < this.#firstMs[series]!) {
      this.#firstMs[series] = timeMs;
      this.#changed[series] = 1;
    }
  }

  /** Restores the times of a series from the disk. They count as written. */
  restore(series: number, firstMs: number, lastMs: number): void {
    this.saw(series, firstMs);
    this.saw(series, lastMs);
    this.#changed[series] = 0;
  }

  /** Infinity and -Infinity before the first reading. */
  of(series: number): { readonly firstMs: number; readonly lastMs: number } {
    return { firstMs: this.#firstMs[series] ?? Infinity, lastMs: this.#lastMs[series] ?? -Infinity };
  }

  /**
   * Calls `put` for at most `limit` changed series, starting at `from`, and counts them as written. @returns where to
   * continue, or -1.
   */
  forEachChanged(from: number, limit: number, put: (series: number) => void): number {
    let given = 0;
    for (let series = from; series < this.#changed.length; series++) {
      if (this.#changed[series] === 0) continue;
      if (given === limit) return series;
      given++;
      this.#changed[series] = 0;
      put(series);
    }
    return -1;
  }

  #grow(series: number): void {
    const before = this.#firstMs.length;
    const length = Math.max(series + 1, before + (before >> 1));
    const [firstMs, lastMs] = [new Float64Array(length).fill(Infinity), new Float64Array(length).fill(-Infinity)];
    const changed = new Uint8Array(length);
    firstMs.set(this.#firstMs);
    lastMs.set(this.#lastMs);
    changed.set(this.#changed);
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#changed = changed;
  }
}
