import type { WindowContent } from "../core/window-content.ts";
import { ARRIVAL_TOLERANCE_DEFAULT_MS, ARRIVAL_TOLERANCE_MAX_MS, NO_CONTENT } from "../core/window-content.ts";
import { cellColumns, cellsOfColumns, readingColumns, readingsOfColumns } from "./content-columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";

/**
 * The readings or cells of one window as bytes, for a column of a database, and back (proto/batch.proto, StoredContent).
 *
 * Promises: equal contents have equal bytes. Decoding gives back what was encoded, and takes any bytes: it throws a RangeError
 * for those that are no content.
 */
export function encodeWindowContent(content: WindowContent): Uint8Array | null {
  switch (content.kind) {
    case "none":
      return null;
    case "readings": {
      const { readings, arrivalToleranceMs, quantiles } = content;
      return encoded({
        ...toleranceWire(arrivalToleranceMs),
        ...(quantiles ? {} : { withoutQuantiles: true }),
        readings: readingColumns([{ readings, fromMs: 0 }]),
      });
    }
    case "cells": {
      const { cells, arrivalToleranceMs } = content;
      return encoded({ ...toleranceWire(arrivalToleranceMs), cells: cellColumns([{ cells, fromMs: 0 }]) });
    }
  }
}

/**
 * It does not know the window: see {@link checkContent}.
 * @param bytes null: `none`.
 * @throws RangeError
 */
export function decodeWindowContent(bytes: Uint8Array | null): WindowContent {
  if (bytes === null) return NO_CONTENT;
  const stored = decoded(bytes);
  const arrivalToleranceMs = toleranceFromWire(stored.arrivalToleranceMs);
  if (stored.readings != null) {
    const [readings = []] = readingsOfColumns(stored.readings, [0]);
    return { kind: "readings", readings, arrivalToleranceMs, quantiles: !stored.withoutQuantiles };
  }
  if (stored.cells != null) {
    const [cells = []] = cellsOfColumns(stored.cells, [0]);
    return { kind: "cells", cells, arrivalToleranceMs };
  }
  throw new RangeError("a window content with neither readings nor cells");
}

/** @throws RangeError when a reading or a cell is outside of the window. */
export function checkContent(
  content: WindowContent,
  { windowStartMs, windowMs }: { readonly windowStartMs: number; readonly windowMs: number },
): void {
  const check = (firstMs: number, lastMs: number): void => {
    if (firstMs < windowStartMs || lastMs >= windowStartMs + windowMs)
      throw new RangeError(`a reading from ${firstMs} to ${lastMs} is not in the window at ${windowStartMs}`);
  };
  // In order of time.
  if (content.kind === "readings") check(content.readings[0]!.timeMs, content.readings.at(-1)!.timeMs);
  if (content.kind === "cells") check(content.cells[0]!.firstMs, content.cells.at(-1)!.lastMs);
}

export function toleranceWire(toleranceMs: number): { arrivalToleranceMs?: number } {
  return toleranceMs === ARRIVAL_TOLERANCE_DEFAULT_MS ? {} : { arrivalToleranceMs: toleranceMs };
}

/** @throws RangeError */
export function toleranceFromWire(toleranceMs: number): number {
  if (toleranceMs > ARRIVAL_TOLERANCE_MAX_MS) throw new RangeError(`an arrival tolerance of ${toleranceMs} ms`);
  return toleranceMs === 0 ? ARRIVAL_TOLERANCE_DEFAULT_MS : toleranceMs;
}

const wire = tidemark.v1;

function encoded(stored: tidemark.v1.StoredContent.$Properties): Uint8Array {
  return wire.StoredContent.encode(stored).finish();
}

/** @throws RangeError also where protobufjs throws another error. */
function decoded(bytes: Uint8Array): tidemark.v1.StoredContent {
  try {
    return wire.StoredContent.decode(bytes);
  } catch (error) {
    throw new RangeError("a window content cannot be read", { cause: error });
  }
}
