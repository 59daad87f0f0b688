/** MQTT 5 reason codes that this broker gives, beside those of aedes (MQTT 5, 2.4). */
export const REASON = {
  malformedPacket: 0x81,
  protocolError: 0x82,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  keepAliveTimeout: 0x8d,
  filterInvalid: 0x8f,
  topicInvalid: 0x90,
  receiveMaximumExceeded: 0x93,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
} as const;

export type Reason = (typeof REASON)[keyof typeof REASON];

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
/** aedes advertises that it has no shared subscriptions, and so refuses them. */
export const SHARED_NOT_SUPPORTED = 0x9e;

/** A refusal that was told where it was decided, with what the client is to hear. */
export class ToldError extends Error {
  readonly reason: Reason;

  constructor(detail: string, reason: Reason) {
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

const BY_MESSAGE: ReadonlyMap<string, Reason | undefined> = new Map([
  ["keep alive timeout", REASON.keepAliveTimeout],
  ["packet too large", REASON.packetTooLarge],
  ["Invalid protocol", REASON.protocolError],
  ["Invalid protocol version", REASON.unsupportedVersion],
  // A topic alias that is missing makes it empty.
  ["empty topic not allowed in PUBLISH", REASON.protocolError],
  ["wildcard is not allowed in Response Topic", REASON.protocolError],
  ["Client queue limit reached", REASON.quotaExceeded],
  // Nothing can be said to who reads nothing.
  ["drain timeout", undefined],
]);
