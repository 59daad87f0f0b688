import { isDeepStrictEqual } from "node:util";
import type { RawReading, ReadingKey } from "../../cloud/store/store.ts";
import type { StoreDump } from "../../cloud/store/store-dump.ts";
import { answerKey, wrongAnswers } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";
import { WINDOW_MS } from "./window-length.ts";
import type { SimRegion } from "./sim-region.ts";
import type { World } from "./world.ts";

/** Checks the world after all faults have ended and repair had time. @returns what is wrong; empty when all is well. */
export async function violations(world: World): Promise<readonly string[]> {
  const live = await Promise.all(
    world.regions
      .filter((region) => !world.lost.has(region))
      .map(async (region) => ({ region, dump: await region.store!.dump() })),
  );
  const found: string[] = [];
  for (const one of live) found.push(...(await everyReadingOnce(world, one)));
  for (const one of live) found.push(...everyCommand(world, one));
  found.push(...equalStores(live));
  found.push(...everythingReplicated(world));
  for (const sensor of world.sensors) {
    if (sensor.waiting > 0) found.push(`${sensor.device} still waits for ${sensor.waiting} acknowledgements`);
  }
  return found.slice(0, 20);
}

async function everyReadingOnce(world: World, { region, dump }: LiveRegion): Promise<string[]> {
  const found: string[] = [];
  for (const sensor of world.sensors) {
    const device = `plant/${sensor.device}`;
    const readings = await readingsOf(region, device);
    const times = new Map<number, number>();
    for (const { value, unit } of readings) {
      if (unit !== sensor.unitOf(Number(value)))
        found.push(`${region.name}: reading ${String(value)} of ${device} is in ${unit}`);
    }
    for (const { value } of readings) times.set(Number(value), (times.get(Number(value)) ?? 0) + 1);
    for (const [id, { ackedMs }] of sensor.sent) {
      const count = times.get(id) ?? 0;
      if (world.uncertain.has(id)) continue;
      if (ackedMs !== undefined && count === 0)
        found.push(`${region.name} lacks reading ${id} of ${device}, acknowledged at ${ackedMs}`);
      if (count > 1) found.push(`${region.name} has reading ${id} of ${device} ${count} times`);
    }
    for (const id of times.keys())
      if (!sensor.sent.has(id)) found.push(`${region.name} has a reading ${id} of ${device} that was never sent`);
    const answers = await answersOf(world.mutant, { region, dump }, device);
    found.push(...answersIncludeTheirRows({ region, dump }, device, answers));
    if (!world.restored.has(sensor.gateway)) found.push(...windowsAreTheirReadings(region, device, readings, answers));
  }
  return found;
}

/** Every region has every command that was reported as replicated. Nothing is checked after a device was erased. */
function everyCommand(world: World, { region, dump }: LiveRegion): string[] {
  if (dump.erased.length > 0) return [];
  const held = new Set(dump.commands.map(({ row }) => row.reason));
  return [...world.operator.sent]
    .filter(([reason, { replicated }]) => replicated && !held.has(reason))
    .map(([reason]) => `${region.name} lacks the command with ${reason}`);
}

type LiveRegion = { readonly region: SimRegion; readonly dump: StoreDump };

/** By window start and unit. */
type Answers = ReadonlyMap<string, { readonly count: number; readonly sum: number }>;

/** The region's answers for the windows of a device. */
async function answersOf(mutant: Mutant | undefined, { region, dump }: LiveRegion, device: string): Promise<Answers> {
  const query = { ...ALL_TIME, device, metric: "id", windowMs: WINDOW_MS, after: null, limit: 10_000 };
  const page = await region.store!.records(query);
  const answers = new Map(
    page.rows.map(({ windowStartMs, effective }) => [answerKey(windowStartMs, effective.unit), effective.summary]),
  );
  return wrongAnswers(mutant, dump, device) ?? answers;
}

/** No answer counts fewer readings than one of the rows that it is made of. */
function answersIncludeTheirRows({ region, dump }: LiveRegion, device: string, answers: Answers): string[] {
  const largest = new Map<string, number>();
  for (const { state, row, ...window } of dump.windows) {
    if (state !== "present" || window.device !== device || window.windowMs !== WINDOW_MS) continue;
    const key = answerKey(window.windowStartMs, row.unit);
    largest.set(key, Math.max(largest.get(key) ?? 0, row.summary.count));
  }
  return [...largest]
    .map(([key, most]) => ({ key, most, counted: answers.get(key)?.count ?? 0 }))
    .filter(({ counted, most }) => counted < most)
    .map(
      ({ key, counted, most }) =>
        `${region.name}: window ${key} of ${device} counts ${counted}, one of its states counts ${most}`,
    );
}

/** Each answer counts and sums exactly the readings of its unit that fell into the window. */
function windowsAreTheirReadings(
  region: SimRegion,
  device: string,
  readings: readonly RawReading[],
  answers: Answers,
): string[] {
  const expected = new Map<string, { count: number; sum: number }>();
  for (const { timeMs, value, unit } of readings) {
    const key = answerKey(Math.floor(timeMs / WINDOW_MS) * WINDOW_MS, unit);
    const window = expected.get(key) ?? { count: 0, sum: 0 };
    expected.set(key, { count: window.count + 1, sum: window.sum + Number(value) });
  }
  const found: string[] = [];
  for (const [key, { count, sum }] of answers) {
    const wanted = expected.get(key);
    expected.delete(key);
    if (wanted?.count === count && wanted.sum === sum) continue;
    found.push(
      `${region.name}: window ${key} of ${device} counts ${count} (sum ${sum}), its readings are ${wanted?.count} (sum ${wanted?.sum})`,
    );
  }
  for (const [key, { count }] of expected)
    found.push(`${region.name}: no window ${key} of ${device} for ${count} readings`);
  return found;
}

async function readingsOf(region: SimRegion, device: string): Promise<RawReading[]> {
  const readings: RawReading[] = [];
  for (let after: ReadingKey | null = null; ;) {
    const page: Awaited<ReturnType<NonNullable<SimRegion["store"]>["readings"]>> = await region.store!.readings({
      ...ALL_TIME,
      device,
      metric: "id",
      after,
      limit: 10_000,
    });
    readings.push(...page.rows);
    if (page.next === null) return readings;
    after = page.next;
  }
}

const ALL_TIME = { fromMs: -8e15, toMs: 8e15 };

function equalStores([first, ...others]: readonly LiveRegion[]): string[] {
  if (first === undefined) return [];
  const expected = new Map<string, readonly unknown[]>(Object.entries(first.dump));
  const found: string[] = [];
  for (const other of others) {
    for (const [table, rows] of Object.entries(other.dump)) {
      const wanted = expected.get(table) ?? [];
      if (isDeepStrictEqual(wanted, rows)) continue;
      const lengths = `${wanted.length} and ${rows.length} rows`;
      found.push(`${first.region.name} and ${other.region.name} differ in ${table}: ${lengths}`);
    }
  }
  return found;
}

/** Every gateway may delete all of its batches. */
function everythingReplicated(world: World): string[] {
  const found: string[] = [];
  for (const gateway of world.gateways) {
    const status = gateway.engine?.status();
    if (status === undefined) found.push(`${gateway.name} does not run`);
    else if (status.waitingReadings > 0)
      found.push(`${gateway.name} keeps ${status.waitingReadings} readings that no region is known to hold`);
    else if (status.outbox.batches > 0)
      found.push(`${gateway.name} keeps ${status.outbox.batches} batches that it may not trim`);
  }
  return found;
}
