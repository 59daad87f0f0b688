import { describe, expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";
import { seedThatCatches } from "./seeds.ts";

describe("the simulator notices", () => {
  test.each(MUTANTS)(
    "%s",
    async (mutant) => {
      const seed = await seedThatCatches(mutant);
      console.log(`${mutant}: noticed at seed ${seed}`);
      expect(seed).toBeGreaterThan(0);
    },
    600_000,
  );
});
