import { Buffer } from "node:buffer";
import { DeliveryMemory } from "../core/storage/delivery-memory.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { DeliveryTable } from "./tables/delivery-table.ts";

/**
 * The delivery memory with its rows on disk. A message is remembered in the commit that accepts it. So after a crash a
 * redelivered message is recognised exactly when its readings survived the crash.
 */
export class Redeliveries {
  readonly #table: DeliveryTable;
  readonly #memory: DeliveryMemory;
  readonly #capacity: number;
  #pending = new Float64Array(2048);
  #pendingLength = 0;
  /** Rows on disk, oldest first, and the deliveries they hold together. */
  readonly #rows: { id: number; deliveries: number }[] = [];
  #stored = 0;

  /** @param capacity deliveries remembered, a power of two. */
  constructor(table: DeliveryTable, options: { capacity: number }) {
    this.#table = table;
    this.#capacity = options.capacity;
    this.#memory = new DeliveryMemory(options.capacity);
  }

  /** Runs inside a transaction. */
  load(damage: DiskDamage): void {
    const damaged: number[] = [];
    for (const { id, deliveries, body, isIntact } of this.#table.all()) {
      if (!isIntact) {
        damaged.push(id);
        continue;
      }
      const pairs = new Float64Array(new Uint8Array(body).buffer);
      for (let i = 0; i < deliveries; i++) this.#memory.remember(pairs[2 * i]!, pairs[2 * i + 1]!);
      this.#rows.push({ id, deliveries });
      this.#stored += deliveries;
    }
    const reason = "the row does not match its checksum: a message of it that is sent again is counted again";
    for (const id of damaged) {
      this.#table.dropRow(id);
      damage.add({ place: "delivery", key: String(id), reason, lost: 0, of: "nothing" });
    }
  }

  /** Whether this content was accepted before under this key. */
  known(key: number, content: number): boolean {
    return this.#memory.holds(key, content);
  }

  accept(key: number, content: number): void {
    this.#memory.remember(key, content);
    if (this.#pendingLength === this.#pending.length) {
      const wider = new Float64Array(this.#pending.length * 2);
      wider.set(this.#pending);
      this.#pending = wider;
    }
    this.#pending[this.#pendingLength++] = key;
    this.#pending[this.#pendingLength++] = content;
  }

  /** Runs inside the transaction of the commit. */
  write(): void {
    if (this.#pendingLength === 0) return;
    const deliveries = this.#pendingLength / 2;
    const body = Buffer.from(this.#pending.buffer, 0, this.#pendingLength * 8);
    this.#rows.push({ id: this.#table.add(deliveries, body), deliveries });
    this.#stored += deliveries;
    this.#pendingLength = 0;
  }

  /** Deletes rows whose deliveries the memory has forgotten. Runs inside a transaction. */
  prune(): void {
    let dropped = 0;
    while (this.#rows.length > 1 && this.#stored - this.#rows[dropped]!.deliveries >= this.#capacity) {
      this.#stored -= this.#rows[dropped]!.deliveries;
      dropped++;
    }
    if (dropped === 0) return;
    this.#table.drop(this.#rows[dropped - 1]!.id);
    this.#rows.splice(0, dropped);
  }
}
