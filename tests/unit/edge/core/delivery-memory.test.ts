import fc from "fast-check";
import { expect, test } from "vitest";
import { DeliveryMemory, deliveryKey, hashBytes } from "../../../../edge/core/delivery-memory.ts";

test("for all histories, the memory answers as a map of the last deliveries does", () => {
  const key = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer({ min: 0, max: 3 })), { maxLength: 300 }), (history) => {
      const memory = new DeliveryMemory(16);
      // Insertion order is age order; a known key keeps its age, as in the ring.
      const model = new Map<number, number>();
      for (const [k, content] of history) {
        // Keys that share their home cell, so that chains form and are cut.
        const spread = k * 4294967296;
        memory.remember(spread, content);
        model.set(spread, content);
        if (model.size > 16) model.delete(model.keys().next().value!);
      }
      expect(memory.size).toBe(model.size);
      for (let k = 0; k <= 40; k++) {
        const known = model.get(k * 4294967296);
        for (let content = 0; content <= 3; content++) {
          expect(memory.holds(k * 4294967296, content)).toBe(known === content);
        }
      }
    }),
  );
});

test("it grows to its capacity and no further", () => {
  const memory = new DeliveryMemory(16_384);
  for (let k = 1; k <= 50_000; k++) memory.remember(k, k);
  expect(memory.size).toBe(16_384);
  expect(memory.holds(50_000, 50_000)).toBe(true);
  expect(memory.holds(50_000 - 16_383, 50_000 - 16_383)).toBe(true);
  expect(memory.holds(50_000 - 16_384, 50_000 - 16_384)).toBe(false);
});

test("hashes are safe integers and tell contents, topics, clients and packet ids apart", () => {
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    const bytes = Buffer.from(`{"t":${i}}`);
    const hash = hashBytes(bytes, 0, bytes.length, 7);
    expect(Number.isSafeInteger(hash)).toBe(true);
    seen.add(hash);
  }
  expect(seen.size).toBe(20_000);
  const keys = new Set<number>();
  for (let client = 0; client < 50; client++) {
    const name = Buffer.from(`sensor-${client}`);
    const clientHash = hashBytes(name, 0, name.length, 1);
    for (let packetId = 1; packetId <= 1000; packetId++) keys.add(deliveryKey(clientHash, packetId));
  }
  expect(keys.size).toBe(50_000);
});
