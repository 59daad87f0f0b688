import type { Reason } from "./reasons.ts";

/** Closes a client or refuses a request. The code that makes this error has already reported it (log, metric). */
export class ClientError extends Error {
  /** The reason code for the client; undefined: none. */
  readonly reason: Reason | undefined;

  constructor(detail: string, reason: Reason | undefined) {
    super(detail);
    this.reason = reason;
  }
}
