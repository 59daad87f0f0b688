import type { Registry } from "@prometheus-io/client";
import { Counter, Histogram } from "@prometheus-io/client";
import type { Fault } from "../proto/core/fault.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { GatewayStatus } from "../proto/wire/http/gateway-status.ts";
import { mirrorMetrics } from "../proto/runtime/mirrored-metrics.ts";
import type { StorageMetricValues } from "./core/storage/storage-metrics.ts";
import { STORAGE_METRICS } from "./core/storage/storage-metrics.ts";
import type { WaitingFor } from "./core/storage/gateway-time.ts";
import type { TimeNote } from "./storage/held-messages.ts";
import { BrokerEvents } from "./broker-events.ts";
import { SessionEvents } from "./session-events.ts";
import { UplinkEvents } from "./uplink-events.ts";
import { schemaText } from "../proto/core/schema.ts";
import type { SchemaChange } from "./storage/schema-policy.ts";

/**
 * Log lines and metrics of a gateway. Each event is one function that writes the log line and counts the metric, so that the
 * two agree. Labels of metrics have few values: clients are named in the log only.
 */
export class GatewayEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof gatewayMetrics>;
  readonly #schemasLogged = new Set<string>();
  readonly mqtt: BrokerEvents;
  readonly sessions: SessionEvents;
  readonly uplink: UplinkEvents;
  /** Updates the metrics of the storage thread. */
  readonly storage: (values: StorageMetricValues) => void;

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = gatewayMetrics(deps.registry);
    this.mqtt = new BrokerEvents(deps);
    this.sessions = new SessionEvents(deps);
    this.uplink = new UplinkEvents(deps);
    this.storage = mirrorMetrics(deps.registry, "tidemark_edge", STORAGE_METRICS);
  }

  started(note: { gateway: string; mqtt: readonly string[]; http: string; dataDir: string; startMs: number }): void {
    this.#log.info(note, `gateway ${note.gateway} accepts sensors on ${note.mqtt.join(", ")}`);
  }

  timeUnknown({ why, nowMs, held }: { why: WaitingFor; nowMs: number; held: number }): void {
    const now = shown(nowMs);
    const cause: Record<WaitingFor, string> = {
      unset: "",
      behind: ", which is earlier than before the machine was started",
      not_synchronized: " and is not synchronized",
    };
    this.#log.warn(
      { now, why, held },
      `this machine's clock shows ${now}${cause[why]}: messages are acknowledged and held on disk until it is set`,
    );
  }

  /** The wait for the time ended, or held messages are decoded. */
  time({ kind, held, nowMs }: TimeNote): void {
    const now = shown(nowMs);
    if (kind === "given_up") {
      this.#log.error(
        { now, held },
        `the machine's clock was not set in time and shows ${now}: readings are marked as suspect`,
      );
    } else if (held > 0) {
      this.#log.info({ now, held }, `the time is known, ${now}: held messages are decoded, ${held} are left`);
    } else this.#log.info({ now }, `the time is known, ${now}: no messages are held`);
  }

  /** Logged once for each new version of a metric, and once for each refused one. */
  schemaChanged({ device, metric, from, to, outcome }: SchemaChange): void {
    const text = `${device} ${metric}: was ${schemaText(from)}, is ${schemaText(to)}`;
    if (this.#schemasLogged.size >= SCHEMAS_LOGGED_MAX || this.#schemasLogged.has(text)) return;
    this.#schemasLogged.add(text);
    const end = outcome === "dead_letter" ? ": its messages are dead letters" : ": a new version of the metric begins";
    this.#log.warn({ device, metric, from, to, outcome }, `${text}${end}`);
    if (this.#schemasLogged.size === SCHEMAS_LOGGED_MAX) {
      this.#log.warn("further changes of type or unit are not logged: /v1/schema lists them, /metrics counts them");
    }
  }

  diskDamaged(text: string): void {
    this.#log.error({ damage: text }, `the disk damaged what was stored: ${text}`);
  }

  stopping(reason: string): void {
    this.#log.info(`stopping: ${reason}`);
  }

  stopped(waitingReadings: number): void {
    this.#log.info({ waitingReadings }, `stopped: ${waitingReadings} readings stay on disk until the next start`);
  }

  storageFailed(fault: Fault): void {
    this.#log.fatal({ code: fault.code }, fault.line);
  }

  committed(commit: { messages: number; waitMs: number }): void {
    this.#metrics.commitSeconds.observe(commit.waitMs / 1000);
    this.#metrics.messages.inc(commit.messages);
  }

  /** Updates the metrics that are read from the status. Called for each scrape. */
  refresh(status: GatewayStatus): void {
    this.mqtt.refresh(status.mqtt);
    this.uplink.refresh({ connected: status.uplink.connected, bytesSent: status.wire.bytes_sent });
  }
}

/** A clock that was never set can show a time that is not a valid date. */
function shown(nowMs: number): string {
  return Math.abs(nowMs) <= 8.64e15 ? new Date(nowMs).toISOString() : String(nowMs);
}

/** For more changes the list at /v1/schema is easier to read than the log. */
const SCHEMAS_LOGGED_MAX = 1000;

function gatewayMetrics(registry: Registry) {
  const registers = [registry];
  return {
    messages: new Counter({
      name: "tidemark_edge_messages_total",
      help: "MQTT messages on disk, whatever their outcome.",
      registers,
    }),
    commitSeconds: new Histogram({
      name: "tidemark_edge_commit_seconds",
      help: "Time from handing a group of messages to the storage thread to its fsync.",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers,
    }),
  };
}
