import { REASON, type Reason } from "../core/mqtt/reasons.ts";

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

/** Closes a client or refuses a request. The code that makes this error has already reported it (log, metric). */
export class ClientError extends Error {
  /** The reason code for the client; undefined: none. */
  readonly reason: Reason | undefined;

  constructor(detail: string, reason: Reason | undefined) {
    super(detail);
    this.reason = reason;
  }
}
