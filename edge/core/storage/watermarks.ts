/**
 * Event-time progress of the devices. A device's watermark is the newest event time of its readings, minus the
 * out-of-orderness that its series allow; a window closes when the watermark of its device passes the window's end.
 *
 * The watermark is per device and not per gateway: a sensor that sends the readings of last week does not delay the
 * others, and they do not close its windows. It is not stored. It only decides *when* a window is forwarded, never what
 * is counted, and a replay of the journal rebuilds most of it.
 */
export class Watermarks {
  #newestMs = new Float64Array(64);
  #heardAtMs = new Float64Array(64);
  #nextEndMs = new Float64Array(64);
  #outOfOrdernessMs = new Float64Array(64);
  #idleTimeoutMs = new Float64Array(64);
  #queued = new Uint8Array(64);
  #count = 0;
  readonly #due: number[] = [];

  /** @param atMs monotonic; the time at which the device was last heard. @returns the index of a new device. */
  addDevice(atMs: number): number {
    if (this.#count === this.#newestMs.length) this.#grow();
    const device = this.#count++;
    this.#newestMs[device] = -Infinity;
    this.#heardAtMs[device] = atMs;
    this.#nextEndMs[device] = Infinity;
    this.#idleTimeoutMs[device] = Infinity;
    return device;
  }

  /** A series of the device follows a plan: the largest tolerance of a device's series holds for all of them. */
  allow(device: number, plan: { outOfOrdernessMs: number; idleTimeoutMs: number }): void {
    this.#outOfOrdernessMs[device] = Math.max(this.#outOfOrdernessMs[device]!, plan.outOfOrdernessMs);
    const idle = this.#idleTimeoutMs[device]!;
    this.#idleTimeoutMs[device] = idle === Infinity ? plan.idleTimeoutMs : Math.max(idle, plan.idleTimeoutMs);
  }

  /** A reading of the device with event time `timeMs` arrived at the monotonic time `atMs`. */
  observe(device: number, timeMs: number, atMs: number): void {
    this.#heardAtMs[device] = atMs;
    if (timeMs <= this.#newestMs[device]!) return;
    this.#newestMs[device] = timeMs;
    if (timeMs - this.#outOfOrdernessMs[device]! >= this.#nextEndMs[device]!) this.#enqueue(device);
  }

  /** A window of the device that ends at `endMs` is open. */
  expect(device: number, endMs: number): void {
    if (endMs >= this.#nextEndMs[device]!) return;
    this.#nextEndMs[device] = endMs;
    if (this.#newestMs[device]! - this.#outOfOrdernessMs[device]! >= endMs) this.#enqueue(device);
  }

  /**
   * The time up to which the windows of a device may close: its watermark, or Infinity when it has been silent for
   * its idle timeout.
   */
  watermarkMs(device: number, atMs: number): number {
    if (atMs - this.#heardAtMs[device]! >= this.#idleTimeoutMs[device]!) return Infinity;
    return this.#newestMs[device]! - this.#outOfOrdernessMs[device]!;
  }

  /** Queues silent devices that have open windows. It scans three flat arrays: 1 ms for a million devices. */
  queueIdle(atMs: number): void {
    for (let device = 0; device < this.#count; device++) {
      if (this.#nextEndMs[device] === Infinity || this.#queued[device] === 1) continue;
      if (atMs - this.#heardAtMs[device]! >= this.#idleTimeoutMs[device]!) this.#enqueue(device);
    }
  }

  get hasDue(): boolean {
    return this.#due.length > 0;
  }

  /**
   * Takes the next device with windows to close, or -1. The caller closes them and says with `expectFrom` when the
   * next one ends, or queues the device again with `requeue` when it had to stop early.
   */
  takeDue(): number {
    const device = this.#due.pop();
    if (device === undefined) return -1;
    this.#queued[device] = 0;
    return device;
  }

  expectFrom(device: number, nextEndMs: number): void {
    this.#nextEndMs[device] = nextEndMs;
  }

  requeue(device: number): void {
    this.#enqueue(device);
  }

  #enqueue(device: number): void {
    if (this.#queued[device] === 1) return;
    this.#queued[device] = 1;
    this.#due.push(device);
  }

  #grow(): void {
    const length = this.#count * 2;
    this.#newestMs = widened(this.#newestMs, length);
    this.#heardAtMs = widened(this.#heardAtMs, length);
    this.#nextEndMs = widened(this.#nextEndMs, length);
    this.#outOfOrdernessMs = widened(this.#outOfOrdernessMs, length);
    this.#idleTimeoutMs = widened(this.#idleTimeoutMs, length);
    const queued = new Uint8Array(length);
    queued.set(this.#queued);
    this.#queued = queued;
  }
}

function widened(column: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(column);
  return wider;
}
