/** The MQTT 5 reason codes that this broker sends, in addition to those that aedes sends (MQTT 5, 2.4). */
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
  sharedNotSupported: 0x9e,
} as const;

export type Reason = (typeof REASON)[keyof typeof REASON];

/**
 * CONNACK return codes of MQTT 3.1.1 (3.2.2.3). Where a reason has none, the connection is closed without a CONNACK.
 */
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
