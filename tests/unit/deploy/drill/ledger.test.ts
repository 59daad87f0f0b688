import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CanaryLog, DeviceContents } from "../../../../deploy/drill/ledger.ts";
import { acknowledgedBefore, isClean, ledgerOf } from "../../../../deploy/drill/ledger.ts";

const DEVICE = "drill/run/plant-1/0";

/** @param acknowledged for each id whether it was acknowledged; all were sent. */
function log(acknowledged: readonly boolean[]): CanaryLog {
  return {
    device: DEVICE,
    home: "plant-1",
    sentAtMs: acknowledged.map((_, i) => 1000 + i),
    acknowledgedAtMs: acknowledged.map((is, i) => (is ? 2000 + i : undefined)),
  };
}

function contents(
  region: string,
  ids: readonly number[],
  windows: DeviceContents["windows"] = oneWindow(ids.length),
): DeviceContents {
  return { device: DEVICE, region, ids, windows };
}

function oneWindow(count: number): DeviceContents["windows"] {
  return new Map([["t0", { text: `{"count":${count}}`, count }]]);
}

describe("the ledger of a drill", () => {
  test("is clean when every acknowledged reading is in every region once", () => {
    const ledger = ledgerOf([log([true, true])], [contents("eu", [1, 2]), contents("us", [2, 1])]);
    expect(ledger).toMatchObject({ sent: 2, acknowledged: 2 });
    expect(isClean(ledger)).toBe(true);
  });

  test("has a digest for each region; equal answers have equal digests, in any order", () => {
    const digests = (ids: number[]): string[] =>
      ledgerOf([log([true, true])], [contents("eu", [1, 2]), contents("us", ids)]).regions.map(({ digest }) => digest);
    expect(new Set(digests([2, 1])).size).toBe(1);
    expect(new Set(digests([2, 2])).size).toBe(2);
  });

  test("names missing readings by id, for the region that lacks them", () => {
    const ledger = ledgerOf([log([true, true, true])], [contents("eu", [1, 2, 3]), contents("us", [1, 3])]);
    expect(ledger.regions.map(({ region, missing }) => [region, missing.map(({ id }) => id)])).toEqual([
      ["eu", []],
      ["us", [2]],
    ]);
    expect(isClean(ledger)).toBe(false);
  });

  test("names readings that are there twice, and counts those that were never sent", () => {
    const [eu] = ledgerOf([log([true, true])], [contents("eu", [1, 2, 2, 7])]).regions;
    expect(eu!.twice).toEqual([{ device: DEVICE, id: 2, acknowledgedAt: "1970-01-01T00:00:02.001Z" }]);
    expect(eu!.neverSent).toBe(1);
  });

  test("allows a reading that was not acknowledged to be there or not", () => {
    expect(isClean(ledgerOf([log([true, false])], [contents("eu", [1])]))).toBe(true);
    expect(isClean(ledgerOf([log([true, false])], [contents("eu", [1, 2])]))).toBe(true);
  });

  test("finds windows with wrong counts, and windows for which regions give different answers", () => {
    const counted = ledgerOf([log([true, true])], [contents("eu", [1, 2], oneWindow(3))]);
    expect(counted.regions[0]!.miscounted).toEqual([{ device: DEVICE, windows: 3, readings: 2 }]);
    const other = new Map([["t0", { text: '{"count":2,"sum":9}', count: 2 }]]);
    const differ = ledgerOf([log([true, true])], [contents("eu", [1, 2]), contents("us", [1, 2], other)]);
    expect(differ.windowsDiffer).toEqual([
      { device: DEVICE, start: "t0", answers: { eu: '{"count":2}', us: '{"count":2,"sum":9}' } },
    ]);
    const absent = ledgerOf([log([true])], [contents("eu", [1]), contents("us", [1], new Map())]);
    expect(absent.windowsDiffer[0]!.answers).toEqual({ eu: '{"count":1}', us: null });
  });

  test("names exactly the readings that are lost or doubled, for all combinations", () => {
    const outcomes = fc.array(fc.constantFrom("once", "lost", "doubled", "unacknowledged"), { maxLength: 40 });
    fc.assert(
      fc.property(outcomes, (given) => {
        const ids = given.flatMap((one, i) => (one === "lost" ? [] : one === "doubled" ? [i + 1, i + 1] : [i + 1]));
        const [eu] = ledgerOf([log(given.map((one) => one !== "unacknowledged"))], [contents("eu", ids)]).regions;
        const named = (outcome: string): number[] => given.flatMap((one, i) => (one === outcome ? [i + 1] : []));
        expect(eu!.missing.map(({ id }) => id)).toEqual(named("lost"));
        expect(eu!.twice.map(({ id }) => id)).toEqual(named("doubled"));
      }),
    );
  });
});

test("the ids that were acknowledged before a time", () => {
  expect(acknowledgedBefore(log([true, false, true, true]), 2003)).toEqual([1, 3]);
});
