import type { ContentFormat } from "./content-type.ts";
import type { ClockSource, Reading, Value } from "../../proto/core/reading.ts";

/**
 * What one MQTT message becomes. Exactly one of the three: nothing is dropped silently.
 *
 * Decoding is pure and total: it never throws, whatever the bytes, and the same message gives the same outcome, today
 * and in the replay of tomorrow.
 */
export interface Decoder {
  /**
   * Gives the readings of a message to `sink`, in their order in the payload; to a dead letter or an ignored message
   * belongs no reading at all, so the sink hears nothing before the whole message has been decoded.
   */
  decodeInto(message: IncomingMessage, sink: ReadingSink): Outcome;
  /** The same with the readings as values, for people who want to see them. */
  decode(message: IncomingMessage): Decoded;
}

export type IncomingMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whoever sent it; a few formats name the device by it. */
  readonly clientId: string;
  /** What it says of its own payload. */
  readonly format?: ContentFormat | undefined;
  /** The gateway's clock when the message came in, and whether that clock can be believed. */
  readonly arrivedMs: number;
  readonly clockPlausible: boolean;
  /** It is decoded once more, long after others that came later: what it says of the state of its sender is past. */
  readonly again?: boolean;
};

/**
 * A series as the decoder names it, one object per topic and field, cached: `id` is for the journal, which numbers the
 * series, so that the hot path never hashes a name. -1 until it has.
 */
export type SeriesRef = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  id: number;
};

export interface ReadingSink {
  /** Null: the reading may come in. Asked about every reading of a message before the first one is given. */
  admits(series: SeriesRef, value: Value): Refusal | null;
  /** Whether a series of these names has ever been. */
  knows?(names: { readonly device: string; readonly metric: string }): boolean;
  /** @param saidMs the time that the payload says, of a reading whose time is suspect because of it. */
  reading(series: SeriesRef, timeMs: number, value: Value, clock: ClockSource, saidMs?: number): void;
  /** The payload writes the value of the next reading as a text, which it is not: a number, a truth. */
  written?(value: Value, text: string): void;
  /** Something that the sender is to be asked; told also of messages that are no readings. */
  request?(request: DeviceRequest): void;
  /** Dead letters of before may be understood by what this message says. */
  understands?(hint: RetryHint): void;
  /** Parts of a message that has readings and that are none themselves, by what they are. */
  ignored(what: string, count: number): void;
}

/** Why a reading, and the whole message with it, does not come in. */
export type Refusal = { readonly reason: DeadLetterReason; readonly detail: string };

/** What to decode once more: unknown aliases of an edge node of Sparkplug, by when they came. */
export type RetryHint = {
  readonly reason: "unknown_alias";
  readonly sinceMs: number;
  /** `group/node`. */
  readonly node: string;
  /** With which its topics begin; those of others may, too. */
  readonly topicPrefix: string;
};

/** A message from the gateway to a device. */
export type DeviceRequest = { readonly topic: string; readonly payload: Uint8Array };

export type Outcome =
  | { readonly kind: "readings"; readonly decoder: string; readonly route: string }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string; readonly route: string }
  /** Not a reading by its nature (JSON null): counted by kind. */
  | { readonly kind: "ignored"; readonly what: string; readonly route: string };

export type Decoded =
  | (Extract<Outcome, { kind: "readings" }> & { readonly readings: readonly DecodedReading[] })
  | Exclude<Outcome, { kind: "readings" }>;

/** With what the payload wrote, and the time that it said, where the reading has others. */
export type DecodedReading = Reading & { readonly written?: string; readonly saidMs?: number };

export type DeadLetterReason =
  | "no_route"
  | "too_large"
  | "invalid_utf8"
  | "syntax"
  | "not_finite"
  | "forbidden_key"
  | "too_deep"
  | "too_many_values"
  | "no_value"
  | "bad_timestamp"
  | "bad_name"
  | "unknown_alias"
  | "too_many_series"
  | "too_many_versions"
  | "schema_change"
  /** A mistake of ours: it would otherwise end the gateway each time that the message comes again. */
  | "decoder_failed";
