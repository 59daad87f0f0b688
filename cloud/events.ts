import { Counter } from "@prometheus-io/client";
import type { Registry } from "@prometheus-io/client";
import type { Logger } from "../proto/runtime/log.ts";
import { DamageEvents } from "./damage-events.ts";
import { GatewaySessionEvents } from "./gateway-events.ts";
import type { CommandRequest } from "./operator/command-request.ts";
import { PeerEvents } from "./peer-events.ts";

/**
 * The events of a region. Each event is one function that writes the log line and counts the metric, so that the two
 * agree. Labels of metrics have few values: gateways are named in the log only.
 */
export class RegionEvents {
  readonly #log: Logger;
  readonly #commands: Counter<"command">;
  readonly #pruned: Counter;
  readonly damage: DamageEvents;
  readonly gateways: GatewaySessionEvents;
  readonly peers: PeerEvents;

  constructor(deps: { log: Logger; registry: Registry; clock: { nowMs(): number; monotonicMs(): number } }) {
    const registers = [deps.registry];
    this.#log = deps.log;
    this.#commands = new Counter({
      name: "tidemark_region_commands_total",
      help: "Commands of operators that were committed here.",
      labelNames: ["command"],
      registers,
    });
    this.#pruned = new Counter({
      name: "tidemark_region_batches_pruned_total",
      help: "Batches whose bytes were deleted after batches.keep.",
      registers,
    });
    this.damage = new DamageEvents(deps);
    this.gateways = new GatewaySessionEvents(deps);
    this.peers = new PeerEvents(deps);
  }

  started(addresses: { region: string; ingest: string; http: string; dataDir: string }): void {
    this.#log.info(addresses, `region ${addresses.region} accepts batches on ${addresses.ingest}`);
  }

  /** An operator command, with the person and the reason. An auditor reads it in the log. */
  commanded(request: CommandRequest, batch: string): void {
    const { command, reason, actor } = request;
    const target = targetOf(request);
    this.#commands.inc({ command });
    this.#log.warn(
      { command, of: target, reason, actor, batch },
      `${actor} commands ${command} of ${target}: ${reason}`,
    );
  }

  pruned(batches: number): void {
    this.#pruned.inc(batches);
    this.#log.debug({ batches }, "deleted the bytes of old batches");
  }

  stopping(reason: string): void {
    this.#log.info(`stopping: ${reason}`);
  }
}

function targetOf(request: CommandRequest): string {
  switch (request.command) {
    case "set_member":
      return `${request.region} ${request.state}`;
    case "keep_gateway":
      return request.stream === null ? request.gateway : `${request.gateway} ${request.stream}`;
    default:
      return request.device;
  }
}
