import { z } from "zod";
import { folderPath, name } from "../proto/runtime/options/fields.ts";
import type { HttpAddress, LogFields, OperatorAccess } from "../proto/runtime/options/shared-groups.ts";
import { http, log, operators } from "../proto/runtime/options/shared-groups.ts";
import type { ClockConfig } from "./config/clock.ts";
import { clock, timeZone } from "./config/clock.ts";
import type { DecodeConfig } from "./config/decode.ts";
import { decode } from "./config/decode.ts";
import type { MqttConfig } from "./config/mqtt.ts";
import { mqtt } from "./config/mqtt.ts";
import { route } from "./config/routes.ts";
import type { BufferConfig, SealConfig } from "./config/storage.ts";
import { buffer, seal } from "./config/storage.ts";
import type { FailoverConfig, RegionConfig } from "./config/uplink.ts";
import { failoverPolicy, regions } from "./config/uplink.ts";
import { catchAll, schemaPolicy, windowRule } from "./config/windows.ts";
import type { WindowRule } from "./core/storage/window-plan.ts";
import type { RouteOptions } from "./decode/route.ts";

/**
 * The configuration of a gateway. Only this file and `config/` declare its keys, defaults and limits. `npm run docs` writes CONFIGURATION.md from them.
 *
 * @param folder the folder of the file; relative paths in the file start there.
 */
export function edgeConfigSchema(folder: string): z.ZodType<EdgeConfig> {
  return z
    .strictObject({
      gateway: name().describe("The name of this gateway. Regions know it by this name. No two gateways share one."),
      data_dir: folderPath(folder).describe(
        "The folder of the journal, the outbox and the sessions. No two gateways may share one.",
      ),
      mqtt: mqtt(folder),
      time_zone: timeZone().default("UTC").describe("The time zone of times that a payload writes without one."),
      unrouted: z
        .enum(["auto", "dead_letter"])
        .optional()
        .describe(
          "Topics that no route matches: `auto` decodes them by their usual meaning, `dead_letter` stores them as dead letters. By default `auto` without routes and `dead_letter` with routes.",
        ),
      routes: z
        .array(route(), "expected a list of routes")
        .prefault([])
        .describe("How topics and payloads become readings. The first route whose topic matches decides."),
      decode: decode(),
      schema: z
        .strictObject({
          on_change: schemaPolicy()
            .default("accept")
            .describe(
              "`accept`: the metric continues as a new version of itself, which is never added to the old one. `dead_letter`: the message is kept as a dead letter until an operator retries it.",
            ),
        })
        .prefault({})
        .describe("What happens when a metric changes its type or unit."),
      windows: z
        .array(windowRule(), "expected a list of window rules")
        .prefault([])
        .describe(
          "How readings are aggregated. The first rule that matches a series decides. A series that no rule matches has windows of 10s and 1m.",
        ),
      seal: seal(),
      buffer: buffer(),
      regions: regions(folder),
      operators: operators(folder).describe("The operators. They may retry and purge dead letters."),
      failover: failoverPolicy(),
      clock: clock(),
      http: http(folder, 9101),
      log: log(),
    })
    .describe("The configuration of a gateway.")
    .superRefine(({ mqtt: { listeners }, http: { port } }, context) => {
      const clash = listeners.findIndex((listener) => listener.port !== 0 && listener.port === port);
      if (clash < 0) return;
      const message = `http.port is ${port}, too; expected another port`;
      context.addIssue({ code: "custom", message, path: ["mqtt", "listeners", clash, "port"] });
    })
    .transform(({ data_dir, time_zone, unrouted, schema, windows, ...rest }) => ({
      ...rest,
      windows: [...windows.map((rule) => rule(schema.on_change)), catchAll(schema.on_change)],
      dataDir: data_dir,
      timeZone: time_zone,
      // A person who writes routes wants to know of topics that no route matches.
      unrouted: unrouted ?? (rest.routes.length === 0 ? ("auto" as const) : ("dead_letter" as const)),
    }));
}

export type EdgeConfig = {
  readonly gateway: string;
  readonly dataDir: string;
  readonly mqtt: MqttConfig;
  readonly timeZone: string;
  readonly unrouted: "auto" | "dead_letter";
  readonly routes: readonly RouteOptions[];
  readonly decode: DecodeConfig;
  /** The last rule matches every series. */
  readonly windows: readonly WindowRule[];
  readonly seal: SealConfig;
  readonly buffer: BufferConfig;
  readonly regions: readonly RegionConfig[];
  readonly operators: OperatorAccess;
  readonly failover: FailoverConfig;
  readonly clock: ClockConfig;
  readonly http: HttpAddress;
  readonly log: LogFields;
};
