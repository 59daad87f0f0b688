import type { Reading } from "../../proto/core/reading.ts";

/**
 * What one MQTT message becomes. Exactly one of the three: nothing is dropped silently.
 */
export type Decoded =
  | { readonly kind: "readings"; readonly readings: readonly Reading[]; readonly decoder: string; readonly route: string }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string; readonly route: string }
  /** Not a reading by its nature (JSON null, a retained message that is cleared): counted by kind. */
  | { readonly kind: "ignored"; readonly what: string; readonly route: string };

export type DeadLetterReason =
  | "no_route"
  | "empty"
  | "too_large"
  | "invalid_utf8"
  | "syntax"
  | "not_finite"
  | "forbidden_key"
  | "too_deep"
  | "too_many_values"
  | "no_value"
  | "bad_timestamp"
  | "bad_name";

/**
 * Pure and total: never throws, whatever the bytes. `arrivedMs` is the gateway's clock when the message came in and
 * `clockPlausible` whether that clock can be believed.
 */
export interface Decoder {
  decode(message: {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly arrivedMs: number;
    readonly clockPlausible: boolean;
  }): Decoded;
}
