import { setTimeout as delay } from "node:timers/promises";
import { SensorClient } from "../../deploy/sensors/sensor-client.ts";

/**
 * Sensors that number their readings. Every value is sent once, so a test can compare what arrives with what was
 * acknowledged, id by id. Each sensor is a device of its own, `<prefix>/<n>`, with the metric `id`.
 */
export class UniqueSensors {
  readonly #clients: SensorClient[];
  readonly #prefix: string;
  readonly #abort = new AbortController();
  readonly acknowledged: Set<number>[];
  readonly sent: number[];

  private constructor(clients: SensorClient[], prefix: string) {
    this.#clients = clients;
    this.#prefix = prefix;
    this.acknowledged = clients.map(() => new Set());
    this.sent = clients.map(() => 0);
  }

  static async open(
    url: string,
    options: { sensors: number; inFlight: number; prefix?: string },
  ): Promise<UniqueSensors> {
    const signal = new AbortController().signal;
    const clients = await Promise.all(
      Array.from({ length: options.sensors }, (_, n) =>
        SensorClient.open(
          { url },
          { name: `unique-${n}`, inFlightMax: options.inFlight, connectTimeoutMs: 60_000, signal },
        ),
      ),
    );
    return new UniqueSensors(clients, options.prefix ?? "unique");
  }

  get totalAcknowledged(): number {
    return this.acknowledged.reduce((sum, ids) => sum + ids.size, 0);
  }

  get resent(): number {
    return this.#clients.reduce((sum, client) => sum + client.resent, 0);
  }

  /** The devices, in the order of `acknowledged`. */
  get devices(): string[] {
    return this.#clients.map((_, n) => `${this.#prefix}/${n}`);
  }

  /** Publishes `perSecond` in all, evenly, whenever the sensors are connected, until `stop`. */
  async run(perSecond: number): Promise<void> {
    const startMs = performance.now();
    let due = 0;
    while (!this.#abort.signal.aborted) {
      await delay(5);
      const target = ((performance.now() - startMs) / 1000) * perSecond;
      // Sensors do not catch up on time in which none of them could send, so the load never exceeds what was asked for.
      due = Math.max(due, target - perSecond / 10);
      for (let n = 0; due < target; due++, n = (n + 1) % this.#clients.length) {
        if (!this.#publishFromAny(n)) break;
      }
    }
  }

  /** Publishes `count` in all as fast as the acknowledgements allow. */
  async publish(count: number): Promise<void> {
    const share = Math.ceil(count / this.#clients.length);
    await Promise.all(
      this.#clients.map(async (client, n) => {
        const end = this.sent[n]! + share;
        while (this.sent[n]! < end) {
          while (client.ready && this.sent[n]! < end) this.#publishOne(n);
          await client.whenReady({ patienceMs: 60_000, signal: this.#abort.signal });
        }
        await client.whenAcknowledged({ patienceMs: 60_000, signal: this.#abort.signal });
      }),
    );
  }

  /** Stops sending and waits until everything sent is acknowledged. */
  async stop(): Promise<void> {
    this.#abort.abort();
    const signal = new AbortController().signal;
    await Promise.all(this.#clients.map((client) => client.whenAcknowledged({ patienceMs: 60_000, signal })));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #publishFromAny(first: number): boolean {
    for (let step = 0; step < this.#clients.length; step++) {
      const n = (first + step) % this.#clients.length;
      if (this.#clients[n]!.ready) {
        this.#publishOne(n);
        return true;
      }
    }
    return false;
  }

  #publishOne(n: number): void {
    const id = ++this.sent[n]!;
    this.#clients[n]!.publish({ topic: `${this.#prefix}/${n}`, payload: `{"id":${id}}`, qos: 1 }, () => {
      this.acknowledged[n]!.add(id);
    });
  }
}
