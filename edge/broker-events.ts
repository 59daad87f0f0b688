import type { Registry } from "@prometheus-io/client";
import { Counter, Gauge } from "@prometheus-io/client";
import { LogLimit } from "../proto/runtime/log-limit.ts";
import type { Logger } from "../proto/runtime/log.ts";
import type { ClientNote, MqttEvents, RefusalReason } from "./mqtt/events.ts";
import type { ReloadNote } from "./mqtt/file-reloads.ts";

/** Log lines and metrics of the broker and its clients. */
export class BrokerEvents implements MqttEvents {
  readonly #log: Logger;
  readonly #metrics: ReturnType<typeof brokerMetrics>;
  readonly #logLimit: LogLimit;

  constructor(deps: { log: Logger; registry: Registry; clock: { monotonicMs(): number } }) {
    this.#log = deps.log;
    this.#metrics = brokerMetrics(deps.registry);
    this.#logLimit = new LogLimit(deps.clock);
  }

  connected({ client, protocol }: ClientNote): void {
    this.#metrics.connects.inc();
    this.#log.debug({ client, protocol }, "client connected");
  }

  disconnected({ client }: ClientNote): void {
    this.#log.debug({ client }, "client disconnected");
  }

  refused({ reason, client, detail }: { reason: RefusalReason; client: string; detail: string }): void {
    this.#metrics.refusals.inc({ reason });
    if (!this.#logLimit.allows(`${reason} ${client}`)) return;
    const who = client === "" ? "a connection" : `client ${client}`;
    this.#log.warn({ reason, client, detail }, `refused ${who}: ${detail}`);
  }

  slowed({ client }: { client: string }): void {
    this.#metrics.slowed.inc();
    if (!this.#logLimit.allows(`slowed ${client}`)) return;
    this.#log.warn({ client }, `client ${client} sends faster than mqtt.limits allows and is read more slowly`);
  }

  paused(paused: boolean): void {
    this.#metrics.paused.set(paused ? 1 : 0);
    if (paused) this.#log.warn("sensors are paused: the disk is too slow for what they send, or its quota is used up");
    else this.#log.info("sensors are read again");
  }

  /** Called for each scrape. */
  refresh({ connections }: { connections: number }): void {
    this.#metrics.connections.set(connections);
  }

  /** The process may open fewer files than `mqtt.max_connections` needs. */
  connectionsLimited(given: { wanted: number; possible: number }): void {
    this.#log.info(
      given,
      `mqtt.max_connections is ${given.wanted}, but this process may open files for only ${given.possible} connections: ` +
        "more are refused; raise the limit of open files (ulimit -Hn, LimitNOFILE)",
    );
  }

  /** A users file, an ACL file or certificates were read again, on SIGHUP or because they changed. */
  readonly fileReload = ({ name, files, fault }: ReloadNote): void => {
    this.#metrics.reloads.inc({ file: name, outcome: fault === undefined ? "read" : "kept" });
    if (fault === undefined) this.#log.info({ files }, `${RELOADED[name]} read again`);
    else {
      const text = `${RELOADED[name]} not read, the last valid version stays in use: ${fault.line}`;
      this.#log.error({ code: fault.code, files }, text);
    }
  };
}

const RELOADED: Readonly<Record<ReloadNote["name"], string>> = {
  users: "users file",
  acl: "ACL file",
  tls: "certificate files",
};

function brokerMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `tidemark_edge_${name}_total`, help, labelNames, registers });
  return {
    connects: counter("mqtt_connects", "Accepted connections."),
    refusals: counter("mqtt_refusals", "Refused connections and messages.", ["reason"]),
    slowed: counter(
      "mqtt_slowed",
      "How often a client was slowed down because it sent faster than mqtt.limits allows.",
    ),
    reloads: counter("mqtt_reloads", "Files that were read again. `kept`: the last valid version stays in use.", [
      "file",
      "outcome",
    ]),
    connections: new Gauge({ name: "tidemark_edge_mqtt_connections", help: "Open connections.", registers }),
    paused: new Gauge({ name: "tidemark_edge_mqtt_paused", help: "1 while sensors are paused.", registers }),
  };
}
