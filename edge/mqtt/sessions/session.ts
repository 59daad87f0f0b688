import type { StoredSubscription } from "./session-protocol.ts";

/** One session in memory, without the queued payloads. */
export type Session = {
  readonly number: number;
  readonly client: string;
  isPresent: boolean;
  expiryS: number;
  /** When its client left, on the wall clock; null while it is connected, or if the clock could not be trusted. */
  leftMs: number | null;
  /** The start of its absence on the monotonic clock: the client left, or this process began. */
  sinceMonotonicMs: number;
  /** How long the client was absent before that; undefined until the wall clock shows it. */
  beforeStartMs: number | undefined;
  readonly subscriptions: Map<string, StoredSubscription>;
  /** By sequence number, oldest first. */
  readonly queue: Map<number, WaitingMessage>;
  readonly packetIds: Map<number, number>;
  /** Identifiers of received QoS 2 messages that are not released yet [MQTT-4.3.3-2]. */
  readonly incoming: Set<number>;
  queuedBytes: number;
};

export type WaitingMessage = {
  readonly bytes: number;
  /** Null: it was never sent. */
  packetId: number | null;
  released: boolean;
};

/** @param atMs monotonic: when the process began, or the session did. */
export function newSession(
  row: { session: number; client: string; expiryS: number; leftMs: number | null },
  atMs: number,
): Session {
  return {
    number: row.session,
    client: row.client,
    isPresent: false,
    expiryS: row.expiryS,
    leftMs: row.leftMs,
    sinceMonotonicMs: atMs,
    beforeStartMs: undefined,
    subscriptions: new Map(),
    queue: new Map(),
    packetIds: new Map(),
    incoming: new Set(),
    queuedBytes: 0,
  };
}

/** How long its client has been absent, as far as that is known. */
export function sessionAgeMs(session: Session, atMs: number): number {
  return atMs - session.sinceMonotonicMs + (session.beforeStartMs ?? 0);
}
