import { isDeepStrictEqual } from "node:util";
import type { RawReading, ReadingKey } from "../../cloud/store/store.ts";
import type { StoreDump } from "../../cloud/store/store-dump.ts";
import { READINGS_ALWAYS, READINGS_OF_PAIR } from "../../proto/core/window-content.ts";
import type { Mutant } from "./mutants.ts";
import { isSafe } from "./sent-reading.ts";
import type { SimRegion } from "./sim-region.ts";
import { METRIC } from "./sim-sensor.ts";
import type { SimSensor } from "./sim-sensor.ts";
import { isRecognizable, trueWindows } from "./true-windows.ts";
import type { TrueWindow } from "./true-windows.ts";
import { isOfNamedPair, windowLengthsOf } from "./window-rules.ts";
import type { World } from "./world.ts";
import { answerKey, wrongAnswers } from "./wrong-answers.ts";
import type { Answer, AnswersByKey } from "./wrong-answers.ts";

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

async function everyReadingOnce(world: World, live: LiveRegion): Promise<string[]> {
  const found: string[] = [];
  for (const sensor of world.sensors) {
    const isAtOne = sensor.gateways.length === 1 && !world.restored.has(sensor.gateways[0]!);
    const areClocksRight = sensor.gateways.every((gateway) => !world.jumped.has(gateway));
    const readings = await readingsOf(live.region, sensor.device, { dedupe: !isAtOne });
    if (sensor.habits.values === "numbered")
      found.push(...everyNumberOnce(live.region, sensor, { readings, mayBeTwice: !isAtOne && !areClocksRight }));
    for (const windowMs of windowLengthsOf(sensor.device)) {
      const answers = await answersOf(world.mutant, live, { device: sensor.device, windowMs });
      found.push(...answersIncludeTheirRows(live, answers));
      if (areClocksRight) found.push(...windowsAreTrue(live.region, sensor, answers));
      if (isAtOne) found.push(...windowsAreTheirReadings(live.region, readings, answers));
    }
  }
  return found;
}

