import { readFileSync } from "node:fs";
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
import { Acl, AclMistake } from "./core/acl-file.ts";
import { parsePasswordFile, PasswordFileMistake } from "./core/password-file.ts";
import type { TimeRules } from "./core/gateway-time.ts";
import type { SchemaPolicy, WindowPlan, WindowRule } from "./core/window-plan.ts";
import { Template } from "./decode/template.ts";
import { TimeZone } from "./decode/timestamp.ts";
import { DECODERS } from "./decode/decoders.ts";
import { topicPatternProblem } from "./decode/topic-pattern.ts";
import type { DecodeLimits } from "./decode/routed-decoder.ts";
import type { RouteOptions } from "./decode/route.ts";
import { PLAUSIBLE } from "./decode/route.ts";
import { DEFAULT_LIMITS, type MqttLimits, TOPIC_LEVELS_MAX } from "./core/mqtt-limits.ts";
import type { ListenerOptions } from "./mqtt/listeners.ts";

/** The configuration of a gateway: the only place where its keys, defaults and limits are said. */
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
  readonly mqtt: {
    readonly listeners: readonly ListenerOptions[];
    readonly allowAnonymous: boolean;
    readonly usersFile: string | null;
    readonly aclFile: string | null;
    readonly limits: MqttLimits;
    /** 0: no `$SYS` topics. */
    readonly sysIntervalMs: number;
    readonly sessions: {
      readonly max: number;
      readonly expireAfterMs: number;
      readonly inFlight: number;
      readonly queueMessages: number;
      readonly queueBytes: number;
      readonly totalQueueBytes: number;
    };
    readonly retained: { readonly topics: number; readonly bytes: number };
  };
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

const DEFAULT_PLAN: WindowPlan = {
  lengthsMs: [10_000, 60_000],
  raw: false,
  quantiles: true,
  outOfOrdernessMs: 5000,
  idleTimeoutMs: 10_000,
  allowedLatenessMs: 3_600_000,
  haMode: "auto",
  onSchemaChange: "accept",
};
const DEAD_LETTERS_BYTES = 64 * 1024 * 1024;
function catchAll(onSchemaChange: SchemaPolicy): WindowRule {
  return { match: { device: "*", metric: "*" }, plan: { ...DEFAULT_PLAN, onSchemaChange } };
}

function schemaPolicy() {
  return z.enum(["accept", "dead_letter"], "expected accept or dead_letter");
}

