import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge } from "@prometheus-io/client";
import type { Fault } from "../proto/core/fault.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { UplinkReport } from "./core/uplink/uplink-events.ts";
import type { RegionListEvents } from "./uplink/region-endpoints.ts";

/** Log lines and metrics of the connections to regions. */
export class UplinkEvents implements RegionListEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof uplinkMetrics>;
  #bytesSent = 0;
  #refusal: string | null = null;
  #contest: Contest | null = null;
  readonly #clock: { monotonicMs(): number };

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#clock = deps.clock;
    this.#metrics = uplinkMetrics(deps.registry);
  }

  /** Why a region refuses this gateway, or null. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Another gateway of this name, if a region has told of one within the last minute. */
  get rival(): { readonly region: string; readonly address: string } | null {
    const contest = this.#contest;
    return contest !== null && this.#clock.monotonicMs() - contest.lastMs < CONTESTED_MS ? contest : null;
  }

  /** Called for each scrape. @param bytesSent since the start of the process */
  refresh({ connected, bytesSent }: { connected: boolean; bytesSent: number }): void {
    this.#metrics.connected.set(connected ? 1 : 0);
    this.#metrics.sentBytes.inc(Math.max(0, bytesSent - this.#bytesSent));
    this.#bytesSent = bytesSent;
    this.#metrics.contested.set(this.rival === null ? 0 : 1);
  }

  /** A region sent a new list of regions. */
  regionsLearned(regions: readonly { readonly region: string; readonly url: string }[]): void {
    const names = regions.map(({ region }) => region).join(", ");
    this.#log.info({ regions }, `a region sent a new list of regions: ${names}`);
  }

  regionsNotKept(fault: Fault): void {
    this.#log.error({ code: fault.code }, `the list of regions cannot be stored: ${fault.line}`);
  }

  readonly report = (report: UplinkReport): void => {
    const { region } = report;
    this.#metrics.events.inc({ event: report.kind });
    switch (report.kind) {
      case "connected": {
        this.#refusal = null;
        const { storeId, bootId, offlineMs, lackingBatches } = report;
        const text = `connected to ${region}, which lacks ${lackingBatches} batches`;
        return this.#log.info({ region, storeId, bootId, offlineMs, lackingBatches }, text);
      }
      case "lost":
        return this.#log.warn({ region, retryMs: report.retryMs }, `no connection to ${region}: ${report.reason}`);
      case "refused":
        this.#refusal = report.reason;
        return this.#log.error({ region, code: report.code }, `${region} refuses this gateway: ${report.reason}`);
      case "active_region": {
        const { from, reason } = report;
        if (from === undefined) return this.#log.info({ region }, `batches go to ${region}`);
        return this.#log.warn({ region, from }, `batches go to ${region} instead of ${from}: ${reason}`);
      }
      case "dual_send": {
        const { batches } = report;
        const text = `${batches} batches are in too few regions and are sent to ${region} as well`;
        return this.#log.info({ region, batches }, text);
      }
      case "quarantined": {
        const { streamId: stream, seq, reason } = report;
        const text = `${region} refuses batch ${stream}/${seq} for good: ${reason}; the batch stays on disk`;
        return this.#log.error({ region, stream, seq }, text);
      }
      case "forked":
        return this.#log.error({ region, stream: report.streamId }, `${report.reason}: a new stream is opened`);
      case "contested": {
        const isKnown = this.rival !== null;
        this.#contest = { region, address: report.rival, lastMs: this.#clock.monotonicMs() };
        if (isKnown) return;
        const text = `another gateway with the name of this one connects from ${report.rival}: was a disk copied?`;
        return this.#log.error({ region, rival: report.rival }, text);
      }
      case "leaving":
        return this.#log.info({ region }, `${region} asks this gateway to leave: ${report.reason}`);
      case "drained": {
        const { batches, bytes } = report;
        return this.#log.info({ region, batches, bytes }, `${region} has everything again`);
      }
    }
  };
}

type Contest = { readonly region: string; readonly address: string; readonly lastMs: number };

/** A refused gateway comes back every ten seconds, and each time this one is probed. */
const CONTESTED_MS = 60_000;

function uplinkMetrics(registry: Registry) {
  const registers = [registry];
  return {
    events: new Counter({
      name: "tidemark_edge_uplink_events_total",
      help: "Events of the connections to regions, by kind.",
      labelNames: ["event"],
      registers,
    }),
    sentBytes: new Counter({
      name: "tidemark_edge_sent_bytes_total",
      help: "Bytes of batches sent to regions.",
      registers,
    }),
    contested: new Gauge({
      name: "tidemark_edge_contested",
      help: "1 while another gateway with the name of this one connects. Anything but 0 is an alarm.",
      registers,
    }),
    connected: new Gauge({
      name: "tidemark_edge_uplink_connected",
      help: "1 while a region is connected.",
      registers,
    }),
  };
}
