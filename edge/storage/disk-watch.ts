import type { DiskUse, PressureLevel } from "../core/storage/disk-pressure.ts";
import { pressureLevel } from "../core/storage/disk-pressure.ts";
import type { GatewayDatabase } from "./gateway-database.ts";

/** Checks how full the disk is: every second, and after each mebibyte that was written. */
export class DiskWatch {
  readonly #db: Pick<GatewayDatabase, "size">;
  readonly #freeBytes: () => number;
  readonly #quotaBytes: number;
  #pressure: PressureLevel = "keep_all";
  #use: DiskUse;
  #lookedAtMs = -Infinity;
  #writtenBytes = 0;

  /** @param parts.freeBytes bytes that the file system has left. */
  constructor(parts: { db: Pick<GatewayDatabase, "size">; freeBytes: () => number }, options: { quotaBytes: number }) {
    this.#db = parts.db;
    this.#freeBytes = parts.freeBytes;
    this.#quotaBytes = options.quotaBytes;
    this.#use = { usedBytes: 0, reusableBytes: 0, quotaBytes: options.quotaBytes, freeBytes: Infinity };
  }

  get pressure(): PressureLevel {
    return this.#pressure;
  }

  /** As of the last check. */
  get use(): DiskUse {
    return this.#use;
  }

  wrote(bytes: number): void {
    this.#writtenBytes += bytes;
  }

  /** Room was made: the next {@link due} is true. */
  lookSoon(): void {
    this.#lookedAtMs = -Infinity;
  }

  /** Bytes count as well as time, because many sensors at once fill the rest of a small quota within a second. */
  due(atMs: number): boolean {
    return this.#writtenBytes >= LOOK_EVERY_BYTES || atMs - this.#lookedAtMs >= LOOK_EVERY_MS;
  }

  /** @param now.isHolding messages are held until the time is known. */
  look(now: { atMs: number; isHolding: boolean }): void {
    this.#lookedAtMs = now.atMs;
    this.#writtenBytes = 0;
    this.#use = { ...this.#db.size(), quotaBytes: this.#quotaBytes, freeBytes: this.#freeBytes() };
    const level = pressureLevel(this.#pressure, this.#use);
    // Held messages need room to become readings. A disk full of them would stay full.
    this.#pressure = level === "force_dual_send" && now.isHolding ? "full" : level;
  }
}

const LOOK_EVERY_MS = 1000;
/**
 * Bytes of the journal and of held messages; sealed batches are not counted. It is a 64th of the smallest quota, and a
 * 20th of the quota is kept free.
 */
const LOOK_EVERY_BYTES = 1024 * 1024;
