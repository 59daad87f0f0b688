import type { Millis } from "./ids.ts";
import { numeric } from "./reading.ts";
import { QuantileSketch } from "./sketch.ts";
import type { WindowSummary } from "./summary.ts";
import type { WindowSpan, WindowReading } from "./window-content.ts";
import { sliceOf } from "./window-content.ts";

/**
 * The summary of readings that are known one by one. A row that carries its readings has no other summary: the gateway
 * sends none, and every region computes this one.
 *
 * @param readings at least one, in order of time; among equal times, in order of arrival.
 */
export function summaryOfReadings(
  readings: readonly WindowReading[],
  { windowStartMs, windowMs, quantiles }: WindowSpan & { readonly quantiles: boolean },
): WindowSummary {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("a window without readings has no summary");
  const numbers: number[] = [];
  let coverage = 0;
  let [sum, compensation, min, max, mean, m2] = [0, 0, 0, 0, 0, 0];
  for (const { timeMs, value } of readings) {
    coverage |= 1 << sliceOf(timeMs - windowStartMs, windowMs);
    const x = numeric(value);
    if (x === undefined) continue;
    numbers.push(x);
    if (numbers.length === 1 || x < min) min = x;
    if (numbers.length === 1 || x > max) max = x;
    // As the gateway does it for windows that carry no readings (edge/core/storage/window-table.ts).
    const total = sum + x;
    compensation += Math.abs(sum) >= Math.abs(x) ? sum - total + x : x - total + sum;
    sum = total;
    const delta = x - mean;
    mean += delta / numbers.length;
    m2 += delta * (x - mean);
  }
  return {
    count: readings.length,
    numericCount: numbers.length,
    sum: sum + compensation,
    min,
    max,
    mean,
    m2,
    firstMs: first.timeMs as Millis,
    first: first.value,
    lastMs: last.timeMs as Millis,
    last: last.value,
    coverage: coverage >>> 0,
    sketch: quantiles && numbers.length > 0 ? QuantileSketch.bytesOf(numbers) : null,
  };
}
