import type { SimGateway } from "./sim-gateway.ts";
import { EPOCH_MS } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * A sensor that numbers its readings and sends one after the other with QoS 1: it repeats a message, with the DUP flag,
 * until it is acknowledged. Its clock is right. It may send a unit, which changes again and again.
 */
export class SimSensor {
  readonly device: string;
  readonly gateway: SimGateway;
  /** Every reading by its id, with the time of its acknowledgement. */
  readonly sent: Map<number, { ackedMs: number | undefined }> = new Map();
  readonly #deps: { readonly time: VirtualTime; readonly random: () => number; readonly nextId: () => number };
  #packetId = 0;
  #publishing = true;

  readonly #hasUnit: boolean;

  constructor(
    device: string,
    gateway: SimGateway,
    deps: { time: VirtualTime; random: () => number; nextId: () => number; hasUnit: boolean },
  ) {
    this.#hasUnit = deps.hasUnit;
    this.device = device;
    this.gateway = gateway;
    this.#deps = deps;
    this.#next();
  }

  /** Sends no new readings from now on, but still repeats those that are not acknowledged. */
  finish(): void {
    this.#publishing = false;
  }

  get waiting(): number {
    let waiting = 0;
    for (const { ackedMs } of this.sent.values()) if (ackedMs === undefined) waiting++;
    return waiting;
  }

  #next(): void {
    const { time, random, nextId } = this.#deps;
    time.after(30 + random() * 200, () => {
      if (!this.#publishing) return;
      const id = nextId();
      this.#packetId = (this.#packetId % 50) + 1;
      // One in fifteen is late, by up to a minute.
      const lateMs = random() < 1 / 15 ? random() * 60_000 : 0;
      this.sent.set(id, { ackedMs: undefined });
      this.#send(id, this.#packetId, Math.floor(EPOCH_MS + time.nowMs - lateMs), false);
    });
  }

  /** The unit of a reading; null if the sensor sends none. */
  unitOf(id: number): string | null {
    return this.#hasUnit ? UNITS[Math.floor(id / UNIT_LASTS) % UNITS.length]! : null;
  }

  #payload(id: number, timeMs: number): string {
    const unit = this.unitOf(id);
    if (unit === null) return `{"id":${id},"ts":${timeMs}}`;
    return JSON.stringify([{ bn: `plant/${this.device}`, n: "id", u: unit, v: id, t: timeMs / 1000 }]);
  }

  #send(id: number, packetId: number, timeMs: number, dup: boolean): void {
    const { time, random } = this.#deps;
    const message = {
      clientId: this.device,
      topic: `plant/${this.device}`,
      payload: this.#payload(id, timeMs),
      packetId,
      dup,
    };
    let answered = false;
    this.gateway.publish(message, () => {
      if (answered) return;
      answered = true;
      this.sent.get(id)!.ackedMs ??= time.nowMs;
      this.#next();
    });
    time.after(500 + random() * 500, () => {
      if (answered) return;
      answered = true;
      this.#send(id, packetId, timeMs, true);
    });
  }
}

const UNITS = ["Cel", "Far", "K"];
/** In ids, which all sensors share. It is some seconds, so that windows contain several units. */
const UNIT_LASTS = 50;
