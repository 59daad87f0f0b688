import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Latencies, type Quantiles } from "./latencies.ts";
import { Sensor, type SensorEvents } from "./sensor.ts";

export type FleetOptions = {
  readonly host: string;
  readonly port: number;
  readonly sensors: number;
  /** Sensor n publishes to `prefix/n`, which is its device. */
  readonly prefix: string;
};

/** Times from the first attempt of a storm, or from the first connection that a gateway accepted after its start. */
export type Arrivals = {
  readonly connack: Quantiles;
  /** From the start of the phase to the PUBACK of the first message on the new connection. */
  readonly puback: Quantiles;
  /** Connections that were refused or broken before their first PUBACK; each was tried again a second later. */
  readonly failures: number;
  /** The reasons of the first few. */
  readonly reasons: readonly string[];
};

export type Published = {
  readonly messages: number;
  /** From the write; from the moment when it was due if the message before was not acknowledged by then. */
  readonly puback: Quantiles;
  /** How late this process was with its writes. The broker is not the cause. */
  readonly lateness: Quantiles;
  /** The share of one core that this process used. */
  readonly cpuShare: number;
};

const PERIOD_MS = 1_000;
const RETRY_MS = 1_000;
const TICK_MS = 2;
const PATIENCE_MS = 120_000;
/** Loopback has 28,000 ports an address, and closed connections hold some of them. Linux has all of 127/8. */
const LOCAL_ADDRESSES = 32;
const REASONS_KEPT = 3;

/** Many sensors in one process. They connect, publish once a second, lose their connections, and reconnect all at once. */
export class SensorFleet implements SensorEvents {
  readonly #sensors: readonly Sensor[];
  #phase: Phase = { kind: "idle" };

