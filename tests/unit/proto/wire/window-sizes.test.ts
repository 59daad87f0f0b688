import { expect, test } from "vitest";
import { millis } from "../../../../proto/core/ids.ts";
import type { WindowRecord } from "../../../../proto/core/record.ts";
import { summaryOfReadings } from "../../../../proto/core/summary-of-readings.ts";
import type { WindowContent } from "../../../../proto/core/window-content.ts";
import { NO_CONTENT, READINGS_ALWAYS } from "../../../../proto/core/window-content.ts";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const SERIES = 200;
const START_MS = 1_760_000_040_000;

/** Windows of sensors that send values with two decimal places at a steady rate, with some jitter. */
function windowsOf({ everyMs, windowMs }: { everyMs: number; windowMs: number }): WindowRecord[] {
  const random = seededRandom(42);
  return Array.from({ length: SERIES }, (_, n) => {
    let walk = 2000 + Math.round(random() * 1000);
    const firstMs = START_MS + Math.floor(random() * everyMs);
    const readings = Array.from({ length: windowMs / everyMs }, (__, i) => {
      walk += Math.round((random() - 0.5) * 40);
      const timeMs = Math.min(firstMs + i * everyMs + Math.floor(random() * 4), START_MS + windowMs - 1);
      return { timeMs, value: walk / 100, clock: "device" as const };
    });
    const content: WindowContent = { kind: "readings", readings, arrivalToleranceMs: 500, quantiles: true };
    const summary = summaryOfReadings(readings, { windowStartMs: START_MS, windowMs, quantiles: true });
    const series = { device: `plant/line-${n % 10}/sensor-${n}`, metric: "temperature", unit: "°C" };
    const place = { windowMs, windowStartMs: millis(START_MS), part: 0, carry: null, revision: 0 };
    return { ...series, ...place, haMode: "auto", later: false, summary, content };
  });
}

test.each([
  { everyMs: 1000, windowMs: 10_000 },
  { everyMs: 1000, windowMs: 1000 * READINGS_ALWAYS },
  { everyMs: 10_000, windowMs: 60_000 },
  { everyMs: 60_000, windowMs: 60_000 },
])("up to 16 readings of decimals take no more bytes than statistics and a sketch: %j", (sensor) => {
  const windows = windowsOf(sensor);
  const bytes = (records: WindowRecord[]): number => sealed(testStream(1), 1, { windows: records }).bytes.length;
  const withReadings = bytes(windows);
  const withStatistics = bytes(windows.map((window) => ({ ...window, content: NO_CONTENT })));
  const perWindow = (total: number): string => (total / SERIES).toFixed(1);
  console.log(`${perWindow(withReadings)} bytes a window, ${perWindow(withStatistics)} with statistics and a sketch`);
  expect(withReadings).toBeLessThanOrEqual(withStatistics);
});
