import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../proto/core/fault.ts";
import { formatNumber } from "../terminal/figures.ts";
import { csvRows } from "./csv-rows.ts";
import { type BrokerTarget, SensorClient } from "./sensor-client.ts";

export type ReplayOptions = {
  readonly file: string;
  readonly broker: BrokerTarget;
  /** Default: `replay/` and the name of the file without its extension. */
  readonly topic?: string;
  readonly timeColumn?: string;
  /** Multiple of the recorded speed; `Infinity` is as fast as the broker acknowledges. */
  readonly speed: number;
  readonly qos: 1 | 2;
  readonly inFlightMax?: number;
  readonly connectTimeoutMs?: number;
  /** How long the broker may be away or silent before the replay gives up. */
  readonly patienceMs?: number;
};

export type ReplayResult = {
  readonly file: string;
  readonly topic: string;
  /** Published rows: those with at least one value. */
  readonly rows: number;
  readonly values: number;
  readonly acknowledged: number;
  /** Empty cells. */
  readonly missingValues: number;
  /** Rows without any value. */
  readonly emptyRows: number;
  /** Messages repeated after a lost connection. */
  readonly resent: number;
  readonly seconds: number;
  /** False when the replay stopped before the end of the file, or messages stayed unacknowledged. */
  readonly complete: boolean;
};

const IN_FLIGHT_MAX = 100;
const CONNECT_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;

/**
 * Publishes a CSV file row by row, as one sensor. Resolves when every row is acknowledged, which means on the disk of the
 * gateway. After a lost connection it continues with the first unacknowledged row.
 *
 * A row that cannot be read ends the replay with a Fault that names its line; the rows before it are acknowledged by then.
 * After the signal no further row is sent, and the messages in flight have five seconds to be acknowledged.
 */
export async function replay(options: ReplayOptions, signal: AbortSignal): Promise<ReplayResult> {
  const topic = checkedTopic(options.topic ?? defaultTopic(options.file));
  const patience = { patienceMs: options.patienceMs ?? PATIENCE_MS, signal };
  const rows = csvRows(createReadStream(options.file), {
    name: basename(options.file),
    ...(options.timeColumn === undefined ? {} : { timeColumn: options.timeColumn }),
  });
  // Reads the first row before it connects: a mistake in the file is reported even if no broker runs.
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
      // Messages that are not acknowledged by then show in the result.
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
    `${formatNumber(result.rows)} rows`,
    `${formatNumber(result.values)} values`,
    `${formatNumber(result.acknowledged)} acknowledged in ${result.seconds.toFixed(1)} s`,
  ];
  if (result.missingValues > 0) parts.push(`${formatNumber(result.missingValues)} empty cells skipped`);
  if (result.resent > 0) parts.push(`${formatNumber(result.resent)} messages sent again after a lost connection`);
  if (!result.complete) parts.push("stopped before the end");
  return parts.join(", ");
}

const NEVER = new AbortController().signal;

type Rows = ReturnType<typeof csvRows>;

/** Reads the next row. Before a bad row is reported, it waits until the rows before it are acknowledged. */
async function nextRow(rows: Rows, sensor: SensorClient, options: ReplayOptions): ReturnType<Rows["next"]> {
  try {
    return await rows.next();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await sensor.whenAcknowledged({ patienceMs: options.patienceMs ?? PATIENCE_MS, signal: NEVER });
    const before = `the ${formatNumber(sensor.acknowledged)} rows before it are acknowledged`;
    const hint = error.hint === "" ? before : `${error.hint}; ${before}`;
    throw new Fault({ code: error.code, message: error.message, hint, cause: error });
  }
}

function defaultTopic(file: string): string {
  return `replay/${basename(file, extname(file))}`;
}

function checkedTopic(topic: string): string {
  if (topic === "" || /[+#\0]/.test(topic)) {
    const message = `topic ${JSON.stringify(topic)}: a message cannot be published to a topic with wildcards`;
    throw new Fault({ code: "usage", message, hint: "give a topic without '+' and '#' with --topic" });
  }
  return topic;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Only the signal makes it reject, and the loop looks at the signal.
  await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
}

function ignoreUnreachable(error: unknown): void {
  if (!(error instanceof Fault && error.retry === "backoff")) throw error;
}