  constructor(options: FleetOptions) {
    const { host, port, prefix } = options;
    const own = host === "127.0.0.1" && process.platform === "linux";
    this.#sensors = Array.from({ length: options.sensors }, (_, index) => {
      const localAddress = own ? { localAddress: `127.0.0.${2 + (index % LOCAL_ADDRESSES)}` } : {};
      return new Sensor(this, {
        id: `${prefix}-${index}`,
        topic: `${prefix}/${index}`,
        seed: index + 1,
        target: { host, port, ...localAddress },
      });
    });
  }

  /** Acknowledged messages by device: what a region must have, each once. They are numbered from 1. */
  get acknowledgedByDevice(): ReadonlyMap<string, number> {
    return new Map(this.#sensors.map(({ topic, acknowledgedMessages }) => [topic, acknowledgedMessages]));
  }

  /** Connects all, `atOnce` at a time. @returns how long it took, in ms. @throws Error at the first that fails. */
  async connect({ atOnce }: { atOnce: number }): Promise<number> {
    const startMs = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let next = 0;
    let accepted = 0;
    const open = (): void => {
      if (next < this.#sensors.length) this.#sensors[next++]!.open();
    };
    this.#phase = {
      kind: "connecting",
      accepted: () => {
        accepted++;
        if (accepted === this.#sensors.length) resolve();
        else open();
      },
      failed: reject,
    };
    for (let index = 0; index < atOnce; index++) open();
    await withPatience(promise, "every sensor to be connected");
    this.#phase = { kind: "idle" };
    return performance.now() - startMs;
  }

  /** Each sensor publishes once a second, evenly spread. @throws Error when a connection breaks. */
  async publish({ seconds }: { seconds: number }): Promise<Published> {
    const latency = new Latencies();
    const lateness = new Latencies();
    const { promise: broken, reject } = Promise.withResolvers<never>();
    this.#phase = { kind: "publishing", latency, failed: reject };
    const startCpu = process.cpuUsage();
    const startMs = performance.now();
    const sending = this.#send({ seconds, startMs, lateness });
    await Promise.race([sending, broken]);
    const cpu = process.cpuUsage(startCpu);
    const tookMs = performance.now() - startMs;
    await Promise.race([this.#settled(), broken]);
    this.#phase = { kind: "idle" };
    return {
      messages: latency.count,
      puback: latency.quantiles(),
      lateness: lateness.quantiles(),
      cpuShare: (cpu.user + cpu.system) / 1_000 / tookMs,
    };
  }

  /** Resets every connection, and opens all again at once; each publishes one message as soon as it is accepted. */
  async storm(): Promise<Arrivals> {
    this.#phase = { kind: "idle" };
    await Promise.all(this.#sensors.map((sensor) => sensor.reset()));
    return this.#arrive();
  }

  /** The same, but the broker still holds every old connection, as after a power cut that only the sensors noticed. */
  async unnoticedStorm(): Promise<Arrivals> {
    return this.#arrive();
  }

  async #arrive(): Promise<Arrivals> {
    const phase = new Arriving(this.#sensors, { fromMs: performance.now() });
    this.#phase = phase;
    for (const sensor of this.#sensors) sensor.open();
    await withPatience(phase.done, "every sensor to be served again");
    this.#phase = { kind: "idle" };
    await this.#settled();
    return phase.arrivals();
  }

  /**
   * Publishes once a second while somebody kills and restarts the gateway. Ends when every sensor has lost its connection
   * and was served on a new one. Sensors without a connection try again together, once a second. Times are from the first
   * connection that was accepted again.
   */
  async outlive(): Promise<Arrivals> {
    const phase = new Arriving(this.#sensors, { fromMs: undefined });
    this.#phase = phase;
    const publishing = new AbortController();
    const ticking = this.#tick(publishing.signal);
    try {
      await withPatience(phase.done, "every sensor to be served after the outage");
    } finally {
      publishing.abort();
      await ticking;
    }
    await this.#settled();
    this.#phase = { kind: "idle" };
    return phase.arrivals();
  }

  async close(): Promise<void> {
    this.#phase = { kind: "idle" };
    await Promise.all(this.#sensors.map((sensor) => sensor.reset()));
  }

  reached(_sensor: Sensor, nowMs: number): void {
    if (this.#phase.kind === "arriving") this.#phase.reached(nowMs);
  }

  accepted(sensor: Sensor, nowMs: number): void {
    if (this.#phase.kind === "connecting") this.#phase.accepted();
    if (this.#phase.kind !== "arriving") return;
    this.#phase.accepted(nowMs);
    sensor.publishNow();
  }

  acknowledged(sensor: Sensor, nowMs: number, sinceMs: number): void {
    if (this.#phase.kind === "publishing") this.#phase.latency.record(nowMs - sinceMs);
    else if (this.#phase.kind === "arriving") this.#phase.acknowledged(sensor, nowMs);
  }

  lost(sensor: Sensor, openedMs: number, why: string): void {
    const phase = this.#phase;
    if (phase.kind === "connecting" || phase.kind === "publishing") {
      phase.failed(new Error(`the connection of ${sensor.topic}: ${why}`));
    } else if (phase.kind === "arriving") phase.lost(sensor, openedMs, why);
  }

  async #send({
    seconds,
    startMs,
    lateness,
  }: {
    seconds: number;
    startMs: number;
    lateness: Latencies;
  }): Promise<void> {
    const all = this.#sensors.length;
    const gapMs = PERIOD_MS / all;
    for (let slot = 0; slot < all * seconds; await sleep(TICK_MS)) {
      const nowMs = performance.now();
      const due = Math.min(all * seconds, Math.floor((nowMs - startMs) / gapMs) + 1);
      for (; slot < due; slot++) {
        const dueMs = startMs + slot * gapMs;
        lateness.record(nowMs - dueMs);
        this.#sensors[slot % all]!.publish(dueMs);
      }
    }
  }

  /** Publishes with all sensors that are connected. Messages that are due while a sensor is not connected are skipped. */
  async #tick(signal: AbortSignal): Promise<void> {
    const all = this.#sensors.length;
    const startMs = performance.now();
    let slot = 0;
    while (!signal.aborted) {
      const due = Math.floor(((performance.now() - startMs) * all) / PERIOD_MS);
      for (slot = Math.max(slot, due - all); slot < due; slot++) this.#sensors[slot % all]!.publishNow();
      await sleep(TICK_MS);
    }
  }

  async #settled(): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const busy = this.#sensors.filter((sensor) => sensor.busy).length;
      if (busy === 0) return;
      if (performance.now() > endMs) {
        throw new Error(
          `${busy} sensors still wait for an acknowledgement ${PATIENCE_MS / 1_000} s after their last message`,
        );
      }
      await sleep(TICK_MS);
    }
  }
}

type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly accepted: () => void; readonly failed: (error: Error) => void }
  | { readonly kind: "publishing"; readonly latency: Latencies; readonly failed: (error: Error) => void }
  | Arriving;

/** The phase in which all sensors reconnect: who is served again, and how long it took. */
class Arriving {
  readonly kind = "arriving";
  readonly done: Promise<void>;
  readonly #resolve: () => void;
  /** Sensors that still have the connection from before the outage. */
  readonly #untouched: Set<Sensor>;
  readonly #waiting: Set<Sensor>;
  readonly #connack = new Latencies();
  readonly #puback = new Latencies();
  readonly #reasons: string[] = [];
  #fromMs: number | undefined;
  #failures = 0;
  /** Sensors that try again together. */
  #away: Sensor[] = [];

  /** `fromMs` undefined: the sensors are connected, and the outage is to come. */
  constructor(sensors: readonly Sensor[], options: { fromMs: number | undefined }) {
    this.#fromMs = options.fromMs;
    const reset = options.fromMs !== undefined;
    this.#untouched = new Set(reset ? [] : sensors);
    this.#waiting = new Set(reset ? sensors : []);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
  }

  reached(nowMs: number): void {
    this.#fromMs ??= nowMs;
  }

  accepted(nowMs: number): void {
    if (this.#fromMs !== undefined) this.#connack.record(nowMs - this.#fromMs);
  }

  acknowledged(sensor: Sensor, nowMs: number): void {
    if (this.#fromMs === undefined || !this.#waiting.delete(sensor)) return;
    this.#puback.record(nowMs - this.#fromMs);
    if (this.#waiting.size === 0 && this.#untouched.size === 0) this.#resolve();
  }

  lost(sensor: Sensor, openedMs: number, why: string): void {
    // While no gateway listens, a refused connection is part of the outage and not a failure.
    if (!this.#untouched.delete(sensor) && this.#fromMs !== undefined && openedMs >= this.#fromMs) {
      this.#failures++;
      if (this.#reasons.length < REASONS_KEPT) this.#reasons.push(why);
    }
    this.#waiting.add(sensor);
    if (this.#away.push(sensor) === 1) setTimeout(() => this.#retry(), RETRY_MS);
  }

  arrivals(): Arrivals {
    return {
      connack: this.#connack.quantiles(),
      puback: this.#puback.quantiles(),
      failures: this.#failures,
      reasons: this.#reasons,
    };
  }

  #retry(): void {
    const away = this.#away;
    this.#away = [];
    for (const sensor of away) sensor.open();
  }
}

async function withPatience<T>(work: Promise<T>, what: string): Promise<T> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const patience = setTimeout(() => reject(new Error(`waited ${PATIENCE_MS / 1_000} s for ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(patience);
  }
}
