/**
 * Latencies in bins of 10 microseconds up to one second, and one bin for all above it. Recording is one increment, so
 * that it hardly costs time. Percentiles are exact to the width of a bin; the maximum is exact.
 */
export class LatencyHistogram {
  readonly #bins = new Float64Array(100_001);
  #count = 0;
  #maxMs = 0;

  record(latencyMs: number, count: number): void {
    const bin = Math.min(this.#bins.length - 1, Math.floor(latencyMs * 100));
    this.#bins[bin]! += count;
    this.#count += count;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  reset(): void {
    this.#bins.fill(0);
    this.#count = 0;
    this.#maxMs = 0;
  }

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The upper edge of the bin that holds the `fraction` quantile; 0 when nothing was recorded. */
  quantileMs(fraction: number): number {
    const rank = Math.ceil(fraction * this.#count);
    let seen = 0;
    for (const [bin, count] of this.#bins.entries()) {
      seen += count;
      if (seen >= rank && seen > 0) return Math.min(this.#maxMs, (bin + 1) / 100);
    }
    return this.#maxMs;
  }
}
