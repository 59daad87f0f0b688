import { edgeConfigSchema } from "../../edge/config.ts";
import { explanationOf } from "../../edge/decode/explanation.ts";
import { contentFormat } from "../../edge/decode/content-type.ts";
import type { DecodedReading } from "../../edge/decode/decoder.ts";
import { createDecoder } from "../../edge/decode/routed-decoder.ts";
import type { DecoderOptions } from "../../edge/decode/routed-decoder.ts";
import type { Value } from "../../proto/core/reading.ts";
import { loadConfig } from "../../proto/runtime/options/load-config.ts";

/** What `tidemark decode` prints: the outcome, and its reason. */
export type DecodedMessage = {
  readonly topic: string;
  readonly why: string;
  /** For each reading, what the JSON does not show: how its value was written, and a time that was not used. */
  readonly notes: readonly string[];
  readonly json: {
    readonly route: string;
    readonly decoder: string | null;
    readonly readings: readonly ShownReading[];
    readonly deadLetter: { readonly reason: string; readonly detail: string } | null;
    readonly ignored: string | null;
  };
};

type ShownReading = {
  readonly device: string;
  readonly metric: string;
  /** An integer above 2^53 is text, so that JSON does not round it. */
  readonly value: number | boolean | string;
  readonly unit: string | null;
  readonly time: string;
  readonly clock: string;
};

/** Decodes as a gateway with this configuration does. @throws Fault when the configuration has mistakes. */
export function decodedMessage(given: {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly client: string;
  /** The content type of an MQTT 5 message. */
  readonly contentType?: string | undefined;
  readonly arrivedMs: number;
  readonly config?: string;
}): DecodedMessage {
  const { topic, payload, client, arrivedMs, config } = given;
  const format = contentFormat(given.contentType);
  const decoder = createDecoder(config === undefined ? WITHOUT_ROUTES : optionsOf(config));
  const decoded = decoder.decode({ topic, payload, clientId: client, format, arrivedMs, clockPlausible: true });
  const { route } = decoded;
  const nothing = { route, decoder: null, readings: [], deadLetter: null, ignored: null };
  switch (decoded.kind) {
    case "ignored":
      return { topic, why: "such a message is not a reading", notes: [], json: { ...nothing, ignored: decoded.what } };
    case "dead_letter": {
      const { reason, detail } = decoded;
      return {
        topic,
        why: "it should be a reading, but cannot be decoded",
        notes: [],
        json: { ...nothing, deadLetter: { reason, detail } },
      };
    }
    case "readings":
      return {
        topic,
        why: format === decoded.decoder ? "by its content type" : explanationOf(topic, decoded),
        notes: decoded.readings.map(noteOf),
        json: {
          ...nothing,
          decoder: decoded.decoder,
          readings: decoded.readings.map(({ device, metric, value, unit, timeMs, clock }) => ({
            device,
            metric,
            value: plain(value),
            unit,
            time: new Date(timeMs).toISOString(),
            clock,
          })),
        },
      };
  }
}

/** For people: the topic, the route, and a line for each reading. */
export function decodedLines({ topic, why, notes, json }: DecodedMessage): string[] {
  const head = [
    `topic    ${topic}`,
    `route    ${json.route === "auto" ? "none; decoded by the usual meaning of topic and payload" : json.route}`,
  ];
  if (json.deadLetter !== null) {
    return [...head, `dead letter  ${json.deadLetter.reason}: ${json.deadLetter.detail}`];
  }
  if (json.ignored !== null) return [...head, `no reading   ${json.ignored}: it is counted and not kept`];
  const rows = json.readings.map(({ device, metric, value, unit, time, clock }, i) => [
    device,
    metric,
    `${String(value)}${unit === null ? "" : ` ${unit}`}`,
    `${time} (${CLOCKS.get(clock) ?? clock})${notes[i] ?? ""}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
  return [...head, `decoder  ${json.decoder}: ${why}`, ...lines];
}

function noteOf({ written, payloadTimeMs }: DecodedReading): string {
  const value = written === undefined ? "" : `; the value is written as ${JSON.stringify(written)}`;
  return `${payloadTimeMs === undefined ? "" : `; the payload says ${new Date(payloadTimeMs).toISOString()}`}${value}`;
}

const CLOCKS: ReadonlyMap<string, string> = new Map([
  ["device", "from the payload"],
  ["none", "time of arrival: the payload has no time"],
  ["suspect", "time of arrival, marked as suspect: the time in the payload is not plausible"],
]);

const WITHOUT_ROUTES: DecoderOptions = {
  routes: [],
  unrouted: "auto",
  timeZone: "UTC",
  limits: { depth: 16, values: 1000, payloadBytes: 65_536 },
};

function optionsOf(path: string): DecoderOptions {
  const { routes, unrouted, timeZone, decode } = loadConfig({ path, schema: edgeConfigSchema });
  return { routes, unrouted, timeZone, limits: decode };
}

function plain(value: Value): number | boolean | string {
  return typeof value === "bigint" ? value.toString() : value;
}
