import { expect } from "vitest";
import { runs } from "../support/scale.ts";
import { FAULT_KINDS } from "./faults.ts";
import type { Mutant } from "./mutants.ts";
import { World } from "./world.ts";

/**
 * The seeds of this run. The long run continues where the short one ends. The short one has enough seeds to notice every
 * mutant and to reach every kind of fault. `TIDEMARK_SIM_SEED=17` replays one seed and prints what happened.
 */
const SEEDS = runs({ short: { from: 1, to: 40 }, long: { from: 41, to: 600 } });
const replayed = process.env["TIDEMARK_SIM_SEED"];

/** Runs every second seed, from the `first` one on. No seed may fail, and every kind of fault must have occurred. */
export async function runSeeds(first: 1 | 2): Promise<void> {
  if (replayed !== undefined) return replay(Number(replayed));
  const reached = new Map<string, number>();
  let count = 0;
  let withSnapshots = 0;
  for (let seed = SEEDS.from + first - 1; seed <= SEEDS.to; seed += 2) {
    const { violations, faults, snapshots } = await new World({ seed }).run();
    expect(violations, `replay with TIDEMARK_SIM_SEED=${seed} npm run test:one tests/sim/seeds-1`).toEqual([]);
    for (const kind of faults) reached.set(kind, (reached.get(kind) ?? 0) + 1);
    count++;
    if (snapshots > 0) withSnapshots++;
  }
  const shares = FAULT_KINDS.map((kind) => [kind, (reached.get(kind) ?? 0) / count] as const);
  console.log(
    `${count} seeds; ${shares.map(([kind, share]) => `${kind} in ${Math.round(share * 100)} %`).join(", ")}; a snapshot in ${Math.round((100 * withSnapshots) / count)} %`,
  );
  expect(withSnapshots / count).toBeGreaterThanOrEqual(0.01);
  expect(shares.filter(([, share]) => share < 0.01)).toEqual([]);
}

/**
 * A seed of this run at which the simulator notices the mistake.
 * @param likely the seed that noticed it last time. To save time it is tried first.
 * @throws when none of this run's seeds notices it.
 */
export async function seedThatCatches(mutant: Mutant, likely: number): Promise<number> {
  const all = Array.from({ length: SEEDS.to - SEEDS.from + 1 }, (_, i) => SEEDS.from + i);
  for (const seed of [...all.filter((seed) => seed === likely), ...all.filter((seed) => seed !== likely)]) {
    if ((await new World({ seed, mutant }).run()).violations.length > 0) return seed;
  }
  throw new Error(`${mutant} is not noticed by the seeds up to ${SEEDS.to}`);
}

async function replay(seed: number): Promise<void> {
  const world = new World({ seed });
  const { violations } = await world.run();
  console.log([`seed ${seed}`, ...world.log].join("\n"));
  expect(violations).toEqual([]);
}
