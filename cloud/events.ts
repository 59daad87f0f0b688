import { Counter, Gauge, Histogram } from "@prometheus-io/client";
import type { Registry } from "@prometheus-io/client";

import type { Logger } from "../proto/runtime/log.ts";
import type { PeerReport } from "./core/peer-report.ts";
import type { Commit } from "./ingest/committer.ts";
import type { IngestEvents } from "./ingest/grpc-ingest.ts";
import type { CommandRequest } from "./operator/command-request.ts";

/**
 * What happens in a region, one function per event: the log line and the metric are written together, so that they
 * cannot tell different stories. Labels have few values: gateways are named in the log, not in the metrics.
 */
export class RegionEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof regionMetrics>;
  readonly #lastSeenMs = new Map<string, number>();
  readonly #nowMs: () => number;
  #refusalsLogged = new Map<string, number>();

  constructor(deps: { log: Logger; registry: Registry; clock: { nowMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = regionMetrics(deps.registry);
    this.#nowMs = () => deps.clock.nowMs();
  }

  /** The events of sessions, as the gRPC side calls them. */
  get session(): Pick<IngestEvents, "sessionOpened" | "sessionClosed" | "refused"> {
    return {
      sessionOpened: (session) => this.sessionOpened(session),
      sessionClosed: (session) => this.sessionClosed(session),
      refused: (refusal) => this.refused(refusal),
    };
  }

  started(addresses: { region: string; ingest: string; http: string; dataDir: string }): void {
    this.#log.info(addresses, `region ${addresses.region} takes batches on ${addresses.ingest}`);
  }

  sessionOpened(session: Parameters<IngestEvents["sessionOpened"]>[0]): void {
    this.#metrics.sessions.inc();
    this.#seen(session.gateway);
    const { gateway, software, streams, peer } = session;
    this.#log.info({ gateway, software, streams, peer }, `gateway ${gateway} connected`);
  }

  sessionClosed({ gateway, peer }: Parameters<IngestEvents["sessionClosed"]>[0]): void {
    this.#metrics.sessions.dec();
    this.#seen(gateway);
    this.#log.info({ gateway, peer }, `gateway ${gateway} left`);
  }

  /** Logged once a minute for one cause: a gateway that is refused comes again and again. */
  refused({ gateway, code, message, peer }: Parameters<IngestEvents["refused"]>[0]): void {
    this.#metrics.refusals.inc({ code });
    const cause = `${gateway}\n${code}`;
    const nowMs = this.#nowMs();
    if (nowMs - (this.#refusalsLogged.get(cause) ?? Number.NEGATIVE_INFINITY) < REFUSAL_LOG_MS) return;
    if (this.#refusalsLogged.size >= GATEWAYS_KNOWN_MAX) this.#refusalsLogged.clear();
    this.#refusalsLogged.set(cause, nowMs);
    const fields = { gateway, code, peer };
    // A fork means that a disk or a machine was cloned while running: a person has to know.
    if (code === "fork") this.#log.error(fields, message);
    else this.#log.warn(fields, message);
  }

  committed({ settled, tookMs }: Commit): void {
    const metrics = this.#metrics;
    metrics.commitSeconds.observe(tookMs / 1000);
    for (const { batch, outcome } of settled) {
      metrics.batches.inc({ outcome: outcome.kind });
      metrics.batchBytes.inc(batch.bytes.byteLength);
      this.#seen(batch.gateway);
      if (outcome.kind === "stored") {
        metrics.records.inc(outcome.records);
        metrics.rawReadings.inc(outcome.rawReadings);
      }
    }
  }

  /** What happens on the links to other regions. */
  peer(report: PeerReport): void {
    this.#metrics.peerEvents.inc({ event: report.kind });
    switch (report.kind) {
      case "peer_connected":
        return this.#log.info({ ...report }, `connected to region ${report.peer}`);
      case "peer_welcomed":
        return this.#log.info({ ...report }, `region ${report.peer} connected`);
      case "peer_lost":
        return this.#log.warn({ ...report }, `no connection to region ${report.peer}: ${report.reason}`);
      case "peer_refused":
        return this.#log.warn({ ...report }, `refused a link from ${report.peer || "a peer"}: ${report.message}`);
      case "batch_refused":
        return this.#log.error(
          { ...report },
          `region ${report.peer} refuses batch ${report.streamId}/${report.seq}: ${report.message}`,
        );
      case "fork_found":
        return this.#log.error(
          { ...report },
          `region ${report.peer} holds ${report.batches} batches of stream ${report.streamId} with other bytes: taking both sides`,
        );
      case "snapshot_began":
        return this.#log.info(
          { ...report },
          `region ${report.peer} has pruned bytes that this region lacks: taking a snapshot`,
        );
      case "snapshot_taken":
        return this.#log.info({ ...report }, `took a snapshot of region ${report.peer} in ${report.parts} parts`);
      case "snapshot_given_up":
        return this.#log.warn({ ...report }, `gave up a snapshot of region ${report.peer}: ${report.reason}`);
    }
  }

  /** What an operator said, with who and why: the log is where an auditor looks first. */
  commanded(request: CommandRequest, batch: string): void {
    const { command, reason, actor } = request;
    const of = request.command === "set_member" ? `${request.region} ${request.state}` : request.device;
    this.#metrics.commands.inc({ command });
    this.#log.warn({ command, of, reason, actor, batch }, `${actor} commands ${command} of ${of}: ${reason}`);
  }

  /** A region has all that this one has, and could not be made a member; tried again in some seconds. */
  notPromoted({ region }: { readonly region: string }, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error({ peer: region }, `region ${region} could not be made a member: ${reason}`);
  }

  /** A peer has other rows than this region, although both hold the same batches; or agrees again. */
  differs(peer: string, days: readonly number[]): void {
    this.#metrics.differingDays.set({ peer }, days.length);
    if (days.length === 0) return this.#log.info({ peer }, `the digests of region ${peer} agree again`);
    const shown = days.map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
    this.#log.error(
      { peer, days: shown.slice(0, DAYS_SHOWN) },
      `region ${peer} answers otherwise than this region for ${days.length} days, the first of them ${shown[0]}`,
    );
  }

  /** From our commit of a batch to the peer's, in milliseconds. */
  delays(peer: string, delaysMs: readonly number[]): void {
    for (const delayMs of delaysMs) this.#metrics.replicationSeconds.observe({ peer }, delayMs / 1000);
  }

  pruned(batches: number): void {
    this.#metrics.pruned.inc(batches);
    this.#log.debug({ batches }, "pruned the bytes of old batches");
  }

  stopping(reason: string): void {
    this.#log.info(`stopping: ${reason}`);
  }

  /** When a frame of this gateway last mattered, on this process's clock; null if never. */
  lastSeenMs(gateway: string): number | null {
    return this.#lastSeenMs.get(gateway) ?? null;
  }

  #seen(gateway: string): void {
    if (this.#lastSeenMs.size >= GATEWAYS_KNOWN_MAX && !this.#lastSeenMs.has(gateway)) this.#lastSeenMs.clear();
    this.#lastSeenMs.set(gateway, this.#nowMs());
  }
}

