import fc from "fast-check";
import { expect, test } from "vitest";
import { RetainedQuota } from "../../../../../edge/mqtt/sessions/retained-quota.ts";

test("for all histories, retained messages stay within both limits, and an emptied topic frees its room", () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 2000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (history) => {
      const quota = new RetainedQuota({ bytes: 5000, topics: 8 });
      const kept = new Map<number, number>();
      for (const [topic, bytes] of history) {
        const admitted = quota.admit(`t/${topic}`, bytes);
        if (bytes === 0) expect(admitted).toBe(true);
        if (!admitted) continue;
        if (bytes === 0) kept.delete(topic);
        else kept.set(topic, bytes);
        expect(kept.size).toBeLessThanOrEqual(8);
        expect([...kept.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(quota.bytes);
        expect(quota.bytes).toBeLessThanOrEqual(5000);
      }
      for (const topic of kept.keys()) quota.admit(`t/${topic}`, 0);
      expect(quota.bytes).toBe(0);
    }),
  );
});
