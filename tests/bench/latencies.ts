export type Quantiles = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
};

/**
 * Keeps every latency, so that quantiles are exact even for latencies of seconds. It is meant for some hundred thousand
 * values; a longer load uses a `LatencyHistogram`.
 */
export class Latencies {
  #values = new Float64Array(1 << 14);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(latencyMs: number): void {
    if (this.#count === this.#values.length) {
      const wider = new Float64Array(this.#values.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#count++] = latencyMs;
  }

  /** NaN where nothing was recorded. */
  quantiles(): Quantiles {
    const sorted = this.#values.slice(0, this.#count).sort();
    const at = (fraction: number): number => sorted[Math.ceil(fraction * sorted.length) - 1] ?? Number.NaN;
    return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999), maxMs: at(1) };
  }
}
