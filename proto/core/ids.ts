/**
 * The identities and units that cross a boundary, branded so that the compiler keeps them apart.
 *
 * A brand costs nothing at run time: the value is a plain string or number. Make one only where the value was
 * checked, with the function of the same name in lower case; a sequence number with `toSeq`.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Milliseconds since 1970-01-01 UTC on some wall clock; an integer. */
export type Millis = Brand<number, "Millis">;
/** Milliseconds on a monotonic clock, for durations only. */
export type MonotonicMs = Brand<number, "MonotonicMs">;
/** UUIDv7 in canonical lower-case text: the batches of one gateway process life. */
export type StreamId = Brand<string, "StreamId">;
/** Position of a batch in its stream: 1, 2, 3... without gaps. */
export type Seq = Brand<number, "Seq">;
/** Name of a gateway as its configuration gives it. */
export type GatewayId = Brand<string, "GatewayId">;
/** Name of a region as its configuration gives it. */
export type RegionId = Brand<string, "RegionId">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The rule for names of gateways and regions, in the configuration and on the wire. */
export const NAME_RULE = "1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit";

export function millis(value: number): Millis {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of milliseconds: ${value}`);
  return value as Millis;
}

export function monotonicMs(value: number): MonotonicMs {
  return value as MonotonicMs;
}

/** @throws RangeError unless `text` is a canonical lower-case UUID. */
export function streamId(text: string): StreamId {
  if (!isStreamId(text)) throw new RangeError(`not a stream id (a lower-case UUID): ${JSON.stringify(text)}`);
  return text;
}

export function isStreamId(text: string): text is StreamId {
  return UUID.test(text);
}

/** @throws RangeError unless `value` is a safe integer of at least 1. */
export function toSeq(value: number): Seq {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`not a sequence number: ${value}`);
  return value as Seq;
}

/** @throws RangeError unless `text` follows {@link NAME_RULE}. */
export function gatewayId(text: string): GatewayId {
  if (!NAME.test(text)) throw new RangeError(`not a gateway name (${NAME_RULE}): ${JSON.stringify(text)}`);
  return text as GatewayId;
}

/** @throws RangeError unless `text` follows {@link NAME_RULE}. */
export function regionId(text: string): RegionId {
  if (!NAME.test(text)) throw new RangeError(`not a region name (${NAME_RULE}): ${JSON.stringify(text)}`);
  return text as RegionId;
}

export function isName(text: string): boolean {
  return NAME.test(text);
}
