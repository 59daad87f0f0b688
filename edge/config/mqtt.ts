import { readFileSync } from "node:fs";
import { z } from "zod";
import { duration, host, port, readableFile, size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import { Acl, AclMistake } from "../core/mqtt/acl-file.ts";
import { DEFAULT_LIMITS, type MqttLimits, TOPIC_LEVELS_MAX } from "../core/mqtt/limits.ts";
import { parsePasswordFile, PasswordFileMistake } from "../core/mqtt/password-file.ts";
import type { ListenerOptions } from "../mqtt/listeners.ts";

/** `mqtt`: listeners, who may come, limits, what local subscribers are owed. */
export function mqtt(folder: string): z.ZodType<MqttConfig> {
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

export type MqttConfig = {
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
