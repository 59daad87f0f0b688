import { afterEach, beforeEach, describe } from "vitest";

import { describeBatches } from "./batches.ts";
import { describeCommands } from "./commands.ts";
import { describeConvergence } from "./convergence.ts";
import { describePaging } from "./paging.ts";
import { describeRawReadings } from "./raw-readings.ts";
import { describeRefusals } from "./refusals.ts";
import { describeSnapshots } from "./snapshots.ts";
import { StoreTrial } from "./store-trial.ts";
import type { StoreHarness } from "./store-trial.ts";
import { describeTypesAndUnits } from "./types-and-units.ts";
import { describeWindowContents } from "./window-contents.ts";
import { describeWindows } from "./windows.ts";

/** The promises of every `Store` (cloud/store/store.ts). An implementation runs the whole suite, unchanged. */
export function storeContract(harness: StoreHarness): void {
  describe(`the store contract: ${harness.name}`, () => {
    const trial = new StoreTrial(harness);
    beforeEach(() => trial.begin());
    afterEach(() => trial.end());

    describeBatches(trial);
    describeRefusals(trial);
    describeWindows(trial);
    describeWindowContents(trial);
    describeCommands(trial);
    describeTypesAndUnits(trial);
    describeConvergence(trial);
    describeSnapshots(trial);
    describePaging(trial);
    describeRawReadings(trial);
  });
}
