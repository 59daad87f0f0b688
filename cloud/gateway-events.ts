import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge, Histogram } from "@prometheus-io/client";
import { LogLimit } from "../proto/runtime/log-limit.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { pairRule } from "./core/pair-rule.ts";
import type { Commit } from "./ingest/committer.ts";
import type { TwinLife } from "./core/twins.ts";
import type { IngestEvents } from "./ingest/grpc-ingest.ts";
import type { TwinEvents } from "./ingest/twin-watch.ts";

/** The events between a region and its gateways, in the log and the metrics. */
export class GatewaySessionEvents implements Omit<IngestEvents, "onFault">, TwinEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof sessionMetrics>;
  readonly #logLimit: LogLimit;
  readonly #pairLogLimit: LogLimit;
  readonly #clock: { nowMs(): number; monotonicMs(): number };
  /** Monotonic times. */
  readonly #lastSeenMs = new Map<string, number>();
  #lastBatchMs: number | null = null;
  readonly #twins = new Set<string>();

  constructor(deps: { log: Logger; registry: Registry; clock: { nowMs(): number; monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = sessionMetrics(deps.registry);
    this.#logLimit = new LogLimit(deps.clock);
    this.#pairLogLimit = new LogLimit(deps.clock, HOUR_MS);
    this.#clock = deps.clock;
  }

  readonly sessionOpened: IngestEvents["sessionOpened"] = ({ gateway, software, streams, peer }) => {
    this.#metrics.sessions.inc();
    this.#seen(gateway);
    this.#log.info({ gateway, software, streams, peer }, `gateway ${gateway} connected`);
  };

  readonly sessionClosed: IngestEvents["sessionClosed"] = ({ gateway, peer }) => {
    this.#metrics.sessions.dec();
    this.#seen(gateway);
    this.#log.info({ gateway, peer }, `gateway ${gateway} disconnected`);
  };

  /** Logged once a minute for one gateway and code, because a refused gateway tries again and again. */
  readonly refused: IngestEvents["refused"] = ({ gateway, code, message, peer }) => {
    this.#metrics.refusals.inc({ code });
    if (!this.#logLimit.allows(`${gateway}\n${code}`)) return;
    const fields = { gateway, code, peer };
    // A fork or a twin means that a disk or a machine was cloned. A person must know.
    if (code === "fork" || code === "twin") this.#log.error(fields, message);
    else this.#log.warn(fields, message);
  };

  /** Two gateways have one name. Logged again when one of the two is another one. */
  readonly twinsFound: TwinEvents["twinsFound"] = ({ gateway, accepted, refused, isDecided }) => {
    this.#twins.add(gateway);
    this.#metrics.twins.set(this.#twins.size);
    const taken = accepted === null ? "an operator keeps a third one" : `${lifeText(accepted)} is accepted`;
    const why = isDecided ? ", as an operator decided" : "";
    const text = `two gateways are named ${gateway}: ${taken}, ${lifeText(refused)} is refused${why}`;
    this.#log.error({ gateway, accepted, refused }, text);
  };

  /** None of the two was refused for a minute. */
  readonly twinsOver: TwinEvents["twinsOver"] = (gateway) => {
    this.#twins.delete(gateway);
    this.#metrics.twins.set(this.#twins.size);
    this.#log.info({ gateway }, `only one gateway is named ${gateway} now`);
  };

  /** A kept gateway was started again. The region tries again when it connects the next time. */
  notInherited(gateway: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error({ gateway }, `the choice of ${gateway} could not be noted for its new stream: ${reason}`);
  }

  committed({ settled, approximate, tookMs }: Commit): void {
    const metrics = this.#metrics;
    metrics.approximate.inc(approximate.windows);
    for (const pair of approximate.unnamedPairs) this.#unnamedPair(pair);
    metrics.commitSeconds.observe(tookMs / 1000);
    if (settled.length > 0) this.#lastBatchMs = this.#clock.monotonicMs();
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

  /**
   * When a session of this gateway last began, ended or delivered a batch, by the clock as it is now; null: not since the
   * start. The age is measured monotonically, so a clock that was changed since then changes nothing.
   */
  lastSeenMs(gateway: string): number | null {
    const seenMs = this.#lastSeenMs.get(gateway);
    return seenMs === undefined ? null : this.#clock.nowMs() - (this.#clock.monotonicMs() - seenMs);
  }

  /** How long ago the last batch arrived; null: none since the start. */
  lastBatchAgeMs(): number | null {
    return this.#lastBatchMs === null ? null : this.#clock.monotonicMs() - this.#lastBatchMs;
  }

  /** Logged once an hour for one series, because every window repeats it. */
  #unnamedPair({ device, metric, gateways }: Commit["approximate"]["unnamedPairs"][number]): void {
    if (!this.#pairLogLimit.allows(`${device}\n${metric}`)) return;
    const rule = pairRule({ device, metric });
    this.#log.warn(
      { device, metric, gateways, rule },
      `${gateways.join(" and ")} forward ${device} ${metric}; its windows do not carry their readings, so the counts are approximate; write on each of these gateways: ${rule}`,
    );
  }

  #seen(gateway: string): void {
    if (this.#lastSeenMs.size >= GATEWAYS_KNOWN_MAX && !this.#lastSeenMs.has(gateway)) this.#lastSeenMs.clear();
    this.#lastSeenMs.set(gateway, this.#clock.monotonicMs());
  }
}

const HOUR_MS = 3_600_000;
const GATEWAYS_KNOWN_MAX = 100_000;

function lifeText({ life, region, address }: TwinLife): string {
  return `the one at ${address} (connects to ${region}, stream ${life})`;
}

function sessionMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `tidemark_region_${name}_total`, help, labelNames, registers });
  return {
    sessions: new Gauge({ name: "tidemark_region_sessions", help: "Open sessions of gateways.", registers }),
    twins: new Gauge({
      name: "tidemark_region_twins",
      help: "Names that two gateways have. Anything but 0 is an alarm.",
      registers,
    }),
    batches: counter("batches", "Received batches, by outcome.", ["outcome"]),
    batchBytes: counter("batch_bytes", "Bytes of received batches."),
    records: counter("records", "Stored window records."),
    rawReadings: counter("raw_readings", "Stored raw readings."),
    approximate: counter(
      "windows_approximate",
      "Changed windows whose count is not exact, because gateways forward the same series without their readings.",
    ),
    refusals: counter("refusals", "Refused sessions and batches, by code.", ["code"]),
    commitSeconds: new Histogram({
      name: "tidemark_region_commit_seconds",
      help: "Time that the commit of a group of batches took.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