function mqtt(folder: string) {
  const file = readableFile(folder);
  const listener = z
    .strictObject({
      protocol: z.enum(["tcp", "tls", "ws", "wss"]).default("tcp"),
      host: host().default("127.0.0.1"),
      port: port(),
      cert: file.optional(),
      key: file.optional(),
      client_ca: file.optional().describe("clients must show a certificate that this authority signed"),
    })
    .superRefine(({ protocol, cert, key, client_ca }, context) => {
      const encrypted = protocol === "tls" || protocol === "wss";
      if (encrypted && (cert === undefined || key === undefined)) {
        context.addIssue({ code: "custom", message: `a listener of protocol ${protocol} needs cert and key` });
      } else if (!encrypted && (cert !== undefined || key !== undefined)) {
        context.addIssue({ code: "custom", message: `cert and key belong to tls or wss, not to ${protocol}` });
      } else if (!encrypted && client_ca !== undefined) {
        const message = `client_ca belongs to tls or wss, not to ${protocol}`;
        context.addIssue({ code: "custom", message, path: ["client_ca"] });
      }
    })
    .transform(({ client_ca, cert, key, ...rest }) => ({
      ...rest,
      cert: cert ?? null,
      key: key ?? null,
      clientCa: client_ca ?? null,
    }));
  return z
    .strictObject({
      listeners: z
        .array(listener, "expected a list of listeners")
        .min(1, "expected at least one listener")
        .superRefine((all, context) => {
          for (const [i, { host: at, port: number }] of all.entries()) {
            if (number === 0 || all.findIndex((other) => other.host === at && other.port === number) === i) continue;
            context.addIssue({ code: "custom", message: `two listeners have ${at}:${number}`, path: [i, "port"] });
          }
        })
        .prefault([{ protocol: "tcp", port: 1883 }]),
      allow_anonymous: z.boolean("expected true or false").default(false),
      users_file: file
        .superRefine(isPasswordFile)
        .optional()
        .describe("lines name:hash, as mosquitto_passwd and `tidemark passwd` write them"),
      acl_file: file
        .superRefine(isAclFile)
        .optional()
        .describe("who may publish and read what, in the format of Mosquitto's acl_file"),
      max_packet: size({ min: "1KiB", max: "64MiB" }).prefault("256KiB").describe("larger MQTT packets are refused"),
      max_connections: wholeNumber(1, 1_000_000)
        .default(DEFAULT_LIMITS.maxConnections)
        .describe("also those that sensors gave up unnoticed"),
      connect_timeout: duration({ min: "1s", max: "5m" })
        .prefault("10s")
        .describe("for a TLS handshake, a WebSocket upgrade, and for a whole CONNECT to arrive"),
      limits: mqttLimits(),
      sys_interval: duration({ max: "1h" }).prefault("10s").describe("of the counters under $SYS/broker; 0s: none"),
      sessions: sessions(),
      retained: z
        .strictObject({
          max_topics: wholeNumber(0, 1_000_000).default(10_000),
          max_size: size({ max: "1GiB" })
            .prefault("16MiB")
            .describe("what is over it is a reading like any other, and not retained"),
        })
        .prefault({})
        .transform(({ max_topics, max_size }) => ({ topics: max_topics, bytes: max_size })),
    })
    .superRefine((given, context) => {
      if (given.allow_anonymous || given.users_file !== undefined) return;
      const message = "nobody could connect: name a users_file, or set allow_anonymous: true";
      context.addIssue({ code: "custom", message });
    })
    .transform((given) => ({
      listeners: given.listeners,
      allowAnonymous: given.allow_anonymous,
      usersFile: given.users_file ?? null,
      aclFile: given.acl_file ?? null,
      limits: {
        ...given.limits,
        maxPacketBytes: given.max_packet,
        maxConnections: given.max_connections,
        connectTimeoutMs: given.connect_timeout,
      },
      sysIntervalMs: given.sys_interval,
      sessions: given.sessions,
      retained: given.retained,
    }));
}

/** What one client may do; what happens beyond is said in edge/mqtt/README.md. */
function mqttLimits() {
  const { topicLength, topicLevels, clientIdLength, inFlight, subscriptionsPerClient } = DEFAULT_LIMITS;
  return z
    .strictObject({
      messages_per_second: wholeNumber(0, 10_000_000)
        .default(DEFAULT_LIMITS.messagesPerSecond)
        .describe("of one connection; a faster client is slowed, nothing of it is dropped; 0: no limit"),
      bytes_per_second: size().prefault("16MiB").describe("of one connection, likewise; 0B: no limit"),
      connections_per_address: wholeNumber(0, 1_000_000).default(0).describe("0: no limit but max_connections"),
      topic_length: wholeNumber(16, 65_535).default(topicLength).describe("characters of a topic or a filter"),
      topic_levels: wholeNumber(1, TOPIC_LEVELS_MAX).default(topicLevels).describe("levels of a topic or a filter"),
      client_id_length: wholeNumber(23, 65_535).default(clientIdLength).describe("characters"),
      in_flight: wholeNumber(1, 65_535)
        .default(inFlight)
        .describe("QoS 1 and 2 messages of one client that are not acknowledged to the end: Receive Maximum"),
      subscriptions: wholeNumber(1, 1_000_000).default(subscriptionsPerClient).describe("filters of one client"),
      send_buffer: size({ min: "64KiB" })
        .prefault("4MiB")
        .describe("what may wait for a subscriber that does not read; then QoS 0 is dropped, others are closed"),
      keep_alive: duration({ max: "18h" })
        .prefault("0s")
        .describe("MQTT 5 clients are told it, others that ask for more are refused; 0s: no limit"),
    })
    .prefault({})
    .transform((given) => ({
      messagesPerSecond: given.messages_per_second || Infinity,
      bytesPerSecond: given.bytes_per_second || Infinity,
      connectionsPerAddress: given.connections_per_address || Infinity,
      topicLength: given.topic_length,
      topicLevels: given.topic_levels,
      clientIdLength: given.client_id_length,
      inFlight: given.in_flight,
      subscriptionsPerClient: given.subscriptions,
      sendBufferBytes: given.send_buffer,
      keepAliveMaxS: Math.min(65_535, Math.ceil(given.keep_alive / 1000)),
    }));
}

