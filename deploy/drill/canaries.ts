import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../proto/runtime/clock.ts";
import { SensorClient } from "../sensors/sensor-client.ts";
import type { Drill } from "./drill-file.ts";
import { MARKER_DEVICE, MARKER_OVER } from "./guards.ts";
import type { CanaryLog } from "./ledger.ts";
import type { TargetGateway } from "./target.ts";

/**
 * Sensors that number their readings and note when each was acknowledged, so that every id can be compared with what arrives.
 * A device is `drill/<run>/<gateway>/<n>`, its metric is `id`, its values are 1, 2, 3...
 */
export class Canaries {
  readonly #sensors: readonly Canary[];
  readonly #gateways: ReadonlyMap<string, TargetGateway>;
  readonly #load: Drill["load"];
  readonly #abort = new AbortController();
  #paused = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(sensors: readonly Canary[], gateways: readonly TargetGateway[], load: Drill["load"]) {
    this.#sensors = sensors;
    this.#gateways = new Map(gateways.map((gateway) => [gateway.name, gateway]));
    this.#load = load;
  }

  /** @throws Fault when a gateway refuses one of them. */
  static async open(
    gateways: readonly TargetGateway[],
    options: { load: Drill["load"]; run: string; clock: Clock; random: () => number },
  ): Promise<Canaries> {
    const { load, run, clock, random } = options;
    const padding = new Padding(load.paddingBytes, random);
    const sensors = gateways.flatMap(({ name }) =>
      Array.from({ length: load.canaries }, (_, n) => {
        const device = `drill/${run}/${name}/${n}`;
        return new Canary(device, { withTime: load.time === "sensor", padding, clock });
      }),
    );
    const canaries = new Canaries(sensors, gateways, load);
    const reachedBy = ({ home }: Canary): readonly TargetGateway[] => {
      const at = gateways.findIndex(({ name }) => name === home);
      const next = gateways[(at + 1) % gateways.length]!;
      return load.sendTo === "both" ? [gateways[at]!, next] : [gateways[at]!];
    };
    try {
      await Promise.all(sensors.map((sensor) => sensor.connect(reachedBy(sensor))));
    } catch (error) {
      await canaries.close();
      throw error;
    }
    return canaries;
  }

  get sent(): number {
    return this.#sensors.reduce((sum, { sentAtMs }) => sum + sentAtMs.length, 0);
  }

  get acknowledged(): number {
    return this.#sensors.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  /** What each of them sent and got acknowledged, up to now. */
  get logs(): readonly CanaryLog[] {
    return this.#sensors;
  }

  /** The first device that belongs to this gateway. */
  probeOf(gateway: string): string {
    return this.#sensors.find(({ home }) => home === gateway)!.device;
  }

  /** Starts sending, at an even rate for each gateway, while its sensors are connected. */
  start(): void {
    const shares = [...this.#gateways.keys()].map((gateway) =>
      this.#send(this.#sensors.filter(({ home }) => home === gateway)),
    );
    this.#running = Promise.all(shares);
  }

  /** Publishes a marker through the first gateway: once a second while the drill runs, and once when it is over. */
  announce(run: string): void {
    const [sensor] = this.#sensors;
    const loop = async (): Promise<void> => {
      while (!this.#abort.signal.aborted) {
        sensor!.publishBeside(MARKER_DEVICE, JSON.stringify({ run }));
        await delay(1000, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      }
      sensor!.publishBeside(MARKER_DEVICE, JSON.stringify({ run: MARKER_OVER }));
      await sensor!.acknowledgedAll(LAST_MARKER_MS).catch(() => undefined);
    };
    this.#running = Promise.all([this.#running, loop()]);
  }

  pause(paused: boolean): void {
    this.#paused = paused;
  }

  /**
   * Connects the devices that belong to `from` to `to`, as if they moved. Readings that the old gateway has not acknowledged
   * are not sent again, because that gateway may have them.
   */
  async move(from: string, to: string): Promise<void> {
    const moving = this.#sensors.filter(({ home }) => home === from);
    await Promise.all(moving.map((sensor) => sensor.connect([this.#gateways.get(to)!])));
  }

  /** Sends nothing more, and waits until everything is acknowledged. @throws Fault when that takes too long. */
  async stop(patienceMs: number): Promise<void> {
    this.#abort.abort();
    await this.#running;
    await Promise.all(this.#sensors.map((sensor) => sensor.acknowledgedAll(patienceMs)));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    await Promise.all(this.#sensors.map((sensor) => sensor.close()));
  }

  async #send(sensors: readonly Canary[]): Promise<void> {
    const { perSecond } = this.#load;
    let due = 0;
    let lastMs = performance.now();
    let turn = 0;
    while (!this.#abort.signal.aborted) {
      await delay(TICK_MS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      const nowMs = performance.now();
      // Sensors do not catch up on time in which none of them could send, so the rate never exceeds what was asked for.
      due = Math.min(due + ((nowMs - lastMs) / 1000) * perSecond, perSecond / 5 + 1);
      lastMs = nowMs;
      if (this.#paused) due = 0;
      for (let refused = 0; due >= 1 && refused < sensors.length; turn++) {
        if (sensors[turn % sensors.length]!.publish()) {
          due--;
          refused = 0;
        } else refused++;
      }
    }
  }
}

class Canary implements CanaryLog {
  readonly device: string;
  readonly home: string;
  readonly sentAtMs: number[] = [];
  readonly acknowledgedAtMs: (number | undefined)[] = [];
  acknowledged = 0;
  readonly #clock: Clock;
  readonly #withTime: boolean;
  readonly #padding: Padding;
  /** One for each gateway that it sends to. */
  #clients: readonly SensorClient[] = [];

  constructor(device: string, options: { withTime: boolean; padding: Padding; clock: Clock }) {
    this.device = device;
    this.home = device.split("/")[2]!;
    this.#clock = options.clock;
    this.#withTime = options.withTime;
    this.#padding = options.padding;
  }

  /** @param gateways every reading goes to all of them. */
  async connect(gateways: readonly TargetGateway[]): Promise<void> {
    const before = this.#clients;
    this.#clients = [];
    await Promise.all(before.map((client) => client.close()));
    const options = { name: "canary", inFlightMax: IN_FLIGHT, connectTimeoutMs: 20_000 };
    const { signal } = new AbortController();
    for (const { mqtt } of gateways)
      this.#clients = [...this.#clients, await SensorClient.open(mqtt, { ...options, signal })];
  }

  /** @returns false when it cannot send now. */
  publish(): boolean {
    const ready = this.#clients.filter((client) => client.ready);
    if (ready.length === 0) return false;
    const nowMs = this.#clock.nowMs();
    const id = this.sentAtMs.push(nowMs);
    const payload = JSON.stringify({
      id,
      ...(this.#withTime ? { ts: nowMs } : {}),
      ...this.#padding.next(),
    });
    for (const client of ready) client.publish({ topic: this.device, payload, qos: 1 }, () => this.#acknowledge(id));
    return true;
  }

  /** A reading counts as acknowledged when one gateway has it. */
  #acknowledge(id: number): void {
    if (this.acknowledgedAtMs[id - 1] !== undefined) return;
    this.acknowledgedAtMs[id - 1] = this.#clock.nowMs();
    this.acknowledged++;
  }

  /** Publishes something that is not one of its readings, if it is connected. */
  publishBeside(topic: string, payload: string): void {
    const [client] = this.#clients;
    if (client?.ready === true) client.publish({ topic, payload, qos: 1 });
  }

  async acknowledgedAll(patienceMs: number): Promise<void> {
    const { signal } = new AbortController();
    await Promise.all(this.#clients.map((client) => client.whenAcknowledged({ patienceMs, signal })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** Text that cannot be compressed, different for every message: it is meant to fill a disk. */
class Padding {
  readonly #pool: string;
  readonly #bytes: number;
  #at = 0;

  constructor(bytes: number, random: () => number) {
    this.#bytes = bytes;
    const pool = Buffer.alloc(bytes === 0 ? 0 : POOL_BYTES);
    for (let i = 0; i < pool.length; i++) pool[i] = Math.floor(random() * 256);
    this.#pool = pool.toString("base64");
  }

  next(): { readonly padding?: string } {
    if (this.#bytes === 0) return {};
    this.#at = (this.#at + this.#bytes) % (this.#pool.length - this.#bytes);
    return { padding: this.#pool.slice(this.#at, this.#at + this.#bytes) };
  }
}

const POOL_BYTES = 3 * 2 ** 20;
const LAST_MARKER_MS = 2_000;
const TICK_MS = 10;
const IN_FLIGHT = 200;
