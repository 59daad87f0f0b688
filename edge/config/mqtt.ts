import { readFileSync } from "node:fs";
import { z } from "zod";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import { duration, host, port, readableFile, size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import { formatExactSize } from "../../proto/runtime/options/size.ts";
import { serverTls } from "../../proto/runtime/options/tls-files.ts";
import { Acl, AclMistake } from "../core/mqtt/acl-file.ts";
import { DEFAULT_LIMITS, type MqttLimits } from "../core/mqtt/limits.ts";
import { parsePasswordFile, PasswordFileMistake } from "../core/mqtt/password-file.ts";
import type { ListenerOptions } from "../mqtt/listeners.ts";
import { mqttLimits } from "./mqtt-limits.ts";
import type { RetainedConfig, SessionsConfig } from "./mqtt-sessions.ts";
import { retained, sessions } from "./mqtt-sessions.ts";

export type MqttConfig = {
  readonly listeners: readonly ListenerOptions[];
  readonly allowAnonymous: boolean;
  readonly usersFile: string | undefined;
  readonly aclFile: string | undefined;
  readonly limits: MqttLimits;
  /** 0: no `$SYS` topics. */
  readonly sysIntervalMs: number;
  readonly sessions: SessionsConfig;
  readonly retained: RetainedConfig;
};

/** `mqtt`: listeners, who may connect, limits, sessions. */
export function mqtt(folder: string): z.ZodType<MqttConfig> {
  return z
    .strictObject({
      listeners: z
        .array(listener(folder), "expected a list of listeners")
        .min(1, "expected at least one listener")
        .superRefine((all, context) => {
          for (const [i, { host: at, port: number }] of all.entries()) {
            if (number === 0 || all.findIndex((other) => other.host === at && other.port === number) === i) continue;
            context.addIssue({ code: "custom", message: `two listeners have ${at}:${number}`, path: [i, "port"] });
          }
        })
        .prefault([{ protocol: "tcp", port: 1883 }])
        .describe("Where sensors connect. By default one listener: `tcp` on 127.0.0.1:1883."),
      allow_anonymous: z
        .boolean("expected true or false")
        .default(false)
        .describe("`true`: clients without a user name may connect. `false`: `users_file` is needed."),
      users_file: readableFile(folder)
        .superRefine(isPasswordFile)
        .optional()
        .describe(
          "The users, one `name:hash` a line, as `tidemark passwd` and `mosquitto_passwd` write them. Read again when it changes and on SIGHUP.",
        ),
      acl_file: readableFile(folder)
        .superRefine(isAclFile)
        .optional()
        .describe(
          "Who may publish and read which topics, in the format of Mosquitto's `acl_file`. Without it everybody may. Read again when it changes and on SIGHUP.",
        ),
      max_packet: size({ min: "1KiB", max: "64MiB" })
        .prefault(formatExactSize(DEFAULT_LIMITS.maxPacketBytes))
        .describe(
          "The largest MQTT packet. A client that sends a larger packet is disconnected before the packet is read.",
        ),
      max_connections: wholeNumber(1, 1_000_000)
        .default(DEFAULT_LIMITS.maxConnections)
        .describe(
          "The most open connections. Allow twice the number of sensors: a sensor that lost its connection connects again before the gateway notices the loss.",
        ),
      connect_timeout: duration({ min: "1s", max: "5m" })
        .prefault(formatDuration(DEFAULT_LIMITS.connectTimeoutMs))
        .describe("How long each of these may take: the TLS handshake, the WebSocket upgrade, and the CONNECT packet."),
      limits: mqttLimits(),
      sys_interval: duration({ max: "1h" })
        .prefault("10s")
        .describe("How often the counters under `$SYS/broker` are published. `0s`: never."),
      sessions: sessions(),
      retained: retained(),
    })
    .superRefine((given, context) => {
      if (given.allow_anonymous || given.users_file !== undefined) return;
      const message = "no client could connect: name a users_file, or set allow_anonymous: true";
      context.addIssue({ code: "custom", message });
    })
    .transform((given) => ({
      listeners: given.listeners,
      allowAnonymous: given.allow_anonymous,
      usersFile: given.users_file,
      aclFile: given.acl_file,
      limits: {
        ...given.limits,
        maxPacketBytes: given.max_packet,
        maxConnections: given.max_connections,
        connectTimeoutMs: given.connect_timeout,
      },
      sysIntervalMs: given.sys_interval,
      sessions: given.sessions,
      retained: given.retained,
    }))
    .describe("The MQTT broker.");
}

function listener(folder: string): z.ZodType<ListenerOptions> {
  return z
    .strictObject({
      protocol: z
        .enum(["tcp", "tls", "ws", "wss"])
        .default("tcp")
        .describe("`ws` is WebSocket. `tls` and `wss` are encrypted and need `cert` and `key`."),
      host: host().default("127.0.0.1").describe("The address to listen on. `0.0.0.0` is every interface."),
      port: port().describe("The port to listen on. `0`: the system chooses one."),
      ...serverTls(folder),
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
    });
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
