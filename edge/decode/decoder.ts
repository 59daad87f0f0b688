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
  /** The gateway's clock when the message came in, and whether that clock can be believed. */
  readonly arrivedMs: number;
  readonly clockPlausible: boolean;
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
  reading(series: SeriesRef, timeMs: number, value: Value, clock: ClockSource): void;
  /** Something that the sender is to be asked; told also of messages that are no readings. */
  request?(request: DeviceRequest): void;
  /** Parts of a message that has readings and that are none themselves, by what they are. */
  ignored(what: string, count: number): void;
}

/** Why a reading, and the whole message with it, does not come in. */
export type Refusal = { readonly reason: DeadLetterReason; readonly detail: string };

/** A message from the gateway to a device. */
export type DeviceRequest = { readonly topic: string; readonly payload: Uint8Array };

export type Outcome =
  | { readonly kind: "readings"; readonly decoder: string; readonly route: string }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string; readonly route: string }
  /** Not a reading by its nature (JSON null): counted by kind. */
  | { readonly kind: "ignored"; readonly what: string; readonly route: string };

export type Decoded =
  | (Extract<Outcome, { kind: "readings" }> & { readonly readings: readonly Reading[] })
  | Exclude<Outcome, { kind: "readings" }>;

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
  | "schema_change";
