/** Counts what a broker does. The totals only grow. */
export class BrokerCounters {
  /** MQTT packets of any kind. */
  received = 0;
  sent = 0;
  /** PUBLISH packets. */
  publishReceived = 0;
  publishSent = 0;
  /** Refused. */
  dropped = 0;
  connections = 0;
  clientsMax = 0;
  readonly #loads = new Map<LoadName, Load>(LOADS.map((name) => [name, new Load()]));

  /** Updates the moving averages. Call it once per interval. */
  tick(totals: BrokerTotals, intervalMs: number): void {
    const counts: Record<LoadName, number> = {
      "messages/received": this.received,
      "messages/sent": this.sent,
      "publish/received": this.publishReceived,
      "publish/sent": this.publishSent,
      "publish/dropped": this.dropped,
      "bytes/received": totals.bytesReceived,
      "bytes/sent": totals.bytesSent,
      connections: this.connections,
    };
    for (const name of LOADS) this.#loads.get(name)?.add(counts[name], intervalMs);
  }

  /** The `$SYS` topics with their values, named as in Mosquitto (mosquitto(8), "Broker status"). */
  topics(totals: BrokerTotals): readonly (readonly [topic: string, value: string])[] {
    const total = totals.connected + totals.absent;
    const counts: [string, string | number][] = [
      ["version", totals.version],
      ["uptime", `${Math.floor(totals.uptimeMs / 1000)} seconds`],
      ["clients/connected", totals.connected],
      ["clients/disconnected", totals.absent],
      ["clients/total", total],
      ["clients/maximum", Math.max(this.clientsMax, totals.connected)],
      ["messages/received", this.received],
      ["messages/sent", this.sent],
      ["publish/messages/received", this.publishReceived],
      ["publish/messages/sent", this.publishSent],
      ["publish/messages/dropped", this.dropped],
      ["bytes/received", totals.bytesReceived],
      ["bytes/sent", totals.bytesSent],
      ["subscriptions/count", totals.subscriptions],
      ["retained messages/count", totals.retained],
    ];
    for (const name of LOADS) {
      const averages = this.#loads.get(name)?.averages ?? [];
      for (const [i, { label }] of SPANS.entries()) {
        counts.push([`load/${name}/${label}`, (averages[i] ?? 0).toFixed(2)]);
      }
    }
    return counts.map(([name, value]) => [`$SYS/broker/${name}`, String(value)]);
  }
}

export type BrokerTotals = {
  readonly version: string;
  readonly uptimeMs: number;
  readonly connected: number;
  /** Sessions whose client is absent. */
  readonly absent: number;
  readonly subscriptions: number;
  readonly retained: number;
  /** Open connections included. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
};

const LOADS = [
  "messages/received",
  "messages/sent",
  "publish/received",
  "publish/sent",
  "publish/dropped",
  "bytes/received",
  "bytes/sent",
  "connections",
] as const;
type LoadName = (typeof LOADS)[number];

const SPANS = [
  { label: "1min", ms: 60_000 },
  { label: "5min", ms: 300_000 },
  { label: "15min", ms: 900_000 },
] as const;

/** A moving average per minute, like the load average of a machine: older counts weigh less. */
class Load {
  readonly averages: number[] = SPANS.map(() => 0);
  #before = 0;

  add(total: number, intervalMs: number): void {
    const perMinute = ((total - this.#before) * 60_000) / intervalMs;
    this.#before = total;
    for (const [i, { ms }] of SPANS.entries()) {
      const keep = Math.exp(-intervalMs / ms);
      this.averages[i] = this.averages[i]! * keep + perMinute * (1 - keep);
    }
  }
}