/** Every reading that a gateway wrote is there once, and no other. */
function everyNumberOnce(
  { name }: SimRegion,
  sensor: SimSensor,
  { readings, mayBeTwice }: { readings: readonly RawReading[]; mayBeTwice: boolean },
): string[] {
  const { device } = sensor;
  const found: string[] = [];
  const times = new Map<number, number>();
  for (const { value, unit } of readings) {
    if (unit !== sensor.unitOf(Number(value)))
      found.push(`${name}: reading ${String(value)} of ${device} is in ${unit}`);
    times.set(Number(value), (times.get(Number(value)) ?? 0) + 1);
  }
  for (const [id, reading] of sensor.sent) {
    const count = times.get(id) ?? 0;
    if (count === 0 && isSafe(reading)) found.push(`${name} lacks reading ${id} of ${device}`);
    if (count > 1 && !mayBeTwice && isRecognizable(reading))
      found.push(`${name} has reading ${id} of ${device} ${count} times`);
  }
  for (const id of times.keys())
    if (!sensor.sent.has(id)) found.push(`${name} has a reading ${id} of ${device} that was never sent`);
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

/** The answers for all windows of one length of a device, by {@link answerKey}. */
type Answers = {
  readonly device: string;
  readonly windowMs: number;
  readonly byKey: AnswersByKey;
};

async function answersOf(
  mutant: Mutant | undefined,
  { region, dump }: LiveRegion,
  of: Pick<Answers, "device" | "windowMs">,
): Promise<Answers> {
  const page = await region.store!.records({ ...ALL_TIME, ...of, metric: METRIC, after: null, limit: 10_000 });
  const byKey = new Map(
    page.rows.map(({ windowStartMs, effective: { unit, summary, bounds } }) => [
      answerKey(windowStartMs, unit),
      { count: summary.count, sum: summary.sum, bounds },
    ]),
  );
  const windows = dump.windows.filter(({ device, windowMs }) => device === of.device && windowMs === of.windowMs);
  return { ...of, byKey: wrongAnswers(mutant, windows, byKey) };
}

/** No answer counts fewer readings than one of the rows that it is made of. */
function answersIncludeTheirRows({ region, dump }: LiveRegion, answers: Answers): string[] {
  const largest = new Map<string, number>();
  for (const { state, row, ...window } of dump.windows) {
    if (state !== "present" || window.device !== answers.device || window.windowMs !== answers.windowMs) continue;
    const key = answerKey(window.windowStartMs, row.unit);
    largest.set(key, Math.max(largest.get(key) ?? 0, row.summary.count));
  }
  return [...largest]
    .map(([key, most]) => ({ key, most, counted: answers.byKey.get(key)?.count ?? 0 }))
    .filter(({ counted, most }) => counted < most)
    .map(({ key, counted, most }) => `${named(region, answers, key)} counts ${counted}, one of its states ${most}`);
}

/** Each answer counts and sums exactly the raw readings of its unit that fell into the window. */
function windowsAreTheirReadings(region: SimRegion, readings: readonly RawReading[], answers: Answers): string[] {
  const expected = new Map<string, { count: number; sum: number }>();
  for (const { timeMs, value, unit } of readings) {
    const key = answerKey(Math.floor(timeMs / answers.windowMs) * answers.windowMs, unit);
    const window = expected.get(key) ?? { count: 0, sum: 0 };
    expected.set(key, { count: window.count + 1, sum: window.sum + Number(value) });
  }
  const found: string[] = [];
  for (const [key, { count, sum }] of answers.byKey) {
    const wanted = expected.get(key);
    expected.delete(key);
    if (wanted?.count === count && wanted.sum === sum) continue;
    found.push(
      `${named(region, answers, key)} counts ${count} (sum ${sum}), its readings are ${wanted?.count} (sum ${wanted?.sum})`,
    );
  }
  for (const [key, { count }] of expected) found.push(`${named(region, answers, key)} is missing; it has ${count}`);
  return found;
}

/**
 * Each answer counts the readings that its sensor sent and a gateway wrote, as far as the simulator knows them. An answer may
 * be approximate only where a gateway does not forward the single readings of the window.
 */
function windowsAreTrue(region: SimRegion, { device, sent }: SimSensor, answers: Answers): string[] {
  const found: string[] = [];
  const unknown = new Set(answers.byKey.keys());
  const carriedMax = isOfNamedPair(device) ? READINGS_OF_PAIR : READINGS_ALWAYS;
  for (const window of trueWindows(sent.values(), answers.windowMs)) {
    const { certain, possible } = window;
    const key = answerKey(window.startMs, window.unit);
    unknown.delete(key);
    const answer = answers.byKey.get(key) ?? NOTHING;
    const isExact = certain + possible <= carriedMax;
    if (isAnswer(answer, window, isExact)) continue;
    const more = possible === 0 ? "" : ` and perhaps ${possible} more`;
    found.push(
      `${named(region, answers, key)} counts ${answerText(answer)}, its sensor sent ${certain}${more} (sum ${window.certainSum})`,
    );
  }
  for (const key of unknown) found.push(`${named(region, answers, key)} has no reading that its sensor sent`);
  return found;
}

function isAnswer(
  { count, sum, bounds }: Answer,
  { certain, certainSum, possible }: TrueWindow,
  isExact: boolean,
): boolean {
  const mostMax = certain + possible;
  if (bounds !== null) return !isExact && bounds.countMin <= mostMax && bounds.countMax >= certain;
  return count >= certain && count <= mostMax && (possible > 0 || sum === certainSum);
}

function answerText({ count, sum, bounds }: Answer): string {
  return bounds === null ? `${count} (sum ${sum})` : `about ${count} (${bounds.countMin} to ${bounds.countMax})`;
}

const NOTHING: Answer = { count: 0, sum: 0, bounds: null };

function named({ name }: SimRegion, { device, windowMs }: Answers, key: string): string {
  return `${name}: window ${key} of ${windowMs / 1000} s of ${device}`;
}

async function readingsOf(region: SimRegion, device: string, { dedupe }: { dedupe: boolean }): Promise<RawReading[]> {
  const readings: RawReading[] = [];
  for (let after: ReadingKey | null = null; ;) {
    const page: Awaited<ReturnType<NonNullable<SimRegion["store"]>["readings"]>> = await region.store!.readings({
      ...ALL_TIME,
      device,
      metric: METRIC,
      dedupe,
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
