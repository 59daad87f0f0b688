import type { RawReading, ReadingKey } from "../../cloud/store/store.ts";
import { regionContents } from "../support/region-contents.ts";
import { answerKey, wrongAnswers } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";
import { WINDOW_MS } from "./window-length.ts";
import type { SimRegion } from "./sim-region.ts";
import type { World } from "./world.ts";

/** What must hold when everything has been mended and had its time; empty when all of it does. */
export async function violations(world: World): Promise<readonly string[]> {
  const live = world.regions.filter((region) => !world.lost.has(region));
  const found: string[] = [];
  for (const region of live) found.push(...(await everyReadingOnce(world, region)));
  for (const region of live) found.push(...everyCommand(world, region));
  found.push(...equalTables(live));
  found.push(...everythingReplicated(world));
  for (const sensor of world.sensors) {
    if (sensor.waiting > 0) found.push(`${sensor.device} still waits for ${sensor.waiting} acknowledgements`);
  }
  return found.slice(0, 20);
}

async function everyReadingOnce(world: World, region: SimRegion): Promise<string[]> {
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
    const answers = await answersOf(world.mutant, region, device);
    found.push(...noSlotBeaten(region, device, answers));
    if (!world.restored.has(sensor.gateway)) found.push(...windowsAreTheirReadings(region, device, readings, answers));
  }
  return found;
}

/** What enough regions were said to hold is held by every one, unless its device was erased. */
function everyCommand(world: World, region: SimRegion): string[] {
  const held = region.database
    .prepare<[], string>("SELECT reason FROM operator_row UNION SELECT reason FROM erased")
    .pluck()
    .all() as string[];
  const erased = region.database.prepare("SELECT count(*) FROM erased").pluck().get() as number;
  if (erased > 0) return [];
  const there = new Set(held);
  return [...world.operator.said]
    .filter(([reason, { replicated }]) => replicated && !there.has(reason))
    .map(([reason]) => `${region.name} lacks the command with ${reason}`);
}

/** By start and unit. */
type Answers = ReadonlyMap<string, { readonly count: number; readonly sum: number }>;

/** What the region says of the windows of a device. */
async function answersOf(mutant: Mutant | undefined, region: SimRegion, device: string): Promise<Answers> {
  const query = { ...ALL_TIME, device, metric: "id", windowMs: WINDOW_MS, after: null, limit: 10_000 };
  const page = await region.store!.records(query);
  const answers = new Map(
    page.rows.map(({ windowStartMs, effective }) => [answerKey(windowStartMs, effective.unit), effective.summary]),
  );
  return wrongAnswers(mutant, region.database, device) ?? answers;
}

/** No answer counts less than one of the states that it was made of: few readings must not beat many. */
function noSlotBeaten(region: SimRegion, device: string, answers: Answers): string[] {
  const largest = region.database
    .prepare<[string, number], { startMs: number; unit: string | null; most: number }>(
      `SELECT window_start_ms AS startMs, unit, max(count) AS most FROM record
       JOIN series ON series.id = record.series WHERE device = ? AND window_ms = ? GROUP BY window_start_ms, unit`,
    )
    .all(device, WINDOW_MS);
  return largest
    .map((row) => ({ ...row, counted: answers.get(answerKey(row.startMs, row.unit))?.count ?? 0 }))
    .filter(({ counted, most }) => counted < most)
    .map(
      ({ startMs, unit, counted, most }) =>
        `${region.name}: window ${startMs} ${unit} of ${device} counts ${counted}, a state of it ${most}`,
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

function equalTables(live: readonly SimRegion[]): string[] {
  const [first, ...others] = live.map((region) => ({
    name: region.name,
    contents: regionContents(region.database),
  }));
  const found: string[] = [];
  for (const other of others) {
    for (const [table, rows] of Object.entries(other.contents)) {
      const [ours, theirs] = [JSON.stringify(first!.contents[table]), JSON.stringify(rows)];
      if (ours !== theirs)
        found.push(
          `${first!.name} and ${other.name} differ in ${table}: ${first!.contents[table]!.length} and ${rows.length} rows`,
        );
    }
  }
  return found;
}

/** Every gateway may trim all that it has. */
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
