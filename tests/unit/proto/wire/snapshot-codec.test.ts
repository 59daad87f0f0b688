import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";

import type { WindowRecord } from "../../../../proto/core/record.ts";
import { NO_CONTENT } from "../../../../proto/core/window-content.ts";
import type { WindowContent } from "../../../../proto/core/window-content.ts";
import { toSeq } from "../../../../proto/core/ids.ts";
import { tidemark } from "../../../../proto/wire/generated/tidemark.js";
import { decodeSnapshotPart, encodeSnapshotPart } from "../../../../proto/wire/snapshot-codec.ts";
import type { SnapshotPart } from "../../../../proto/wire/snapshot-codec.ts";
import { testStream, windowOf } from "../../../support/sealed.ts";

const READINGS: WindowContent = {
  kind: "readings",
  readings: [
    { timeMs: 0, value: 1, clock: "device" },
    { timeMs: 1, value: 2, clock: "none" },
  ],
  arrivalToleranceMs: 700,
  quantiles: false,
};
const CELLS: WindowContent = {
  kind: "cells",
  cells: [{ firstMs: 0, lastMs: 1, count: 2, numericCount: 2, sum: 3, byArrival: true, hash: 7 }],
  arrivalToleranceMs: 500,
};

function partOf(...windows: WindowRecord[]): SnapshotPart {
  const origin = { streamId: testStream(1), gateway: "plant-7", seq: toSeq(1), hash48: 17 };
  const rows = windows.map((window) => ({ origin, window }));
  return { batches: [], commands: [], windows: rows, raws: [], voids: [], schemas: [] };
}

function formatOf(part: SnapshotPart): number {
  return tidemark.v1.SnapshotBody.decode(zstdDecompressSync(encodeSnapshotPart(part))).format;
}

describe("a part of a snapshot", () => {
  it("carries the single readings and the cells of windows", () => {
    const part = partOf(
      windowOf([1, 2], { content: READINGS }),
      windowOf([1, 2], { content: NO_CONTENT }),
      windowOf([1, 2], { content: CELLS }),
    );
    expect(decodeSnapshotPart(encodeSnapshotPart(part))).toEqual(part);
  });

  it("has the lowest format that can hold it, so that a region of an earlier version can read it", () => {
    const later = windowOf([1], { later: true, part: 7 });
    expect(formatOf(partOf(windowOf([1])))).toBe(1);
    expect(formatOf(partOf(windowOf([1]), later))).toBe(2);
    expect(formatOf(partOf(windowOf([1, 2], { content: READINGS }), later))).toBe(3);
  });
});
