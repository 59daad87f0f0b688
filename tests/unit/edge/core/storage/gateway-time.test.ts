import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClocksShown, DiskTime, GatewayTime, HeldBoot } from "../../../../../edge/core/storage/gateway-time.ts";
import {
  elapsedAtArrival,
  estimatedOffsets,
  nextTime,
  TIME_RULES,
  timeAtStart,
} from "../../../../../edge/core/storage/gateway-time.ts";

const TODAY_MS = Date.UTC(2026, 10, 20, 12);
const NEW_DISK: DiskTime = { offsetMs: undefined, newestKnownMs: 0 };
const USED_DISK: DiskTime = { offsetMs: undefined, newestKnownMs: TODAY_MS };
const HOUR_MS = 3_600_000;

function shown(wallMs: number, elapsedMs: number, synchronized?: boolean): ClocksShown {
  return { wallMs, elapsedMs, synchronized };
}

/** The states after each look at the clocks. */
function through(sights: readonly ClocksShown[], disk: DiskTime = NEW_DISK, rules = TIME_RULES): GatewayTime {
  const [first, ...rest] = sights;
  return rest.reduce((time, sight) => nextTime(time, sight, disk, rules), timeAtStart(first!, disk, rules));
}

describe("the time of a gateway", () => {
  test("is known at once when the clock shows a possible time", () => {
    expect(through([shown(TODAY_MS, 5000)])).toEqual({ kind: "known", offsetMs: TODAY_MS - 5000 });
  });

  test("is unknown in 1970, and known from the moment at which the clock is set", () => {
    expect(through([shown(9000, 9000), shown(60_000, 60_000)])).toMatchObject({ kind: "waiting", why: "unset" });
    expect(through([shown(9000, 9000), shown(TODAY_MS, 60_000)])).toEqual({
      kind: "known",
      offsetMs: TODAY_MS - 60_000,
    });
  });

  test("follows a clock that is set again, and stays known when the clock is lost", () => {
    expect(through([shown(TODAY_MS, 0), shown(TODAY_MS - HOUR_MS, 10)])).toMatchObject({
      offsetMs: TODAY_MS - HOUR_MS - 10,
    });
    expect(through([shown(TODAY_MS, 0), shown(1000, 10)])).toEqual({ kind: "known", offsetMs: TODAY_MS });
  });

  test("is the time of an earlier process in the same boot, whatever the clock shows", () => {
    const disk = { offsetMs: TODAY_MS, newestKnownMs: TODAY_MS + HOUR_MS };
    expect(through([shown(77, 1000)], disk)).toEqual({ kind: "known", offsetMs: TODAY_MS });
    expect(through([shown(TODAY_MS - HOUR_MS, 1000)], disk)).toMatchObject({ kind: "known" });
  });

  test("is unknown when the clock starts behind the newest time of an earlier boot", () => {
    expect(through([shown(TODAY_MS - HOUR_MS, 0)], USED_DISK)).toMatchObject({ kind: "waiting", why: "behind" });
    expect(through([shown(TODAY_MS - 30_000, 0)], USED_DISK)).toMatchObject({ kind: "known" });
  });

  test("is then known when the clock is set to any time, or is not set for a while", () => {
    const start = shown(TODAY_MS - HOUR_MS, 0);
    const offsetMs = TODAY_MS - 2 * HOUR_MS - 1000;
    expect(through([start, shown(TODAY_MS - 2 * HOUR_MS, 1000)], USED_DISK)).toEqual({ kind: "known", offsetMs });
    const waited = (ms: number): GatewayTime => through([start, shown(start.wallMs + ms, ms)], USED_DISK);
    expect(waited(599_999).kind).toBe("waiting");
    expect(waited(600_000)).toEqual({ kind: "known", offsetMs: start.wallMs });
  });

  test("is known when the machine is asked and says that its clock is synchronized", () => {
    const early = shown(TODAY_MS, 0, false);
    expect(through([early], USED_DISK)).toMatchObject({ kind: "waiting", why: "not_synchronized" });
    expect(through([early, shown(TODAY_MS + 10, 10, true)], USED_DISK)).toMatchObject({ kind: "known" });
    expect(through([shown(5, 0, true)])).toMatchObject({ kind: "waiting", why: "unset" });
  });

  test("is given up after the configured wait, and known when the clock is set later", () => {
    const rules = { ...TIME_RULES, maxWaitMs: 30_000 };
    const late = [shown(0, 0), shown(30_000, 30_000)];
    expect(through(late, NEW_DISK, rules)).toEqual({ kind: "given_up", offsetMs: 0 });
    expect(through([...late, shown(TODAY_MS, 31_000)], NEW_DISK, rules)).toMatchObject({ kind: "known" });
  });

  test("stays known, whatever the clock does", () => {
    const sight = fc.record({
      wallMs: fc.integer({ min: -1e12, max: 4e12 }),
      stepMs: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(fc.array(sight, { minLength: 1 }), fc.integer({ min: 0, max: 3e12 }), (sights, newestKnownMs) => {
        const disk = { offsetMs: undefined, newestKnownMs };
        let elapsedMs = 0;
        const states: GatewayTime[] = [];
        for (const { wallMs, stepMs } of sights) {
          elapsedMs += stepMs;
          const now = shown(wallMs, elapsedMs);
          const before = states.at(-1);
          states.push(
            before === undefined ? timeAtStart(now, disk, TIME_RULES) : nextTime(before, now, disk, TIME_RULES),
          );
        }
        const known = states.findIndex(({ kind }) => kind === "known");
        expect(states.slice(known < 0 ? states.length : known).every(({ kind }) => kind === "known")).toBe(true);
      }),
      { seed: 7 },
    );
  });
});

test("an arrival is dated by how long ago it was, or as now when the clock was set in between", () => {
  expect(elapsedAtArrival(TODAY_MS - 40, shown(TODAY_MS, 9000))).toBe(8960);
  expect(elapsedAtArrival(7000, shown(TODAY_MS, 9000))).toBe(9000);
  expect(elapsedAtArrival(TODAY_MS, shown(7000, 9000))).toBe(9000);
});

describe("boots that ended before their time was known", () => {
  test("are dated to end when the next one began; known offsets stay", () => {
    const ended: HeldBoot[] = [
      { boot: 1, beganMs: 0, lastMs: 500, offsetMs: undefined },
      { boot: 2, beganMs: 0, lastMs: 300, offsetMs: undefined },
      { boot: 3, beganMs: 0, lastMs: 900, offsetMs: 10_000 },
      { boot: 4, beganMs: 20, lastMs: 100, offsetMs: undefined },
    ];
    const offsets = estimatedOffsets(ended, { beganMs: 50, offsetMs: 50_000 });
    expect([...offsets]).toEqual([
      [4, 49_950],
      [2, 9700],
      [1, 9200],
    ]);
  });

  test("never overlap, and differences inside a boot stay exact", () => {
    const boot = fc.record({ beganMs: fc.integer({ min: 0, max: 1000 }), lasted: fc.integer({ min: 0, max: 1e9 }) });
    fc.assert(
      fc.property(fc.array(boot, { maxLength: 8 }), (boots) => {
        const ended = boots.map(({ beganMs, lasted }, i): HeldBoot => {
          return { boot: i, beganMs, lastMs: beganMs + lasted, offsetMs: undefined };
        });
        const offsets = estimatedOffsets(ended, { beganMs: 0, offsetMs: TODAY_MS });
        let endMs = -Infinity;
        for (const { boot: number, beganMs, lastMs } of ended) {
          expect(offsets.get(number)! + beganMs).toBeGreaterThanOrEqual(endMs);
          endMs = offsets.get(number)! + lastMs;
        }
        expect(endMs).toBeLessThanOrEqual(TODAY_MS);
      }),
      { seed: 7 },
    );
  });
});
