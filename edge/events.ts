import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge, Histogram } from "@prometheus-io/client";
import type { Fault } from "../proto/core/fault.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { GatewayStatus } from "../proto/wire/http/gateway-status.ts";
import type { WaitingFor } from "./core/storage/gateway-time.ts";
import type { UplinkReport } from "./core/uplink/uplink-events.ts";
import type { TimeNote } from "./storage/held-messages.ts";
import type { MqttEvents, RefusalReason } from "./mqtt/events.ts";
import type { ReloadNote } from "./mqtt/file-reloads.ts";
import { SessionEvents } from "./session-events.ts";
import { schemaText } from "../proto/core/schema.ts";
import type { SchemaChange } from "./storage/schema-policy.ts";

/**
 * What happens in a gateway, one function per event: the log line and the metric are written together, so that they
 * cannot tell different stories. Labels have few values: clients are named in the log, not in the metrics.
 */
export class GatewayEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof gatewayMetrics>;
  readonly #monotonicMs: () => number;
  readonly #refusalsLogged = new Map<string, number>();
  readonly #schemasLogged = new Set<string>();
  /** Totals already counted, so that a scrape adds the difference. */
  readonly #counted = new Map<string, number>();
  readonly sessions: SessionEvents;
  #refusal: string | null = null;

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = gatewayMetrics(deps.registry);
    this.#monotonicMs = () => deps.clock.monotonicMs();
    this.sessions = new SessionEvents(deps);
  }

  /** Why the region refuses this gateway, or null. */
  get refusal(): string | null {
    return this.#refusal;
  }

  started(note: { gateway: string; mqtt: readonly string[]; http: string; dataDir: string; startMs: number }): void {
    this.#log.info(note, `gateway ${note.gateway} takes sensors on ${note.mqtt.join(", ")}`);
  }

  timeUnknown({ why, nowMs, held }: { why: WaitingFor; nowMs: number; held: number }): void {
    const now = shown(nowMs);
    const cause: Record<WaitingFor, string> = {
      unset: "",
      behind: ", which is earlier than what it showed before it was started",
      not_synchronized: " and is not synchronized",
    };
    this.#log.warn(
      { now, why, held },
      `this machine's clock shows ${now}${cause[why]}: messages are acknowledged and held on disk until it is set`,
    );
  }

  /** A file of the MQTT side was read again, on SIGHUP or because it changed. */
  readonly fileReload = ({ name, files, fault }: ReloadNote): void => {
    const outcome = fault === undefined ? "read" : "kept";
    this.#metrics.reloads.inc({ file: name, outcome });
    if (fault === undefined) this.#log.info({ files }, `${RELOADED[name]} read again`);
    else
      this.#log.error({ code: fault.code, files }, `${RELOADED[name]} not read, what was there stays: ${fault.line}`);
  };

  /** The wait for the time ended, or what was held is taken in. */
  time({ kind, held, nowMs }: TimeNote): void {
    const now = shown(nowMs);
    if (kind === "given_up") {
      this.#log.error({ now, held }, `nobody set this machine's clock: readings are marked suspect, it shows ${now}`);
    } else if (held > 0) {
      this.#log.info(
        { now, held },
        `the time is known, ${now}: messages that were held are taken in, ${held} wait still`,
      );
    } else this.#log.info({ now }, `the time is known, ${now}: no message is held any more`);
  }

  connectionsLimited(given: { wanted: number; possible: number }): void {
    this.#log.info(
      given,
      `mqtt.max_connections is ${given.wanted}, but this process may open files for ${given.possible} only: more are refused; ` +
        "raise the limit of open files (ulimit -Hn, LimitNOFILE)",
    );
  }

  /** A region said that there are other regions than were known. */
  regionsLearned(regions: readonly { readonly region: string; readonly url: string }[]): void {
    const names = regions.map(({ region }) => region).join(", ");
    this.#log.info({ regions }, `the regions are ${names}, by the word of one of them`);
  }

  /** Told once for each version that a metric takes on, and once for each that is refused. */
  schemaChanged({ device, metric, from, to, outcome }: SchemaChange): void {
    const said = `${device} ${metric}: was ${schemaText(from)}, is ${schemaText(to)}`;
    if (this.#schemasLogged.size >= SCHEMAS_LOGGED_MAX || this.#schemasLogged.has(said)) return;
    this.#schemasLogged.add(said);
    const end = outcome === "dead_letter" ? ": its messages are dead letters" : ": a version of its own from now on";
    this.#log.warn({ device, metric, from, to, outcome }, `${said}${end}`);
    if (this.#schemasLogged.size === SCHEMAS_LOGGED_MAX) {
      this.#log.warn("more metrics change their type or unit: /v1/schema lists them, /metrics counts them");
    }
  }

  regionsNotKept(fault: Fault): void {
    this.#log.error({ code: fault.code }, `the list of regions is not kept: ${fault.line}`);
  }

  stopping(reason: string): void {
    this.#log.info(`stopping: ${reason}`);
  }

  stopped(waitingReadings: number): void {
    this.#log.info({ waitingReadings }, `stopped: ${waitingReadings} readings stay on disk for the next start`);
  }

  storageFailed(fault: Fault): void {
    this.#log.fatal({ code: fault.code }, fault.line);
  }

  committed(commit: { messages: number; waitMs: number }): void {
    this.#metrics.commitSeconds.observe(commit.waitMs / 1000);
    this.#metrics.messages.inc(commit.messages);
  }

  readonly mqtt: MqttEvents = {
    connected: ({ client, protocol }) => {
      this.#metrics.connects.inc();
      this.#log.debug({ client, protocol }, "client connected");
    },
    disconnected: ({ client }) => this.#log.debug({ client }, "client left"),
    refused: ({ reason, client, detail }) => {
      this.#metrics.refusals.inc({ reason });
      this.#logRefusal(reason, client, detail);
    },
    slowed: ({ client }) => {
      this.#metrics.slowed.inc();
      this.#logOnceAMinute(`slowed ${client}`, () =>
        this.#log.warn({ client }, `client ${client} sends more than it may (mqtt.limits) and is read more slowly`),
      );
    },
    paused: (paused) => {
      this.#metrics.paused.set(paused ? 1 : 0);
      if (paused) this.#log.warn("sensors are paused: more came in than the disk takes, or its quota is used up");
      else this.#log.info("sensors are read again");
    },
  };

  readonly uplink = (report: UplinkReport): void => {
    const { region } = report;
    this.#metrics.uplink.inc({ event: report.kind });
    switch (report.kind) {
      case "connected":
        this.#refusal = null;
        this.#log.info(
          { region, offlineMs: report.offlineMs, lackingBatches: report.lackingBatches },
          `connected to ${region}, which lacks ${report.lackingBatches} batches`,
        );
        return;
      case "lost":
        this.#log.warn({ region, retryMs: report.retryMs }, `no connection to ${region}: ${report.reason}`);
        return;
      case "refused":
        this.#refusal = report.reason;
        this.#log.error({ region, code: report.code }, `${region} refuses this gateway: ${report.reason}`);
        return;
      case "active_region":
        if (report.from === undefined) this.#log.info({ region }, `batches go to ${region}`);
        else
          this.#log.warn(
            { region, from: report.from },
            `batches go to ${region} instead of ${report.from}: ${report.reason}`,
          );
        return;
      case "dual_send":
        this.#log.info(
          { region, batches: report.batches },
          `${report.batches} batches that too few regions hold are sent to ${region} as well`,
        );
        return;
      case "quarantined":
        this.#log.error(
          { region, stream: report.streamId, seq: report.seq },
          `${region} refuses batch ${report.streamId}/${report.seq} for good: ${report.reason}; it stays on disk`,
        );
        return;
      case "forked":
        this.#log.error({ region, stream: report.streamId }, `${report.reason}: a new stream is opened`);
        return;
      case "leaving":
        this.#log.info({ region }, `${region} asks to leave: ${report.reason}`);
        return;
      case "drained":
        this.#log.info({ region, batches: report.batches, bytes: report.bytes }, `${region} has everything again`);
        return;
    }
  };

  /** Brings the gauges up to date; called for each scrape. */
  refresh(status: GatewayStatus): void {
    const { metrics } = { metrics: this.#metrics };
    metrics.connections.set(status.mqtt.connections);
    metrics.openWindows.set(status.windows.open);
    metrics.series.set(status.windows.series);
    metrics.outboxBytes.set(status.outbox.bytes);
    metrics.undurableBatches.set(status.outbox.undurable_batches);
    metrics.undurableReadings.set(status.outbox.undurable_readings);
    metrics.timeKnown.set(status.time.state === "known" ? 1 : 0);
    metrics.heldMessages.set(status.time.held_messages);
    metrics.skewSeconds.set(Math.abs(status.time.devices[0]?.skew_ms ?? 0) / 1000);
    this.#add("numeric_texts", status.readings.numeric_texts, (by) => metrics.numericTexts.inc(by));
    this.#add("suspect_times", status.time.suspect_times, (by) => metrics.suspectTimes.inc(by));
    metrics.behindSeconds.set((status.outbox.behind_ms ?? 0) / 1000);
    metrics.uplinkConnected.set(status.uplink.connected ? 1 : 0);
    metrics.diskUsed.set(status.disk.used_bytes);
    metrics.diskQuota.set(status.disk.quota_bytes);
    this.#add("readings", status.readings.total, (by) => metrics.readings.inc(by));
    this.#add("redelivered", status.readings.redelivered, (by) => metrics.redelivered.inc(by));
    this.#add("sent", status.wire.bytes_sent, (by) => metrics.sentBytes.inc(by));
    for (const [reason, total] of Object.entries(status.readings.dead_letters)) {
      this.#add(`dead_letter ${reason}`, total, (by) => metrics.deadLetters.inc({ reason }, by));
    }
    for (const [kind, total] of Object.entries(status.schema.changes)) {
      this.#add(`schema_change ${kind}`, total, (by) => metrics.schemaChanges.inc({ kind }, by));
    }
    for (const [reason, total] of Object.entries(status.readings.discards)) {
      this.#add(`discard ${reason}`, total, (by) => metrics.discards.inc({ reason }, by));
    }
  }

  #add(name: string, total: number, increase: (by: number) => void): void {
    const before = this.#counted.get(name) ?? 0;
    if (total > before) increase(total - before);
    this.#counted.set(name, total);
  }

  #logRefusal(reason: RefusalReason, client: string, detail: string): void {
    this.#logOnceAMinute(`${reason} ${client}`, () =>
      this.#log.warn(
        { reason, client, detail },
        `refused ${client === "" ? "a connection" : `client ${client}`}: ${detail}`,
      ),
    );
  }

  /** For one client and reason: who is refused comes again and again. */
  #logOnceAMinute(cause: string, log: () => void): void {
    const atMs = this.#monotonicMs();
    if (atMs - (this.#refusalsLogged.get(cause) ?? -Infinity) < REFUSAL_LOG_MS) return;
    if (this.#refusalsLogged.size >= CLIENTS_KNOWN_MAX) this.#refusalsLogged.clear();
    this.#refusalsLogged.set(cause, atMs);
    log();
  }
}

/** A clock that was never set can show anything, also what no date can. */
function shown(nowMs: number): string {
  return Math.abs(nowMs) <= 8.64e15 ? new Date(nowMs).toISOString() : String(nowMs);
}

const REFUSAL_LOG_MS = 60_000;
const CLIENTS_KNOWN_MAX = 10_000;
const RELOADED: Readonly<Record<ReloadNote["name"], string>> = {
  users: "users file",
  acl: "ACL file",
  tls: "certificate files",
};
/** After that many a person looks at the listing, not at the log. */
const SCHEMAS_LOGGED_MAX = 1000;

function gatewayMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `tidemark_edge_${name}`, help, registers });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `tidemark_edge_${name}_total`, help, labelNames, registers });
  return {
    messages: counter("messages", "MQTT messages that are on disk, by whatever became of them."),
    readings: counter("readings", "Readings journaled on this disk."),
    redelivered: counter("redelivered", "Messages recognised as redelivered and not counted again."),
    deadLetters: counter("dead_letters", "Messages that should have been readings and were none.", ["reason"]),
    discards: counter("discards", "What was dropped on purpose.", ["reason"]),
    schemaChanges: counter("schema_changes", "Times that a metric changed its type or unit.", ["kind"]),
    connects: counter("mqtt_connects", "Connections that were accepted."),
    refusals: counter("mqtt_refusals", "Connections and messages that were refused.", ["reason"]),
    slowed: counter("mqtt_slowed", "Times that a client had to wait because it sent more than it may."),
    reloads: counter("mqtt_reloads", "Files that were read again, or kept as they were.", ["file", "outcome"]),
    uplink: counter("uplink_events", "What happened on the way to the regions.", ["event"]),
    sentBytes: counter("sent_bytes", "Bytes of batches sent to regions."),
    commitSeconds: new Histogram({
      name: "tidemark_edge_commit_seconds",
      help: "From the hand-over of a group of messages to its fsync.",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers,
    }),
    connections: gauge("mqtt_connections", "Connections that are open."),
    paused: gauge("mqtt_paused", "1 while sensors are not read."),
    openWindows: gauge("open_windows", "Windows in memory."),
    series: gauge("series", "Series ever seen on this disk."),
    outboxBytes: gauge("outbox_bytes", "Bytes of sealed batches on disk."),
    undurableBatches: gauge("undurable_batches", "Sealed batches that no region is known to hold."),
    undurableReadings: gauge("undurable_readings", "Readings in those batches."),
    numericTexts: counter("numeric_texts", "Numbers that payloads write as texts."),
    suspectTimes: counter("suspect_times", "Readings whose own time was not believed."),
    skewSeconds: gauge("device_clock_skew_seconds", "How far the clock of the device is off that is furthest off."),
    timeKnown: gauge("time_known", "1 once the gateway knows what time it is."),
    heldMessages: gauge("held_messages", "Messages on disk that wait until the time is known."),
    behindSeconds: gauge("behind_seconds", "Age of the oldest of those batches."),
    uplinkConnected: gauge("uplink_connected", "1 while a region is connected."),
    diskUsed: gauge("disk_used_bytes", "Bytes used of the quota."),
    diskQuota: gauge("disk_quota_bytes", "The quota of the gateway's disk."),
  };
}
