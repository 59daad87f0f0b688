import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../proto/core/fault.ts";
import { csvRows } from "./csv-rows.ts";
import { type BrokerTarget, SensorClient } from "./sensor-client.ts";

export type ReplayOptions = {
  readonly file: string;
  readonly broker: BrokerTarget;
  /** Default: `replay/` and the name of the file without its ending. */
  readonly topic?: string;
  readonly timeColumn?: string;
  /** How many times faster than the rows' own times; `Infinity` is as fast as the broker acknowledges. */
  readonly speed: number;
  readonly qos: 1 | 2;
  readonly inFlightMax?: number;
  readonly connectTimeoutMs?: number;
  /** How long the broker may be away, or silent, before the replay gives up. */
  readonly patienceMs?: number;
};

export type ReplayResult = {
  readonly file: string;
  readonly topic: string;
  /** Rows published: those with at least one value. */
  readonly rows: number;
  readonly values: number;
  readonly acknowledged: number;
  /** Empty cells, and rows that consisted of nothing else. */
  readonly missingValues: number;
  readonly emptyRows: number;
  /** Messages repeated after a lost connection. */
  readonly resent: number;
  readonly seconds: number;
  /** False when the replay was stopped before the end of the file, or left with messages unacknowledged. */
  readonly complete: boolean;
};

const IN_FLIGHT_MAX = 100;
const CONNECT_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;

/**
 * Publishes a CSV file row by row, as one sensor, and resolves only when every row is acknowledged: on a gateway that
 * means on disk. A lost connection is taken up again where it broke off.
 *
 * A row that cannot be read ends the replay with a Fault that names its line; the rows before it are acknowledged
 * by then. After the signal no further row is sent, and what is in flight has five seconds to be acknowledged.
 */
export async function replay(options: ReplayOptions, signal: AbortSignal): Promise<ReplayResult> {
  const topic = checkedTopic(options.topic ?? defaultTopic(options.file));
  const patience = { patienceMs: options.patienceMs ?? PATIENCE_MS, signal };
  const rows = csvRows(createReadStream(options.file), {
    name: basename(options.file),
    ...(options.timeColumn === undefined ? {} : { timeColumn: options.timeColumn }),
  });
  // The first row before the first connection: a wrong file should say so even where no broker runs.
  let next = await rows.next();
  const sensor = await SensorClient.open(options.broker, {
    name: "replay",
    inFlightMax: options.inFlightMax ?? IN_FLIGHT_MAX,
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    signal,
  });
  const startMs = performance.now();
  const sent = { rows: 0, values: 0, missingValues: 0, emptyRows: 0 };
  try {
    let firstRowMs: number | undefined;
    for (; next.done !== true && !signal.aborted; next = await nextRow(rows, sensor, options)) {
      const row = next.value;
      sent.missingValues += row.missing;
      if (row.values === 0) {
        sent.emptyRows++;
        continue;
      }
      firstRowMs ??= row.timeMs;
      const dueMs = startMs + (row.timeMs - firstRowMs) / options.speed;
      if (dueMs > performance.now()) await pause(dueMs - performance.now(), signal);
      if (!sensor.ready) await sensor.whenReady(patience);
      if (signal.aborted) break;
      sensor.publish({ topic, payload: row.json, qos: options.qos });
      sent.rows++;
      sent.values += row.values;
    }
    await sensor.whenAcknowledged(patience);
    if (signal.aborted) {
      // Too late for what is not acknowledged by then: the result says how many are.
      await sensor.whenAcknowledged({ patienceMs: STOP_PATIENCE_MS, signal: NEVER }).catch(ignoreUnreachable);
    }
    return {
      file: options.file,
      topic,
      ...sent,
      acknowledged: sensor.acknowledged,
      resent: sensor.resent,
      seconds: (performance.now() - startMs) / 1_000,
      complete: next.done === true && sensor.acknowledged === sent.rows,
    };
  } finally {
    await rows.return(undefined);
    await sensor.close();
  }
}

/** "8,143 rows, 40,715 values, 8,143 acknowledged in 1.2 s" */
export function replaySentence(result: ReplayResult): string {
  const parts = [
    `${count(result.rows)} rows`,
    `${count(result.values)} values`,
    `${count(result.acknowledged)} acknowledged in ${result.seconds.toFixed(1)} s`,
  ];
  if (result.missingValues > 0) parts.push(`${count(result.missingValues)} empty cells skipped`);
  if (result.resent > 0) parts.push(`${count(result.resent)} messages sent again after a lost connection`);
  if (!result.complete) parts.push("stopped before the end");
  return parts.join(", ");
}

const NEVER = new AbortController().signal;

type Rows = ReturnType<typeof csvRows>;

/** Reads on; before a bad row is reported, the rows before it are brought home. */
async function nextRow(rows: Rows, sensor: SensorClient, options: ReplayOptions): ReturnType<Rows["next"]> {
  try {
    return await rows.next();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await sensor.whenAcknowledged({ patienceMs: options.patienceMs ?? PATIENCE_MS, signal: NEVER });
    const before = `the ${count(sensor.acknowledged)} rows before it are acknowledged`;
    const hint = error.hint === "" ? before : `${error.hint}; ${before}`;
    throw new Fault({ code: error.code, message: error.message, hint, cause: error });
  }
}

function defaultTopic(file: string): string {
  return `replay/${basename(file, extname(file))}`;
}

function checkedTopic(topic: string): string {
  if (topic === "" || /[+#\0]/.test(topic)) {
    const message = `topic ${JSON.stringify(topic)}: messages cannot be published to a pattern`;
    throw new Fault({ code: "usage", message, hint: "choose one without '+' and '#' with --topic" });
  }
  return topic;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The only rejection is the signal, which the loop looks at itself.
  await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
}

function ignoreUnreachable(error: unknown): void {
  if (!(error instanceof Fault && error.retry === "backoff")) throw error;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
