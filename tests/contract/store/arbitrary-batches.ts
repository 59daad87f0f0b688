import fc from "fast-check";

import { OPERATOR_RANKS } from "../../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import { rawBlock, sealed, windowOf, windowOfReadings } from "../../support/sealed.ts";
import { A, B, command, commanded } from "./store-trial.ts";

const OTHER_KINDS = ["clear", "erase_device", "set_member", "keep_gateway"] as const;
const arbitraryCommands = fc
  .uniqueArray(
    fc
      .record({
        kind: fc.constantFrom(...OPERATOR_RANKS, ...OPERATOR_RANKS, ...OTHER_KINDS),
        hlc: fc.integer({ min: 1, max: 5 }),
        value: fc.integer({ min: 0, max: 3 }),
        rank: fc.constantFrom(...OPERATOR_RANKS),
        device: fc.constantFrom("d1", "d1", "d2"),
        startMs: fc.constantFrom(0, 10_000, 20_000),
      })
      .map(({ kind, hlc, ...given }) => command(kind, hlc, given)),
    { maxLength: 2, selector: (one) => one.hlc },
  )
  .map((all) => all.toSorted((a, b) => a.hlc - b.hlc));

const arbitraryReadings = fc.array(
  fc.record({
    offsetMs: fc.constantFrom(0, 3, 400, 5_000),
    value: fc.constantFrom(-5, 0, 0, "off"),
    clock: fc.constantFrom("device" as const, "none" as const),
  }),
  { minLength: 1, maxLength: 4 },
);

const arbitraryWindow = fc
  .record({
    values: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 4 }),
    /** Null: the window does not carry its readings. */
    readings: fc.option(arbitraryReadings),
    device: fc.constantFrom("d1", "d2"),
    startMs: fc.constantFrom(0, 10_000),
    part: fc.constantFrom(0, 0, 0, 17),
    revision: fc.integer({ min: 0, max: 2 }),
    carry: fc.constantFrom(null, null, A, B),
    haMode: fc.constantFrom("auto" as const, "auto" as const, "mirror" as const, "partition" as const),
  })
  .map(({ values, readings, ...place }) => {
    // The gateway learns the unit between two revisions. The other part has another unit.
    const unit = place.part > 0 ? "°F" : place.revision === 0 ? null : "°C";
    const other = { ...place, unit, later: place.part > 0 };
    if (readings === null) return windowOf(values, other);
    const dated = readings.map(({ offsetMs, ...reading }) => ({ ...reading, timeMs: place.startMs + offsetMs }));
    return windowOfReadings(
      dated.toSorted((a, b) => a.timeMs - b.timeMs),
      other,
    );
  });

const arbitraryBlock = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(-9, 0, 7, true, "off")), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.constantFrom("°C", "°F"),
  )
  .map(([readings, unit]) => rawBlock(readings, { unit }));

const arbitraryPosition = fc.record({ stream: fc.constantFrom(A, B), seq: fc.integer({ min: 1, max: 6 }) });
const ofGateway = fc
  .tuple(arbitraryPosition, fc.array(arbitraryWindow, { maxLength: 4 }), fc.array(arbitraryBlock, { maxLength: 2 }))
  .map(([{ stream, seq: at }, windows, raws]) =>
    sealed(stream, at, {
      gateway: stream === A ? "plant-7" : "plant-8",
      windows,
      raws,
      ledger: { readings: raws.length, redelivered: windows.length },
    }),
  );
const ofOperator = fc
  .tuple(fc.integer({ min: 1, max: 4 }), arbitraryCommands)
  .map(([at, commands]) => commanded(at, ...commands));
/** Any batch of two gateways or of operators, from few names and times, so that rows meet each other. */
export const arbitraryBatch: fc.Arbitrary<SealedBatch> = fc.oneof(
  { weight: 2, arbitrary: ofGateway },
  { weight: 1, arbitrary: ofOperator },
);