/** What is kept for local subscribers that are away. */
function sessions() {
  return z
    .strictObject({
      max: wholeNumber(0, 1_000_000).default(10_000).describe("sessions that hold something; one more is refused"),
      expire_after: duration({ min: "1s", max: "366d" })
        .prefault("7d")
        .describe("a session whose client stays away so long is forgotten; MQTT 5 clients may ask for less"),
      in_flight: wholeNumber(1, 65_535)
        .default(100)
        .describe("messages on the way to one session that were not acknowledged"),
      queue_messages: wholeNumber(1, 1_000_000)
        .default(1000)
        .describe("that wait for one session; what comes when it is full is not queued for it"),
      queue_size: size({ min: "1KiB", max: "1GiB" }).prefault("4MiB").describe("of one session"),
      total_queue_size: size({ min: "1KiB", max: "16GiB" })
        .prefault("64MiB")
        .describe("of all; a message that several wait for counts once"),
    })
    .prefault({})
    .transform((given) => ({
      max: given.max,
      expireAfterMs: given.expire_after,
      inFlight: given.in_flight,
      queueMessages: given.queue_messages,
      queueBytes: given.queue_size,
      totalQueueBytes: given.total_queue_size,
    }));
}

function isPasswordFile(path: string, context: z.RefinementCtx): void {
  try {
    parsePasswordFile(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof PasswordFileMistake)) throw error;
    const message = `line ${error.line} of ${path}: ${error.message}; \`tidemark passwd FILE USER\` writes one`;
    context.addIssue({ code: "custom", message });
  }
}

function isAclFile(path: string, context: z.RefinementCtx): void {
  try {
    void new Acl(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof AclMistake)) throw error;
    context.addIssue({ code: "custom", message: `line ${error.line} of ${path}: ${error.message}` });
  }
}

