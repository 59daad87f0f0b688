import { isAbsolute } from "node:path";
import { z } from "zod";
import type { LogFields } from "../proto/runtime/options/fields.ts";
import {
  duration,
  folderPath,
  host,
  isRegionUrl,
  logFields,
  name,
  port,
  readableFile,
  size,
  wholeNumber,
} from "../proto/runtime/options/fields.ts";
import type { MqttConfig } from "./config/mqtt.ts";
import { mqtt } from "./config/mqtt.ts";
import { route } from "./config/routes.ts";
import { catchAll, schemaPolicy, windowRule } from "./config/windows.ts";
import type { TimeRules } from "./core/storage/gateway-time.ts";
import type { WindowRule } from "./core/storage/window-plan.ts";
import type { RouteOptions } from "./decode/route.ts";
import type { DecodeLimits } from "./decode/routed-decoder.ts";
import { TimeZone } from "./decode/timestamp.ts";

/** The configuration of a gateway: here and in `config/` its keys, defaults and limits are said, and nowhere else. */
export function edgeConfigSchema(folder: string): z.ZodType<EdgeConfig> {
  return z
    .strictObject({
      gateway: name().describe("name of this gateway; regions know it by this name"),
      data_dir: folderPath(folder).describe("folder of the journal and the outbox; one gateway has it alone"),
      mqtt: mqtt(folder),
      time_zone: timeZone().default("UTC").describe("zone of times that are written without one"),
      unrouted: z.enum(["auto", "dead_letter"]).optional().describe("what happens to topics that no route matches"),
      routes: z.array(route(), "expected a list of routes").default([]),
      decode: z
        .strictObject({
          max_payload: size({ max: "16MiB" }).prefault("64KiB"),
          max_depth: wholeNumber(1, 64).default(16),
          max_values: wholeNumber(1, 100_000).default(1000),
          max_series: wholeNumber(1, 10_000_000).default(1_000_000).describe("each takes 1 KB of memory, for ever"),
        })
        .prefault({})
        .transform(({ max_payload, max_depth, max_values, max_series }) => ({
          payloadBytes: max_payload,
          depth: max_depth,
          values: max_values,
          seriesMax: max_series,
        })),
      schema: z
        .strictObject({
          on_change: schemaPolicy()
            .default("accept")
            .describe("when a metric changes its type or unit: it goes on as a new version of itself, or waits"),
        })
        .prefault({}),
      windows: z.array(windowRule(), "expected a list of window rules").default([]),
      seal: z
        .strictObject({
          size: size({ min: "4KiB", max: "1MiB" }).prefault("64KiB"),
          after: duration({ min: "50ms", max: "1h" }).prefault("1s"),
        })
        .prefault({})
        .transform((seal) => ({ sizeBytes: seal.size, afterMs: seal.after })),
      buffer: z
        .strictObject({
          max_size: size({ min: "64MiB" }).prefault("2GiB").describe("quota of the gateway's disk"),
          policy: z.enum(["backpressure"]).default("backpressure").describe("what happens when the quota is used up"),
          dead_letters: size({ min: "1MiB" })
            .optional()
            .describe("quota of the dead letters; by default an eighth of max_size, at most 64MiB"),
          keep_replicated: duration({ max: "366d" }).prefault("1d").describe("how long a replicated batch stays here"),
        })
        .prefault({})
        .superRefine(({ max_size, dead_letters }, context) => {
          // Nothing trims dead letters but their own quota: they must not be what keeps the disk full.
          if (dead_letters === undefined || dead_letters <= max_size / 4) return;
          const message = "more than a quarter of max_size; expected less, or a larger max_size";
          context.addIssue({ code: "custom", message, path: ["dead_letters"] });
        })
        .transform(({ max_size, policy, dead_letters, keep_replicated }) => ({
          maxSizeBytes: max_size,
          policy,
          deadLettersBytes: dead_letters ?? Math.min(DEAD_LETTERS_BYTES, max_size / 8),
          keepReplicatedMs: keep_replicated,
        })),
      regions: regions(folder),
      operators: z
        .strictObject({
          token_file: readableFile(folder)
            .optional()
            .describe("the secret that lets an operator command; without it nobody may"),
        })
        .prefault({})
        .transform(({ token_file }) => ({ tokenFile: token_file ?? null })),
      failover: z
        .strictObject({
          return_after: duration({ min: "1s", max: "1d" })
            .prefault("5m")
            .describe("how long a more preferred region must be well before batches return to it"),
        })
        .prefault({})
        .transform(({ return_after }) => ({ returnMs: return_after })),
      clock: clock(),
      http: z.strictObject({ host: host().default("127.0.0.1"), port: port().default(9101) }).prefault({}),
      log: logFields,
    })
    .superRefine(({ mqtt: { listeners }, http }, context) => {
      const clash = listeners.findIndex(({ port: at }) => at !== 0 && at === http.port);
      if (clash < 0) return;
      const message = `http has port ${http.port} already; expected a port for each`;
      context.addIssue({ code: "custom", message, path: ["mqtt", "listeners", clash, "port"] });
    })
    .transform(({ data_dir, time_zone, unrouted, schema, windows, ...rest }) => ({
      ...rest,
      windows: [...windows.map((rule) => rule(schema.on_change)), catchAll(schema.on_change)],
      dataDir: data_dir,
      timeZone: time_zone,
      // Who writes routes wants to hear of topics that none of them matches.
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
  readonly decode: DecodeLimits & { readonly seriesMax: number };
  /** The last rule matches every series. */
  readonly windows: readonly WindowRule[];
  readonly seal: { readonly sizeBytes: number; readonly afterMs: number };
  readonly buffer: {
    readonly maxSizeBytes: number;
    readonly policy: "backpressure";
    readonly deadLettersBytes: number;
    readonly keepReplicatedMs: number;
  };
  readonly regions: readonly {
    readonly name: string;
    readonly url: string;
    readonly tokenFile: string | null;
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
  }[];
  readonly operators: { readonly tokenFile: string | null };
  readonly failover: { readonly returnMs: number };
  readonly clock: { readonly rules: TimeRules; readonly synchronizedFile: string | null };
  readonly http: { readonly host: string; readonly port: number };
  readonly log: LogFields;
};

const DEAD_LETTERS_BYTES = 64 * 1024 * 1024;
function regions(folder: string) {
  const file = readableFile(folder);
  const address = "expected http://host:port, or https://host:port for TLS";
  return z
    .array(
      z
        .strictObject({
          name: name(),
          url: z.string(address).refine(isRegionUrl, address),
          token_file: file.optional(),
          ca: file.optional(),
          cert: file.optional(),
          key: file.optional(),
        })
        .superRefine(({ url, ca, cert, key }, context) => {
          if ((cert === undefined) !== (key === undefined)) {
            const path = [cert === undefined ? "key" : "cert"];
            context.addIssue({ code: "custom", message: "cert and key belong together", path });
          }
          // Who names an authority or a certificate believes that the line is encrypted.
          if (url.startsWith("http:") && (ca ?? cert ?? key) !== undefined) {
            const message = "ca, cert and key need an address with https://";
            context.addIssue({ code: "custom", message, path: ["url"] });
          }
        })
        .transform(({ token_file, ca, cert, key, ...rest }) => ({
          ...rest,
          tokenFile: token_file ?? null,
          ca: ca ?? null,
          cert: cert ?? null,
          key: key ?? null,
        })),
      "expected a list of regions",
    )
    .min(1, "expected at least one region")
    .superRefine((all, context) => {
      for (const [i, region] of all.entries()) {
        if (all.findIndex((other) => other.name === region.name) === i) continue;
        context.addIssue({ code: "custom", message: `two regions are named ${region.name}`, path: [i, "name"] });
      }
    });
}

/** Of the machine that the gateway runs on. */
function clock() {
  return z
    .strictObject({
      not_before: z
        .string("expected a date such as 2026-01-01")
        .refine((text) => Number.isFinite(dateMs(text)), "expected a date such as 2026-01-01")
        .default("2026-01-01")
        .describe("a clock that shows less was never set; messages are held until it is"),
      max_wait: duration({ min: "1s" })
        .optional()
        .describe("how long they are held; without it as long as the disk has room, then they are marked as suspect"),
      behind_wait: duration({ max: "1d" })
        .prefault("10m")
        .describe("how long a clock is waited for that starts behind the newest time known before"),
      synchronized_file: z
        .string("expected the path of a file")
        .refine(isAbsolute, "expected an absolute path such as /run/systemd/timesync/synchronized")
        .optional()
        .describe("exists once the clock is synchronized; without it the clock itself is looked at"),
    })
    .prefault({})
    .transform((given) => ({
      rules: {
        notBeforeMs: dateMs(given.not_before),
        maxWaitMs: given.max_wait ?? Infinity,
        behindWaitMs: given.behind_wait,
      },
      synchronizedFile: given.synchronized_file ?? null,
    }));
}

function dateMs(text: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
}

function timeZone(): z.ZodType<string, string> {
  const expected = "expected a time zone such as UTC or Europe/Berlin";
  return z.string(expected).refine((zone) => {
    try {
      return new TimeZone(zone) instanceof TimeZone;
    } catch {
      return false;
    }
  }, expected);
}
