import { WindowCells } from "../../edge/core/storage/window-cells.ts";
import type { SlotRow } from "../../proto/core/effective.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import { summaryOfReadings } from "../../proto/core/summary-of-readings.ts";
import type { Share } from "../../proto/core/unite.ts";
import type { WindowContent, WindowSpan, WindowReading } from "../../proto/core/window-content.ts";
import { NO_CONTENT, READINGS_OF_PAIR } from "../../proto/core/window-content.ts";

/** The window of the tests that unite shares. */
export const MINUTE: WindowSpan = { windowStartMs: 600_000, windowMs: 60_000 };

/** A row that a gateway with the rule `pair: true` forwards. `kind`: as another rule or an older version would do it. */
export function rowOf(
  readings: readonly WindowReading[],
  { kind, window = MINUTE, ...place }: Partial<SlotRow> & { kind?: WindowContent["kind"]; window?: WindowSpan } = {},
): SlotRow {
  const ordered = readings.toSorted((a, b) => a.timeMs - b.timeMs);
  return {
    gateway: "g1",
    streamId: "0191d3a5-0000-7000-8000-000000000001" as StreamId,
    part: 0,
    ver: 1 as Seq,
    hash48: 0,
    carry: null,
    revision: 0,
    unit: null,
    haMode: "auto",
    later: false,
    summary: summaryOfReadings(ordered, { ...window, quantiles: true }),
    content: contentOf(ordered, kind ?? (readings.length > READINGS_OF_PAIR ? "cells" : "readings"), window),
    ...place,
  };
}

/** One row for each gateway: `g1`, `g2`... */
export function rowsOf(
  ofGateways: readonly (readonly WindowReading[])[],
  change: Parameters<typeof rowOf>[1] = {},
): SlotRow[] {
  return ofGateways.flatMap((readings, i) =>
    readings.length === 0
      ? []
      : [
          rowOf(readings, {
            gateway: `g${i + 1}`,
            streamId: `0191d3a5-0000-7000-8000-00000000000${i + 1}` as StreamId,
            ...change,
          }),
        ],
  );
}

export function shareOf(
  name: string,
  readings: readonly WindowReading[],
  kind: WindowContent["kind"] = "readings",
): Share<string> {
  const { summary, content } = rowOf(readings, { kind });
  return { name, summary, content, bounds: null, sources: [name] };
}

/** @param readings in order of time. */
function contentOf(readings: readonly WindowReading[], kind: WindowContent["kind"], window: WindowSpan): WindowContent {
  switch (kind) {
    case "none":
      return NO_CONTENT;
    case "readings":
      return { kind, readings, arrivalToleranceMs: 500, quantiles: true };
    case "cells": {
      const { cells } = WindowCells.of(readings, window.windowStartMs, window.windowMs);
      return { kind, cells, arrivalToleranceMs: 500 };
    }
  }
}
