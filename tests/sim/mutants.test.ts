import { describe, expect, test } from "vitest";
import type { Mutant } from "./mutants.ts";
import { seedThatCatches } from "./seeds.ts";

/** Every mutant, and a seed that noticed it. When a change moves the seed, the test prints the new one. */
const LIKELY_SEED: Record<Mutant, number> = {
  ack_before_commit: 4,
  claims_only_grow: 4,
  cursor_instead_of_sets: 2,
  one_stream_per_disk: 1,
  last_writer_wins: 2,
  add_instead_of_replace: 1,
  prefix_only_acks: 9,
  snapshot_set_read_last: 14,
  clock_dependent_apply: 1,
  adds_up_units: 1,
  eager_trim: 1,
  adds_equal_shares: 1,
  drops_smaller_share: 2,
  unites_pairwise: 15,
};

describe("the simulator notices", () => {
  test.each(Object.entries(LIKELY_SEED) as [Mutant, number][])(
    "%s",
    async (mutant, likely) => {
      const seed = await seedThatCatches(mutant, likely);
      if (seed !== likely) console.log(`${mutant}: noticed at seed ${seed}, not at ${likely}`);
      expect(seed).toBeGreaterThan(0);
    },
    600_000,
  );
});
