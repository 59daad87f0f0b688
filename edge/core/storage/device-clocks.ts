/**
 * How far the clocks of devices are off: the time in a message minus the time of its arrival. A message may contain
 * readings that its device kept for a while, so only its newest time counts. The skew of a device is the median of its
 * last five messages, so one late or wrong message changes nothing.
 *
 * Only the first ten thousand devices are followed, with 60 bytes each. They are enough to notice a problem.
 */
export class DeviceClocks {
  /** Five differences a device, in milliseconds. */
  #differences = new Float64Array(64 * KEPT);
  /** The message of the newest difference, the number of differences, and the last implausible time. */
  #messages = new Float64Array(64);
  #counts = new Uint32Array(64);
  #suspectMs = new Float64Array(64);
  #size = 0;
  /** Number and time of arrival of the current message; NaN: the time is not known. */
  #message = 0;
  #arrivedMs = Number.NaN;

  /** The readings of another message follow. @param arrivedMs NaN: not known. */
  begin(arrivedMs: number): void {
    this.#message++;
    this.#arrivedMs = arrivedMs;
  }

  /** A reading of the device has this time. */
  observe(device: number, deviceTimeMs: number): void {
    const difference = deviceTimeMs - this.#arrivedMs;
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

  /** The last time of {@link observe} for the device is implausible. */
  markSuspect(device: number, deviceTimeMs: number): void {
    if (device < this.#size) this.#suspectMs[device] = deviceTimeMs;
  }

  /** Milliseconds, positive when ahead; undefined: the device sends no times, or is not followed. */
  skewMs(device: number): number | undefined {
    const kept = device < this.#size ? Math.min(this.#counts[device]!, KEPT) : 0;
    if (kept === 0) return undefined;
    const sorted = this.#differences.slice(device * KEPT, device * KEPT + kept).sort();
    return sorted[kept >> 1];
  }

  /** The devices with the largest skew, the largest first. */
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
  /** The last implausible time of the device, milliseconds since 1970; null: none. */
  readonly suspectMs: number | null;
};

const KEPT = 5;
const DEVICES_MAX = 10_000;
