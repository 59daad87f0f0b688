import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { StorageLife } from "../../../support/storage-life.ts";

test("[I27] a gateway is full before its quota is used up, however fast sensors fill it", () => {
  const life = new StorageLife({ engine: { maxBytes: 64 * 2 ** 20 }, plan: { lengthsMs: [1000], raw: true } });
  const text = randomBytes(3 * 2 ** 20).toString("base64");
  // The clock does not advance, so only the written bytes cause a check of the disk.
  for (let i = 0; !life.engine.full && i < 1000; i++) {
    const start = (n: number): number => ((i * 100 + n) * 977) % 4_000_000;
    life.publishAll(
      "a/b",
      Array.from({ length: 100 }, (_, n) => JSON.stringify({ x: text.slice(start(n), start(n) + 3800) })),
    );
  }
  expect(life.engine.full).toBe(true);
  life.pass(1000);
  expect(life.engine.status().fillRatio).toBeLessThan(1);
});

test("a full gateway takes readings again when everything is replicated, without any new message", () => {
  const life = new StorageLife({ engine: { maxBytes: 4 * 2 ** 20 }, plan: { lengthsMs: [1000], raw: true } });
  const replicateAll = (): void => {
    life.engine.mark(
      life.engine.streams().map(({ streamId, last }) => {
        const all = { prefix: last, islands: [] };
        return { streamId, durable: all, replicated: all };
      }),
    );
  };
  const longText = (): string => JSON.stringify({ x: randomBytes(1500).toString("base64") });
  // Replicated batches are trimmed at once; the journal stays.
  while (!life.engine.full) {
    for (let i = 0; i < 20; i++) life.publish("a/b", longText());
    life.pass(1000);
    replicateAll();
  }
  for (let second = 0; second < 200; second++) {
    life.pass(1000);
    replicateAll();
  }
  expect(life.engine.full).toBe(false);
});
