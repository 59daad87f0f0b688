import type { StoredSubscription } from "./session-protocol.ts";

/** One session in memory: all of it but the payloads that wait. */
export type Session = {
  readonly number: number;
  readonly client: string;
  present: boolean;
  expiryS: number;
  /** When its client left, on the wall clock; null while it is here, or when the clock was not to be believed. */
  leftMs: number | null;
  /** From when on the monotonic clock its absence is counted: it left, or this process began. */
  sinceMonotonicMs: number;
  /** How long it was away before that; undefined until the wall clock can tell. */
  beforeStartMs: number | undefined;
  readonly subscriptions: Map<string, StoredSubscription>;
  /** By sequence number, oldest first. */
  readonly queue: Map<number, WaitingMessage>;
  readonly packetIds: Map<number, number>;
  /** Identifiers of QoS 2 messages that came in and were not released yet [MQTT-4.3.3-2]. */
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
    present: false,
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

/** How long its client has been away, as far as that is known. */
export function sessionAgeMs(session: Session, atMs: number): number {
  return atMs - session.sinceMonotonicMs + (session.beforeStartMs ?? 0);
}
