import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { runs } from "../../../support/scale.ts";
import { rotOnce, rottingStore } from "../../../support/store-rot.ts";
import type { RotOutcome } from "../../../support/store-rot.ts";

/** By hand: `TIDEMARK_ROT=1000 npm run test:one -- tests/unit/cloud/store/rot.test.ts`; TIDEMARK_ROT_SEED chooses others. */
const FLIPS = Number(process.env["TIDEMARK_ROT"] ?? runs({ short: 30, long: 200 }));
const SEED = Number(process.env["TIDEMARK_ROT_SEED"] ?? 7);

test(
  "[I43] [I44] a flipped bit anywhere in the database of a region is harmless, repaired or named after two walks",
  { timeout: 60_000 + FLIPS * 2_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-rot-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const before = await rottingStore(folder);
    const outcomes: RotOutcome[] = [];
    let random = SEED;
    for (let flip = 0; flip < FLIPS; flip++) {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      outcomes.push(await rotOnce(folder, before, random / 2 ** 31));
    }
    const kinds = Map.groupBy(outcomes, ({ kind }) => kind);
    console.log([...kinds].map(([kind, of]) => `${kind}: ${of.length}`).join(", "));
    expect(kinds.get("silent") ?? []).toEqual([]);
    expect(kinds.get("repaired")?.length).toBeGreaterThan(FLIPS / 5);
  },
);
