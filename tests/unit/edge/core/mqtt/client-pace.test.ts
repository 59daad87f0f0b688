import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientPace, readSize } from "../../../../../edge/core/mqtt/client-pace.ts";
import { runs } from "../../../../support/scale.ts";

test("one second's worth passes at once, and more has to wait", () => {
  const pace = new ClientPace({ messagesPerSecond: 100, bytesPerSecond: 10_000 }, 0);
  expect(pace.spend(100, 500, 0)).toBe(0);
  expect(pace.spend(50, 500, 0)).toBe(500);
  expect(pace.spend(0, 0, 400)).toBe(100);
  expect(pace.spend(0, 0, 500)).toBe(0);
});

test("bytes are counted beside messages, and the longer wait applies", () => {
  const pace = new ClientPace({ messagesPerSecond: 100, bytesPerSecond: 1000 }, 0);
  expect(pace.spend(150, 4000, 0)).toBe(3000);
});

test("without a limit no client waits", () => {
  const pace = new ClientPace({ messagesPerSecond: Infinity, bytesPerSecond: Infinity }, 0);
  expect(pace.spend(1e9, 1e12, 0)).toBe(0);
  expect(pace.spend(1e9, 1e12, 5)).toBe(0);
});

test("for all histories, a client that waits as required never exceeds its rate plus one second's worth", () => {
  const step = fc.record({ messages: fc.integer({ min: 0, max: 300 }), idleMs: fc.integer({ min: 0, max: 2000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const [perSecond, largestRead] = [100, 300];
      const pace = new ClientPace({ messagesPerSecond: perSecond, bytesPerSecond: Infinity }, 0);
      let [nowMs, sent] = [0, 0];
      for (const { messages, idleMs } of steps) {
        sent += messages;
        expect(sent).toBeLessThanOrEqual(perSecond + (nowMs / 1000) * perSecond + largestRead);
        nowMs += pace.spend(messages, messages * 20, nowMs) + idleMs;
      }
    }),
    { numRuns: runs({ short: 200, long: 5000 }) },
  );
});

test("while the clock stands still, the buckets do not fill", () => {
  const pace = new ClientPace({ messagesPerSecond: 10, bytesPerSecond: Infinity }, 1000);
  expect(pace.spend(20, 0, 1000)).toBe(1000);
  expect(pace.spend(0, 0, 900)).toBe(1000);
});

test("with a low limit a read is small, so that a wait is seconds and not minutes", () => {
  expect(readSize({ messagesPerSecond: 20_000, bytesPerSecond: 16 * 1024 * 1024 })).toBe(Infinity);
  expect(readSize({ messagesPerSecond: Infinity, bytesPerSecond: Infinity })).toBe(Infinity);
  expect(readSize({ messagesPerSecond: 10, bytesPerSecond: Infinity })).toBe(1024);
  expect(readSize({ messagesPerSecond: Infinity, bytesPerSecond: 8192 })).toBe(2048);
});
