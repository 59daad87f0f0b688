/**
 * A `Fault` is an event outside of this software: a full disk, a port in use, a mistake in a configuration. It prints as
 * one line that names the cause, the place and the cure, never as a stack trace. A broken invariant of our own is not a
 * `Fault` but an `assert`, and ends the process.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  /** Stable, for programs. */
  readonly code: FaultCode;
  /** What the person on call can do about it; empty if there is nothing to add. */
  readonly hint: string;

  constructor(options: { code: FaultCode; message: string; hint?: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint ?? "";
  }

  /** Whether the caller may try again. It follows from the code, so it is the same after a fault crossed a thread. */
  get retry(): FaultRetry {
    return RETRY[this.code];
  }

  /** The one line that a person sees. */
  get line(): string {
    return this.hint === "" ? this.message : `${this.message} (${this.hint})`;
  }
}

export type FaultCode =
  | "usage"
  | "config"
  | "file"
  | "port"
  | "storage_full"
  | "storage_io"
  | "storage_corrupt"
  | "storage_newer"
  | "storage_missing"
  | "storage_locked"
  | "unreachable"
  | "protocol"
  | "unauthorized"
  | "internal";

/**
 * `backoff`: the same operation may succeed later by itself; wait, then try again. `never`: it fails again until a person
 * changes something, or trying again could lose data.
 */
export type FaultRetry = "never" | "backoff";

/** After a failed commit a process must not try to commit again, so all faults of a disk are `never`. */
const RETRY: Readonly<Record<FaultCode, FaultRetry>> = {
  usage: "never",
  config: "never",
  file: "never",
  port: "backoff",
  storage_full: "never",
  storage_io: "never",
  storage_corrupt: "never",
  storage_newer: "never",
  storage_missing: "never",
  storage_locked: "backoff",
  unreachable: "backoff",
  protocol: "never",
  unauthorized: "never",
  internal: "never",
};

/**
 * Exit codes, as the documentation lists them. 64 to 78 are those of sysexits.h, so that a service manager can tell a
 * mistake in the configuration (do not restart) from a fault of the machine (restart).
 */
export const EXIT_CODE: Readonly<Record<FaultCode, number>> = {
  usage: 64,
  config: 78,
  file: 66,
  port: 69,
  storage_full: 74,
  storage_io: 74,
  storage_corrupt: 65,
  storage_newer: 65,
  storage_missing: 65,
  storage_locked: 75,
  unreachable: 69,
  protocol: 76,
  unauthorized: 77,
  internal: 70,
};
