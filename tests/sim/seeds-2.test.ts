import { expect, test } from "vitest";
import { runSeeds } from "./seeds.ts";

// One of two files, so that two processes share the work.
test("[P2] [P3] [P4] [I10] [I12] [I14] [I19] [I22] [I23] [I33] [I34] [I35] [I39] whatever happens to links, disks, clocks, gateways and regions, nothing is lost or counted twice, and all agree (2 of 2)", async () => {
  await expect(runSeeds(2)).resolves.toBeUndefined();
}, 1_200_000);
