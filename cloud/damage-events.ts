import { Counter, Gauge } from "@prometheus-io/client";
import type { Registry } from "@prometheus-io/client";
import type { Fault } from "../proto/core/fault.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { LostBatches, ScrubPage } from "./store/store.ts";

/** The events about damage on the disk of a region, in the log and the metrics. */
export class DamageEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof damageMetrics>;

  constructor({ log, registry }: { log: Logger; registry: Registry }) {
    this.#log = log;
    this.#metrics = damageMetrics(registry);
  }

  /** The write-ahead log was lost, shortened or damaged before this start. */
  lostCommits({ commits, batches, unnamed, streams, awaited }: LostBatches): void {
    this.#metrics.lostBatches.set(batches);
    const shown = streams.slice(0, NAMES_SHOWN);
    this.#log.error(
      { commits, batches, unnamed, streams: shown },
      `the write-ahead log is damaged or gone: ${commits} commits with ${batches} batches were lost; ` +
        `${awaited} of them are asked of gateways and peers again`,
    );
  }

  found({ found, repaired, hidden }: ScrubPage): void {
    this.#metrics.repairedRows.inc(repaired.length + hidden);
    if (found.length > 0) {
      const rows = found.slice(0, NAMES_SHOWN);
      this.#log.error({ rows }, `the disk has changed ${found.length} stored rows, the first is ${rows[0]}`);
    }
    if (repaired.length > 0) {
      const rows = repaired.slice(0, NAMES_SHOWN);
      this.#log.warn({ rows }, `repaired ${repaired.length} damaged rows, the first is ${rows[0]}`);
    }
    if (hidden > 0) this.#log.warn({ hidden }, `wrote ${hidden} rows again that a damaged page had lost`);
  }

  walked(damaged: number): void {
    this.#metrics.damagedRows.set(damaged);
    this.#log.debug({ damaged }, "compared every row with its checksum");
  }

  unreadable(fault: Fault): void {
    this.#log.error({ code: fault.code }, `a part of the database cannot be read: ${fault.message}`);
  }
}

const NAMES_SHOWN = 20;

function damageMetrics(registry: Registry) {
  const registers = [registry];
  return {
    lostBatches: new Gauge({
      name: "tidemark_region_lost_batches",
      help: "Batches that were lost with the write-ahead log before this start. They are requested again.",
      registers,
    }),
    damagedRows: new Gauge({
      name: "tidemark_region_damaged_rows",
      help: "Stored rows that the disk has changed and that could not be repaired. Answers leave them out.",
      registers,
    }),
    repairedRows: new Counter({
      name: "tidemark_region_repaired_rows_total",
      help: "Damaged or missing rows that were repaired.",
      registers,
    }),
  };
}
