import { ClientError } from "../../core/mqtt/client-error.ts";
import { REASON, type Reason } from "../../core/mqtt/reasons.ts";
import type { RefusalReason } from "../events.ts";

/** Errors of aedes and its parser have no codes. Only their text identifies them. */
type AedesError = Error & { readonly syscall?: string; readonly code?: string };

/**
 * The reason that a client of MQTT 5 gets before its connection is closed for an error; undefined: none, because the
 * connection itself broke. An error that is not in the table is a malformed packet.
 */
export function reasonOf(error: AedesError): Reason | undefined {
  if (error instanceof ClientError) return error.reason;
  if (error.syscall !== undefined || error.code !== undefined) return undefined;
  return REASONS.has(error.message) ? REASONS.get(error.message) : REASON.malformedPacket;
}

/**
 * How an error is counted; undefined if it was reported before, or if the connection broke, as it often does when a
 * sensor leaves.
 */
export function refusalOf(error: AedesError): RefusalReason | undefined {
  if (error instanceof ClientError || error.syscall !== undefined || error.code !== undefined) return undefined;
  return REFUSALS.get(error.message) ?? "protocol";
}

export const KEEP_ALIVE_TIMEOUT = "keep alive timeout";
/** Also the message of our own error when a session's messages are not read. */
export const DRAIN_TIMEOUT = "drain timeout";
const PACKET_TOO_LARGE = "packet too large";

const REFUSALS: ReadonlyMap<string, RefusalReason> = new Map([
  [PACKET_TOO_LARGE, "packet_too_large"],
  [KEEP_ALIVE_TIMEOUT, "keep_alive"],
  ["connect did not arrive in time", "connect_timeout"],
  [DRAIN_TIMEOUT, "slow_subscriber"],
]);

/** `StrictParser` finds most of the parser's errors first. */
const REASONS: ReadonlyMap<string, Reason | undefined> = new Map([
  [KEEP_ALIVE_TIMEOUT, REASON.keepAliveTimeout],
  [PACKET_TOO_LARGE, REASON.packetTooLarge],
  ["Invalid protocol", REASON.protocolError],
  ["Invalid protocol version", REASON.unsupportedVersion],
  // The topic is empty because its topic alias is missing.
  ["empty topic not allowed in PUBLISH", REASON.protocolError],
  ["wildcard is not allowed in Response Topic", REASON.protocolError],
  // A client that reads nothing cannot receive a reason.
  [DRAIN_TIMEOUT, undefined],
]);
