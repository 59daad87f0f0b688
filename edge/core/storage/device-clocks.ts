/**
 * How far the clocks of devices are off: the time that a message says less the time of its arrival. A message may bring
 * what its device kept for a while, so of each message the newest time counts, and of a device the median of its last
 * five messages: one that was late, or wrong, moves nothing.
 *
 * The first ten thousand devices are followed, in 60 bytes each; who has more sees the trouble in these.
 */
export class DeviceClocks {
  /** Five differences a device, in milliseconds. */
  #differences = new Float64Array(64 * KEPT);
  /** The message of the newest of them, how many there are, and the last time that was not believed. */
  #messages = new Float64Array(64);
  #counts = new Uint32Array(64);
  #suspectMs = new Float64Array(64);
  #size = 0;
  /** Of the message whose readings come: it is told from the others, and when it arrived; NaN: nobody knows. */
  #message = 0;
  #arrivedMs = Number.NaN;

  /** The readings of another message come. @param arrivedMs NaN: not known. */
  begin(arrivedMs: number): void {
    this.#message++;
    this.#arrivedMs = arrivedMs;
  }

  /** A reading of the device says its time. */
  observe(device: number, saidMs: number): void {
    const difference = saidMs - this.#arrivedMs;
    if (device >= DEVICES_MAX || Number.isNaN(difference)) return;
    while (device >= this.#counts.length) this.#grow();
    this.#size = Math.max(this.#size, device + 1);
    const count = this.#counts[device]!;
    if (count > 0 && this.#messages[device] === this.#message) {
      const at = device * KEPT + ((count - 1) % KEPT);
      this.#differences[at] = Math.max(this.#differences[at]!, difference);
      return;
    }
    this.#messages[device] = this.#message;
    this.#differences[device * KEPT + (count % KEPT)] = difference;
    this.#counts[device] = count + 1;
  }

  /** The time that the device said last, to {@link observe}, was too far off to be believed. */
  disbelieve(device: number, saidMs: number): void {
    if (device < this.#size) this.#suspectMs[device] = saidMs;
  }

  /** Milliseconds, ahead positive; undefined: the device says no times, or is not followed. */
  skewMs(device: number): number | undefined {
    const kept = device < this.#size ? Math.min(this.#counts[device]!, KEPT) : 0;
    if (kept === 0) return undefined;
    const sorted = this.#differences.slice(device * KEPT, device * KEPT + kept).sort();
    return sorted[kept >> 1];
  }

  /** Those that are furthest off, the furthest first. */
  worst(limit: number): DeviceClock[] {
    const all: DeviceClock[] = [];
    for (let device = 0; device < this.#size; device++) {
      const skewMs = this.skewMs(device);
      if (skewMs === undefined) continue;
      const suspectMs = this.#suspectMs[device]!;
      all.push({ device, skewMs, suspectMs: suspectMs === 0 ? null : suspectMs });
    }
    return all.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs)).slice(0, limit);
  }

  #grow(): void {
    const length = this.#counts.length * 2;
    const [differences, messages] = [new Float64Array(length * KEPT), new Float64Array(length)];
    const [counts, suspectMs] = [new Uint32Array(length), new Float64Array(length)];
    differences.set(this.#differences);
    messages.set(this.#messages);
    counts.set(this.#counts);
    suspectMs.set(this.#suspectMs);
    this.#differences = differences;
    this.#messages = messages;
    this.#counts = counts;
    this.#suspectMs = suspectMs;
  }
}

export type DeviceClock = {
  readonly device: number;
  readonly skewMs: number;
  /** The last time it said that was not believed, milliseconds since 1970; null: none. */
  readonly suspectMs: number | null;
};

const KEPT = 5;
const DEVICES_MAX = 10_000;
