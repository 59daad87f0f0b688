/**
 * How many devices had a reading within the last minute, by the time of arrival. Every reading passes here: it costs one
 * comparison. The minute is counted in slots of ten seconds, so that no device must be looked at again when it ends.
 */
export class ActiveDevices {
  /** The slot of the last reading of each device; -1: none since the start. */
  #lastSlots = new Int32Array(64).fill(-1);
  /** Devices by the slot of their last reading. */
  readonly #counts = new Uint32Array(SLOTS);
  #slot = 0;
  #atMs = 0;
  #lastMs: number | null = null;

  /** The readings that follow arrived at this monotonic time. */
  begin(atMs: number): void {
    this.#atMs = atMs;
    this.#advance(atMs);
  }

  /** The device has a reading. */
  saw(device: number): void {
    this.#lastMs = this.#atMs;
    while (device >= this.#lastSlots.length) this.#grow();
    const before = this.#lastSlots[device]!;
    if (before === this.#slot) return;
    if (before >= 0 && before > this.#slot - SLOTS) this.#counts[before % SLOTS]!--;
    this.#lastSlots[device] = this.#slot;
    this.#counts[this.#slot % SLOTS]!++;
  }

  /** @returns the devices with a reading within the last minute, give or take a slot, and the time since the last one. */
  at(atMs: number): ActiveDeviceCount {
    this.#advance(atMs);
    const sending = this.#counts.reduce((sum, count) => sum + count, 0);
    return { sending, silentMs: this.#lastMs === null ? null : Math.max(0, atMs - this.#lastMs) };
  }

  #advance(atMs: number): void {
    const slot = Math.floor(atMs / SLOT_MS);
    if (slot <= this.#slot) return;
    for (let past = Math.max(this.#slot + 1, slot - SLOTS + 1); past <= slot; past++) this.#counts[past % SLOTS] = 0;
    this.#slot = slot;
  }

  #grow(): void {
    const lastSlots = new Int32Array(this.#lastSlots.length * 2).fill(-1);
    lastSlots.set(this.#lastSlots);
    this.#lastSlots = lastSlots;
  }
}

export type ActiveDeviceCount = {
  readonly sending: number;
  /** Since the last reading of any device; null: none since the start of the process. */
  readonly silentMs: number | null;
};

const SLOT_MS = 10_000;
/** A minute, and the slot that has just begun. */
const SLOTS = 7;
