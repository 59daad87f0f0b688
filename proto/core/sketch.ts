import { DDSketch } from "@datadog/sketches-js";

/**
 * A mergeable quantile sketch with a relative error of at most 1 % (DDSketch: C. Masson, J. E. Rim, H. K. Lee,
 * PVLDB 12(12), 2019). This file is the only one that knows the library.
 */
export class QuantileSketch {
  readonly #sketch: DDSketch;

  constructor(sketch: DDSketch = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY })) {
    this.#sketch = sketch;
  }

  /** @throws Error when the bytes are no sketch. */
  static fromBytes(bytes: Uint8Array): QuantileSketch {
    return new QuantileSketch(DDSketch.fromProto(bytes));
  }

  get count(): number {
    return this.#sketch.count;
  }

  add(value: number): void {
    this.#sketch.accept(value);
  }

  merge(other: QuantileSketch): void {
    this.#sketch.merge(other.#sketch);
  }

  /** The value at quantile `q`, 0 to 1, within 1 %; NaN for an empty sketch. */
  quantile(q: number): number {
    return this.#sketch.getValueAtQuantile(q);
  }

  toBytes(): Uint8Array {
    return this.#sketch.toProto();
  }
}

/** The quantile of a stored sketch. */
export function quantile(bytes: Uint8Array, q: number): number {
  return QuantileSketch.fromBytes(bytes).quantile(q);
}

export const RELATIVE_ACCURACY = 0.01;
