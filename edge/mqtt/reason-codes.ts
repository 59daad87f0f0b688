import { REASON, type Reason } from "../core/mqtt/reasons.ts";

/** CONNACK return codes of MQTT 3.1.1 (3.2.2.3), for the reasons that have one. Without one the connection is closed. */
export const RETURN_CODE: ReadonlyMap<Reason, number> = new Map<Reason, number>([
  [REASON.unsupportedVersion, 1],
  [REASON.clientIdNotValid, 2],
  [REASON.serverUnavailable, 3],
  [REASON.quotaExceeded, 3],
  [REASON.badUserOrPassword, 4],
  [REASON.notAuthorized, 5],
]);

/** A SUBACK of MQTT 3.1.1 has one code for all refusals. */
export const SUBACK_FAILURE = 0x80;

/** A refusal that was told where it was decided, with what the client is to hear. */
export class ToldError extends Error {
  readonly reason: Reason | undefined;

  /** @param reason undefined: the client is told nothing. */
  constructor(detail: string, reason: Reason | undefined) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * What a client of MQTT 5 is told before its connection is closed for an error; undefined for one of the connection
 * itself. Errors of aedes and its parser are known by their text only; what is not named here is a malformed packet.
 */
export function reasonOf(error: Error & { readonly syscall?: string; readonly code?: string }): Reason | undefined {
  if (error instanceof ToldError) return error.reason;
  if (error.syscall !== undefined || error.code !== undefined) return undefined;
  return BY_MESSAGE.has(error.message) ? BY_MESSAGE.get(error.message) : REASON.malformedPacket;
}

/** Those of the parser's that `StrictParser` finds first are a second line of defence. */
const BY_MESSAGE: ReadonlyMap<string, Reason | undefined> = new Map([
  ["keep alive timeout", REASON.keepAliveTimeout],
  ["packet too large", REASON.packetTooLarge],
  ["Invalid protocol", REASON.protocolError],
  ["Invalid protocol version", REASON.unsupportedVersion],
  // A topic alias that is missing makes it empty.
  ["empty topic not allowed in PUBLISH", REASON.protocolError],
  ["wildcard is not allowed in Response Topic", REASON.protocolError],
  // Nothing can be said to who reads nothing.
  ["drain timeout", undefined],
]);
