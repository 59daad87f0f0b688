import type { SensorHabits } from "./sensor-habits.ts";
import type { SentCopy, SentReading } from "./sent-reading.ts";
import type { SimGateway } from "./sim-gateway.ts";
import { EPOCH_MS } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * A sensor that numbers its readings and sends them with QoS 1: it repeats a message, with the DUP flag, until it is
 * acknowledged. Its clock is right.
 */
export class SimSensor {
  readonly device: string;
  readonly habits: SensorHabits;
  /** Those that it sends to. */
  readonly gateways: readonly SimGateway[];
  /** Every reading by its id. */
  readonly sent: Map<number, SentReading> = new Map();
  readonly #deps: SensorDeps;
  readonly #usedTimes = new Set<number>();
  #lastPacketId = 0;
  /** The messages that are not acknowledged, each with the gateway to which it is sent. */
  readonly #waiting = new Set<() => SimGateway>();
  #publishing = true;

  constructor(habits: SensorHabits, deps: SensorDeps) {
    this.habits = habits;
    this.device = `plant/${habits.name}`;
    this.#deps = deps;
    const { way } = habits;
    this.gateways = way.kind === "one" ? [deps.gateways[way.gateway]!] : deps.gateways;
    if (habits.everyMs === null) this.#after(SOON_MS + deps.random() * SPREAD_MS);
    else this.#after(deps.random() * habits.everyMs);
  }

  /** Sends no new readings from now on, but still repeats those that are not acknowledged. */
  finish(): void {
    this.#publishing = false;
  }

  /** Messages that are not acknowledged. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The unit of a reading; null if the sensor sends none. */
  unitOf(id: number): string | null {
    return this.habits.hasUnit ? UNITS[Math.floor(id / UNIT_LASTS) % UNITS.length]! : null;
  }

  #after(ms: number): void {
    this.#deps.time.after(ms, () => {
      if (this.#publishing) this.#next();
    });
  }

  #next(): void {
    const { random } = this.#deps;
    const { everyMs } = this.habits;
    const reading = this.#reading();
    this.sent.set(reading.id, reading);
    let isFirst = true;
    this.#deliver(reading, () => {
      if (everyMs === null && isFirst) this.#after(SOON_MS + random() * SPREAD_MS);
      isFirst = false;
    });
    if (everyMs !== null) this.#after(everyMs);
  }

  #reading(): SentReading {
    const { random, nextId } = this.#deps;
    const { time, values } = this.habits;
    const id = nextId();
    const value = values === "numbered" ? id : id % FEW;
    return { id, value, unit: this.unitOf(id), timeMs: time === "device" ? this.#time(random) : null, copies: [] };
  }

  /** One in fifteen readings is late, by up to a minute. No two readings of a sensor have the same time. */
  #time(random: () => number): number {
    const lateMs = random() < 1 / 15 ? random() * 60_000 : 0;
    let timeMs = Math.floor(EPOCH_MS + this.#deps.time.nowMs - lateMs);
    while (this.#usedTimes.has(timeMs)) timeMs++;
    this.#usedTimes.add(timeMs);
    return timeMs;
  }

  /** @param received called when a gateway has acknowledged the reading, and at once if it is lost on the way. */
  #deliver(reading: SentReading, received: () => void): void {
    const { way } = this.habits;
    const { time, random } = this.#deps;
    switch (way.kind) {
      case "one":
        return this.#offer(reading, () => this.gateways[0]!, received);
      case "moves":
        // A client that connects to another gateway repeats there what is not acknowledged.
        return this.#offer(reading, () => this.#nearest(way.everyMs), received);
      case "both": {
        const reached = this.gateways.filter(
          (gateway) => random() >= way.lossShare && this.#waitingAt(gateway) < WAITING_MAX,
        );
        for (const gateway of reached)
          time.after(random() * WAY_MS, () => this.#offer(reading, () => gateway, received));
        if (reached.length === 0) received();
      }
    }
  }

  /** The gateway that a sensor is connected to which moves after every `everyMs`. */
  #nearest(everyMs: number): SimGateway {
    return this.gateways[Math.floor(this.#deps.time.nowMs / everyMs) % this.gateways.length]!;
  }

  #waitingAt(gateway: SimGateway): number {
    return [...this.#waiting].filter((at) => at() === gateway).length;
  }

  /**
   * Offers the reading until it is acknowledged.
   * @param at the gateway to which the sensor is connected now; a function of its own for each message.
   */
  #offer(reading: SentReading, at: () => SimGateway, acknowledged: () => void): void {
    const { time, random } = this.#deps;
    const packetId = (this.#lastPacketId = (this.#lastPacketId % PACKET_IDS[this.habits.time]) + 1);
    const payload = this.#payload(reading);
    this.#waiting.add(at);
    const attempt = (dup: boolean): void => {
      const gateway = at();
      const copy = copyIn(gateway, reading);
      gateway.publish(
        { clientId: this.device, topic: this.device, payload, packetId, dup },
        {
          written: (arrivedMs) => void copy.arrivalsMs.push(arrivedMs),
          acknowledged: () => {
            copy.ackedMs ??= time.nowMs;
            if (this.#waiting.delete(at)) acknowledged();
          },
        },
      );
      time.after(500 + random() * 500, () => {
        if (this.#waiting.has(at)) attempt(true);
      });
    };
    attempt(false);
  }

  #payload({ value, unit, timeMs }: SentReading): string {
    if (unit !== null) return JSON.stringify([{ bn: this.device, n: METRIC, u: unit, v: value, t: timeMs! / 1000 }]);
    return JSON.stringify(timeMs === null ? { [METRIC]: value } : { [METRIC]: value, ts: timeMs });
  }
}

/** The only metric of every sensor. */
export const METRIC = "id";

type SensorDeps = {
  readonly gateways: readonly SimGateway[];
  readonly time: VirtualTime;
  readonly random: () => number;
  /** All sensors share them. */
  readonly nextId: () => number;
};

function copyIn(gateway: SimGateway, { copies }: SentReading): SentCopy {
  const known = copies.find((copy) => copy.gateway === gateway);
  if (known !== undefined) return known;
  const copy: SentCopy = { gateway, arrivalsMs: [], ackedMs: undefined, isUncertain: false };
  copies.push(copy);
  return copy;
}

const UNITS = ["Cel", "Far", "K"];
/** In ids, which all sensors share. It is some seconds, so that windows contain several units. */
const UNIT_LASTS = 50;
const FEW = 3;
const SOON_MS = 30;
const SPREAD_MS = 200;
/** A message takes up to this long to reach one of two gateways: less than two arrivals of one reading may differ. */
const WAY_MS = 300;
/** A sensor that sends to two gateways loses what it cannot keep for one of them. */
const WAITING_MAX = 20;
/** A message without a time may be equal to an earlier one. So its identifier is not used again in a run. */
const PACKET_IDS = { device: 50, arrival: 65_535 };
