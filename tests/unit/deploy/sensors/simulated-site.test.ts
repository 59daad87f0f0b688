import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messagesAt, simulatedSite } from "../../../../deploy/sensors/simulated-site.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 });
const seed = fc.integer({ min: 0, max: 0xffff_ffff });

describe("a simulated site", () => {
  it("has the same devices and values for the same seed, every time", () => {
    fc.assert(
      fc.property(seed, moment, (chosen, timeMs) => {
        const twice = [0, 1].map(() =>
          simulatedSite({ devices: 16, seed: chosen }).map((device) => [device.name, messagesAt(device, timeMs)]),
        );
        expect(twice[0]).toEqual(twice[1]);
      }),
    );
  });

  it("has different values for different seeds", () => {
    const [one, two] = [1, 2].map((chosen) => messagesAt(simulatedSite({ devices: 1, seed: chosen })[0]!, NOON));
    expect(one).not.toEqual(two);
  });

  it("gives every device its own name, and a larger site begins with the smaller one", () => {
    const large = simulatedSite({ devices: 1_000, seed: 7 });
    expect(simulatedSite({ devices: 1, seed: 7, site: "second" })[0]!.name).toBe("second/hall-1/climate-1");
    expect(new Set(large.map((device) => device.name)).size).toBe(1_000);
    expect(large.slice(0, 10)).toEqual(simulatedSite({ devices: 10, seed: 7 }));
  });

  it("sends payloads that a decoder understands: JSON with a time and finite numbers, plain numbers, words", () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(seed, moment, (chosen, timeMs) => {
        for (const device of simulatedSite({ devices: 8, seed: chosen })) {
          kinds.add(device.kind);
          for (const { topic, payload } of messagesAt(device, timeMs)) {
            expect(topic.startsWith(device.name)).toBe(true);
            if (payload.startsWith("{")) {
              const { ts, ...values } = JSON.parse(payload) as Record<string, number>;
              expect(ts).toBe(timeMs);
              expect(Object.values(values).every(Number.isFinite)).toBe(true);
            } else {
              expect(payload).toMatch(/^(true|false|run|idle|clean|alarm|-?\d+\.\d\d)$/);
            }
          }
        }
      }),
    );
    expect(kinds).toEqual(new Set(["climate", "power", "door", "machine"]));
  });

  it("changes slowly: from second to second a temperature moves by less than half a degree, over a day by more than two", () => {
    const device = simulatedSite({ devices: 1, seed: 3 })[0]!;
    const temperature = (timeMs: number): number =>
      (JSON.parse(messagesAt(device, timeMs)[0]!.payload) as { temperature: number }).temperature;
    const day = Array.from({ length: 24 * 60 }, (_, minute) => NOON + minute * 60_000);
    for (const timeMs of day) expect(Math.abs(temperature(timeMs + 1_000) - temperature(timeMs))).toBeLessThan(0.5);
    const values = day.map(temperature);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(2);
  });
});