function route() {
  const time = z.strictObject({
    field: z
      .string("expected the name of a field, or its path joined by dots such as meta.at")
      .regex(/^[^$].*$/, "expected a key, or keys joined by dots such as meta.at; no $ in front")
      .optional(),
    unit: z.enum(["auto", "s", "ms", "iso"]).default("auto"),
  });
  return z
    .strictObject({
      topic: z.string("expected a topic pattern").superRefine((text, context) => {
        const problem = topicPatternProblem(text);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
      }),
      device: z.string("expected a template such as {line}/{device}").optional(),
      metric: z.string("expected a template such as {field}").optional(),
      decoder: z.enum(DECODERS).default("auto").describe("a format, or the family of devices that speak it"),
      timestamp: z.union([z.literal("arrival"), time], "expected arrival, or a group with field and unit").prefault({}),
      unit: z
        .union([z.string(), z.record(z.string(), z.string())], "expected a unit, or a group of metric: unit")
        .optional(),
      fields: z
        .record(
          z.string(),
          z.strictObject({
            metric: z.string("expected a name").min(1, "expected a name").optional(),
            unit: z.string("expected a unit").optional(),
            scale: z.number("expected a number").default(1),
            offset: z.number("expected a number").default(0),
          }),
          "expected paths in the payload, such as temp: { scale: 0.1 }",
        )
        .optional()
        .describe("only these fields of the payload, by path; * stands for anything; value * scale + offset"),
      plausible: z
        .strictObject({
          ahead: duration({ max: "366d" }).prefault("1h"),
          behind: duration().optional().describe("without it a reading may be as old as it likes"),
          otherwise: z.enum(["arrival", "accept", "dead_letter"]).default("arrival"),
        })
        .optional()
        .describe("how far from its arrival a time may be, and what becomes of one that is further away"),
      columns: z
        .array(z.string("expected the name of a column"), "expected the names of the columns")
        .min(1, "expected the names of the columns")
        .optional()
        .describe("of CSV lines; without it the first line of each payload names them"),
      split: z
        .record(z.string(), duration({ max: "31d" }), "expected paths of arrays, such as samples: 100ms")
        .optional()
        .describe("arrays whose elements are readings of one series, so far apart"),
    })
    .superRefine((given, context) => {
      const known = new Set([
        "field",
        "topic",
        "device",
        ...given.topic.matchAll(/\{(\w+)\}/g).map((match) => match[1]!),
      ]);
      for (const key of ["device", "metric"] as const) {
        const unknown = new Template(given[key] ?? "").names.find((used) => !known.has(used));
        if (unknown === undefined) continue;
        const message = `{${unknown}} is not known here; expected ${[...known].map((one) => `{${one}}`).join(", ")}`;
        context.addIssue({ code: "custom", message, path: [key] });
      }
    })
    .transform((given): RouteOptions => ({
      topic: given.topic,
      device: given.device,
      metric: given.metric,
      decoder: given.decoder,
      timestamp:
        given.timestamp === "arrival" ? "arrival" : { field: given.timestamp.field, unit: given.timestamp.unit },
      unit: given.unit,
      fields:
        given.fields &&
        Object.entries(given.fields).map(([path, { metric, unit, scale, offset }]) => ({
          path,
          metric,
          unit,
          scale,
          offset,
        })),
      plausible:
        given.plausible === undefined
          ? PLAUSIBLE
          : {
              aheadMs: given.plausible.ahead,
              behindMs: given.plausible.behind ?? Infinity,
              otherwise: given.plausible.otherwise,
            },
      columns: given.columns,
      split: given.split && new Map(Object.entries(given.split)),
    }));
}

function windowRule() {
  return z
    .strictObject({
      match: z
        .strictObject({ device: z.string().default("*"), metric: z.string().default("*") })
        .prefault({})
        .describe("patterns in which * stands for anything"),
      lengths: z
        .array(duration({ min: "100ms", max: "31d" }), "expected a list such as [10s, 1m]")
        .prefault(["10s", "1m"]),
      raw: z.boolean("expected true or false").default(false).describe("forward every reading as well"),
      quantiles: z.boolean("expected true or false").default(DEFAULT_PLAN.quantiles),
      out_of_orderness: duration({ max: "31d" }).prefault("5s"),
      idle_timeout: duration({ min: "100ms", max: "31d" }).prefault("10s"),
      allowed_lateness: duration({ max: "31d" }).prefault("1h"),
      ha_mode: z
        .enum(["auto", "mirror", "partition"])
        .default(DEFAULT_PLAN.haMode)
        .describe("where two gateways forward a series: both saw all of it (mirror), each a part (partition)"),
      on_schema_change: schemaPolicy().optional().describe("as schema.on_change, for these series"),
    })
    .superRefine((given, context) => {
      if (given.lengths.length === 0 && !given.raw) {
        context.addIssue({
          code: "custom",
          message: "no lengths and raw: false would forward nothing",
          path: ["lengths"],
        });
      }
      if (given.lengths.length > 8) {
        context.addIssue({ code: "custom", message: "expected at most 8 window lengths", path: ["lengths"] });
      }
      if (new Set(given.lengths).size !== given.lengths.length) {
        context.addIssue({ code: "custom", message: "each window length may stand there once", path: ["lengths"] });
      }
    })
    .transform((given) => (usual: SchemaPolicy): WindowRule => ({
      match: given.match,
      plan: {
        lengthsMs: given.lengths,
        raw: given.raw,
        quantiles: given.quantiles,
        outOfOrdernessMs: given.out_of_orderness,
        idleTimeoutMs: given.idle_timeout,
        allowedLatenessMs: given.allowed_lateness,
        haMode: given.ha_mode,
        onSchemaChange: given.on_schema_change ?? usual,
      },
    }));
}

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
