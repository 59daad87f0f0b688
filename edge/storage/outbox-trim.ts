import type { PressureLevel } from "../core/storage/disk-pressure.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

/** Deletes replicated batches: old ones every ten seconds, and all of them while the disk is short of room. */
export class OutboxTrim {
  readonly #outbox: SqliteOutbox;
  readonly #keepMs: number;
  #trimmedAtMs = -Infinity;

  /** @param options.keepMs how long a replicated batch stays as one more copy while there is room. */
  constructor(outbox: SqliteOutbox, options: { keepMs: number }) {
    this.#outbox = outbox;
    this.#keepMs = options.keepMs;
  }

  /** Whether {@link step} may find something. `atMs` is monotonic. */
  due(atMs: number, pressure: PressureLevel): boolean {
    if (!this.#outbox.trimmable) return false;
    return pressure !== "keep_all" || atMs - this.#trimmedAtMs >= TRIM_EVERY_MS;
  }

  /** One bounded step, inside the caller's transaction. */
  step(now: { nowMs: number; atMs: number; pressure: PressureLevel; current: StreamId | undefined }): void {
    const isPressed = now.pressure !== "keep_all";
    const beforeMs = isPressed ? Infinity : now.nowMs - this.#keepMs;
    const dropped = this.#outbox.trim({
      beforeMs,
      nowMs: now.nowMs,
      limit: BATCHES_PER_STEP,
      current: now.current,
    });
    if (!isPressed && dropped < BATCHES_PER_STEP) this.#trimmedAtMs = now.atMs;
  }
}

const BATCHES_PER_STEP = 64;
const TRIM_EVERY_MS = 10_000;
