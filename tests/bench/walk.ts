/** A sensor's value with two decimals: a bounded random walk in steps of at most 0.05 between 10.00 and 99.99. */
export class Walk {
  #hundredths: number;
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0;
    this.#hundredths = 2000 + (this.#random() % 4000);
  }

  next(): string {
    const moved = this.#hundredths + (this.#random() % 11) - 5;
    this.#hundredths = Math.min(9999, Math.max(1000, moved));
    return (this.#hundredths / 100).toFixed(2);
  }

  /** xorshift32: the same values in every run, at no cost. */
  #random(): number {
    let state = this.#state || 1;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }
}