const DAY_MS = 86_400_000;
const DAYS_SHOWN = 20;
const REFUSAL_LOG_MS = 60_000;
const GATEWAYS_KNOWN_MAX = 100_000;

function regionMetrics(registry: Registry) {
  const registers = [registry];
  return {
    sessions: new Gauge({ name: "tidemark_region_sessions", help: "Sessions of gateways that are open.", registers }),
    batches: new Counter({
      name: "tidemark_region_batches_total",
      help: "Batches received, by what became of them.",
      labelNames: ["outcome"],
      registers,
    }),
    batchBytes: new Counter({
      name: "tidemark_region_batch_bytes_total",
      help: "Bytes of batches received.",
      registers,
    }),
    records: new Counter({ name: "tidemark_region_records_total", help: "Window records stored.", registers }),
    rawReadings: new Counter({ name: "tidemark_region_raw_readings_total", help: "Raw readings stored.", registers }),
    refusals: new Counter({
      name: "tidemark_region_refusals_total",
      help: "Sessions and batches refused, by code.",
      labelNames: ["code"],
      registers,
    }),
    peerEvents: new Counter({
      name: "tidemark_region_peer_events_total",
      help: "What happened on the links to other regions.",
      labelNames: ["event"],
      registers,
    }),
    replicationSeconds: new Histogram({
      name: "tidemark_region_replication_seconds",
      help: "From the commit of a batch here to its commit in the peer.",
      labelNames: ["peer"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    differingDays: new Gauge({
      name: "tidemark_region_differing_days",
      help: "Settled days for which the digests of a peer are others than those of this region. Anything but 0 is an alarm.",
      labelNames: ["peer"],
      registers,
    }),
    commands: new Counter({
      name: "tidemark_region_commands_total",
      help: "Requests of operators that were committed here.",
      labelNames: ["command"],
      registers,
    }),
    pruned: new Counter({
      name: "tidemark_region_batches_pruned_total",
      help: "Batches whose bytes were pruned after batches.keep.",
      registers,
    }),
    commitSeconds: new Histogram({
      name: "tidemark_region_commit_seconds",
      help: "Time from taking a group of batches to its commit.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
