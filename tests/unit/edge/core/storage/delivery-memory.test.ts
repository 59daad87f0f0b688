import fc from "fast-check";
import { expect, test } from "vitest";
import { DeliveryMemory, deliveryKey, hashBytes } from "../../../../../edge/core/storage/delivery-memory.ts";

test("for all histories it holds the last content of each key among the last deliveries, and nothing else", () => {
  const key = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer({ min: 0, max: 3 })), { maxLength: 300 }), (history) => {
      const memory = new DeliveryMemory(16);
      // Keys that share a cell, so that chains form and are cut.
      const spread = (k: number): number => k * 4294967296;
      for (const [k, content] of history) memory.remember(spread(k), content);
      const known = new Map(history.slice(-16));
      for (let k = 0; k <= 40; k++) {
        for (let content = 0; content <= 3; content++) {
          expect(memory.holds(spread(k), content)).toBe(known.get(k) === content);
        }
      }
    }),
  );
});

test("a client that uses one packet identifier is remembered by its latest message, not by its first", () => {
  const memory = new DeliveryMemory(8);
  memory.remember(1, 1);
  for (let k = 2; k <= 8; k++) memory.remember(k, 0);
  memory.remember(1, 2);
  memory.remember(9, 0);
  expect(memory.holds(1, 2)).toBe(true);
  expect(memory.holds(2, 0)).toBe(false);
});

test("replaced entries take no additional room", () => {
  const memory = new DeliveryMemory(2 ** 20);
  for (let i = 0; i < 100_000; i++) memory.remember(i % 50, i);
  expect(memory.size).toBeLessThanOrEqual(4096);
  for (let i = 99_950; i < 100_000; i++) expect(memory.holds(i % 50, i)).toBe(true);
});

test("it grows to its capacity and not beyond", () => {
  const memory = new DeliveryMemory(16_384);
  for (let k = 1; k <= 50_000; k++) memory.remember(k, k);
  expect(memory.size).toBe(16_384);
  expect(memory.holds(50_000, 50_000)).toBe(true);
  expect(memory.holds(50_000 - 16_383, 50_000 - 16_383)).toBe(true);
  expect(memory.holds(50_000 - 16_384, 50_000 - 16_384)).toBe(false);
});

test("hashes are safe integers, and differ for other contents, topics, clients and packet ids", () => {
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
