import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge, Histogram } from "@prometheus-io/client";
import type { Logger } from "../proto/runtime/log.ts";
import { DAY_MS } from "./core/day-digests.ts";
import type { PeerReport } from "./core/peer-report.ts";

/** The events between a region and the other regions, in the log and the metrics. */
export class PeerEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof peerMetrics>;

  constructor(deps: { log: Logger; registry: Registry }) {
    this.#log = deps.log;
    this.#metrics = peerMetrics(deps.registry);
  }

  report(report: PeerReport): void {
    const { peer } = report;
    this.#metrics.events.inc({ event: report.kind });
    switch (report.kind) {
      case "peer_connected":
        return this.#log.info({ ...report }, `connected to region ${peer}`);
      case "peer_welcomed":
        return this.#log.info({ ...report }, `region ${peer} connected`);
      case "peer_lost":
        return this.#log.warn({ ...report }, `no connection to region ${peer}: ${report.reason}`);
      case "peer_refused":
        return this.#log.warn({ ...report }, `refused a connection from ${peer || "a peer"}: ${report.message}`);
      case "batch_refused": {
        const text = `region ${peer} refuses batch ${report.streamId}/${report.seq}: ${report.message}`;
        return this.#log.error({ ...report }, text);
      }
      case "fork_found": {
        const text = `region ${peer} holds ${report.batches} batches of stream ${report.streamId} with other bytes`;
        return this.#log.error({ ...report }, `${text}: this region fetches them as well`);
      }
      case "snapshot_began": {
        const text = `region ${peer} has deleted the bytes of batches that this region lacks: taking a snapshot`;
        return this.#log.info({ ...report }, text);
      }
      case "snapshot_taken":
        return this.#log.info({ ...report }, `took a snapshot of region ${peer} in ${report.parts} parts`);
      case "snapshot_given_up":
        return this.#log.warn({ ...report }, `gave up a snapshot of region ${peer}: ${report.reason}`);
    }
  }

  /** A region holds every batch of this one, but could not be made a member. It is tried again after some seconds. */
  notPromoted({ region }: { readonly region: string }, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error({ peer: region }, `region ${region} could not be made a member: ${reason}`);
  }

  /**
   * The rows of a peer differ from those of this region although both hold the same batches. Without days: they agree
   * again.
   */
  differs(peer: string, days: readonly number[]): void {
    this.#metrics.differingDays.set({ peer }, days.length);
    if (days.length === 0) return this.#log.info({ peer }, `the rows of region ${peer} agree with this region again`);
    const shown = days.slice(0, DAYS_SHOWN).map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
    const text = `the rows of region ${peer} differ from this region on ${days.length} days, the first is ${shown[0]}`;
    this.#log.error({ peer, days: shown }, text);
  }

  /** The times from the commit of a batch here to its commit at the peer, in milliseconds. */
  delays(peer: string, delaysMs: readonly number[]): void {
    for (const delayMs of delaysMs) this.#metrics.replicationSeconds.observe({ peer }, delayMs / 1000);
  }
}

const DAYS_SHOWN = 20;

function peerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    events: new Counter({
      name: "tidemark_region_peer_events_total",
      help: "Events of the connections to other regions, by kind.",
      labelNames: ["event"],
      registers,
    }),
    replicationSeconds: new Histogram({
      name: "tidemark_region_replication_seconds",
      help: "Time from the commit of a batch here to its commit at the peer.",
      labelNames: ["peer"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    differingDays: new Gauge({
      name: "tidemark_region_differing_days",
      help: "Days on which the rows of a peer differ from those of this region. Anything but 0 is an alarm.",
      labelNames: ["peer"],
      registers,
    }),
  };
}
