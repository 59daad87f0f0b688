import type { ContentFormat } from "./content-type.ts";
import type { ClockSource, Reading, Value } from "../../proto/core/reading.ts";

/**
 * Turns an MQTT message into readings, a dead letter, or an ignored message. It is always exactly one of the three, and
 * nothing is dropped silently (I8).
 *
 * Decoding is pure and total. It never throws, whatever the bytes are, and the same message always has the same outcome.
 */
export interface Decoder {
  /**
   * Gives the readings of a message to `sink`, in their order in the payload. A dead letter or an ignored message has no
   * reading at all, so the sink gets the first reading only after the whole message is decoded.
   */
  decodeInto(message: IncomingMessage, sink: ReadingSink): DecodeOutcome;
  /** Does the same and returns the readings, to show them to a person. */
  decode(message: IncomingMessage): Decoded;
}

export type IncomingMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The MQTT client that sent it. A few formats take it as the device. */
  readonly clientId: string;
  /** The format that its content type names. */
  readonly format?: ContentFormat | undefined;
  /** The time of the gateway's clock when the message arrived, and whether that clock can be believed. */
  readonly arrivedMs: number;
  readonly clockPlausible: boolean;
  /** A dead letter is decoded again, after messages that came later. Its information about its sender is out of date. */
  readonly isRetry?: boolean;
};

/**
 * A series as the decoder names it. There is one cached object per topic and field. The journal numbers the series and
 * keeps the number in `id`, so that the hot path never hashes a name. `id` is -1 before that.
 */
export type SeriesRef = {
  readonly device: string;
  readonly metric: string;
  readonly unit: string | null;
  id: number;
};

export interface ReadingSink {
  /** Null: the reading is accepted. Called for every reading of a message before the first one is given. */
  admits(series: SeriesRef, value: Value): ReadingRefusal | null;
  /** Whether there was ever a series with these names. */
  hasSeries?(names: { readonly device: string; readonly metric: string }): boolean;
  /** @param payloadTimeMs the time in the payload, if it is not believed and the reading is marked as suspect. */
  reading(series: SeriesRef, timeMs: number, value: Value, clock: ClockSource, payloadTimeMs?: number): void;
  /** The next reading is a number or a boolean that the payload writes as a text. */
  written?(value: Value, text: string): void;
  /** A message to send to the device. Also called for messages without readings. */
  request?(request: DeviceRequest): void;
  /** Earlier dead letters that can be decoded after this message. */
  retryHint?(hint: RetryHint): void;
  /** Parts of a message that are not readings, counted by kind. Called only for a message that has readings. */
  ignored(what: string, count: number): void;
}

/** Why a reading is not accepted, and the whole message with it. */
export type ReadingRefusal = { readonly reason: DeadLetterReason; readonly detail: string };

/** The dead letters to decode again: messages of a Sparkplug edge node with unknown aliases that arrived since a time. */
export type RetryHint = {
  readonly reason: "unknown_alias";
  readonly sinceMs: number;
  /** `group/node`. */
  readonly node: string;
  /** The topics of the node begin with it. Topics of other nodes may begin with it, too. */
  readonly topicPrefix: string;
};

/** A message from the gateway to a device. */
export type DeviceRequest = { readonly topic: string; readonly payload: Uint8Array };

export type DecodeOutcome =
  | { readonly kind: "readings"; readonly decoder: string; readonly route: string }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string; readonly route: string }
  /** The message is not a reading by its nature, such as JSON null. It is counted by kind. */
  | { readonly kind: "ignored"; readonly what: string; readonly route: string };

export type Decoded =
  | (Extract<DecodeOutcome, { kind: "readings" }> & { readonly readings: readonly DecodedReading[] })
  | Exclude<DecodeOutcome, { kind: "readings" }>;

/** `written` and `payloadTimeMs`: the text and the time in the payload, if the reading has another value or time. */
export type DecodedReading = Reading & { readonly written?: string; readonly payloadTimeMs?: number };

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
  /** A bug in a decoder. Without this reason the message would end the gateway each time that it is sent again. */
  | "decoder_failed";
