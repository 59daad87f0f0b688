import type { Qos } from "../../core/mqtt/packets.ts";

/**
 * What the main thread tells the thread of `sessions.db`, and what it is told back. The main thread decides everything
 * from its image of the sessions; the thread only writes, in the order in which it was told.
 */

/** A message that waits for at least one session; stored once, whoever waits for it. */
export type StoredMessage = {
  /** Given by the main thread; the order of delivery. */
  readonly seq: number;
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: Qos;
  /** MQTT 5 properties of the publisher, serialized. */
  readonly properties: Uint8Array | null;
  /** On the wall clock; null: it does not expire. */
  readonly expiresMs: number | null;
  /** By which the persistence contract of aedes names a message; the broker's own path needs neither. */
  readonly brokerId: string | null;
  readonly brokerCounter: number | null;
};

/** For which session a message waits, and how it is to be given to it. */
export type Addressee = {
  readonly session: number;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Subscription identifiers of all subscriptions that match [MQTT-3.3.4-4]. */
  readonly identifiers: readonly number[];
};

export type StoredSubscription = {
  readonly topic: string;
  readonly qos: Qos;
  readonly rh: number | undefined;
  readonly rap: boolean | undefined;
  readonly nl: boolean | undefined;
  readonly identifier: number | undefined;
};

/** A retained message or a will. */
export type StoredPublish = {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: Uint8Array | null;
  readonly expiresMs: number | null;
};

export type StoredWill = StoredPublish & {
  readonly client: string;
  /** The process that its client was connected to. */
  readonly brokerId: string;
  /** By which name its client came in; null: by none. */
  readonly user: string | null;
  readonly delayS: number;
};

export type SessionWork =
  | {
      readonly op: "session";
      readonly session: number;
      readonly client: string;
      readonly expiryS: number;
      /** When its client left, on the wall clock; null while it is here, or when the clock was not to be believed. */
      readonly leftMs: number | null;
    }
  /** With the messages that waited for nobody else. */
  | { readonly op: "end"; readonly session: number; readonly messages: readonly number[] }
  | { readonly op: "subscribe"; readonly session: number; readonly subscription: StoredSubscription }
  | { readonly op: "unsubscribe"; readonly session: number; readonly topic: string }
  | { readonly op: "enqueue"; readonly message: StoredMessage; readonly to: readonly Addressee[] }
  | {
      readonly op: "assign";
      readonly session: number;
      readonly ids: readonly { readonly seq: number; readonly packetId: number }[];
    }
  | { readonly op: "release"; readonly session: number; readonly seq: number }
  | { readonly op: "remove"; readonly session: number; readonly seq: number; readonly isLast: boolean }
  | {
      readonly op: "incoming";
      readonly session: number;
      readonly packetId: number;
      readonly packet: Uint8Array | null;
    }
  | { readonly op: "incoming_done"; readonly session: number; readonly packetId: number }
  | { readonly op: "retain"; readonly message: StoredPublish }
  | { readonly op: "unretain"; readonly topic: string }
  | { readonly op: "will"; readonly will: StoredWill }
  | { readonly op: "will_done"; readonly client: string }
  | SessionQuestion;

/** Answered in order with the rest, so that everything that was told before is seen. */
export type SessionQuestion =
  | { readonly op: "read"; readonly session: number; readonly seqs: readonly number[] }
  | { readonly op: "find"; readonly session: number; readonly brokerId: string; readonly brokerCounter: number }
  | { readonly op: "read_incoming"; readonly session: number; readonly packetId: number };

export type SessionAnswer =
  | { readonly op: "read"; readonly rows: readonly OutgoingRow[] }
  | { readonly op: "find"; readonly seq: number | undefined }
  | { readonly op: "read_incoming"; readonly packet: Uint8Array | null | undefined };

/** A message as one session is to be given it. */
export type OutgoingRow = StoredMessage & {
  readonly grantedQos: Qos;
  readonly retain: boolean;
  readonly identifiers: readonly number[];
  /** Null: it was never sent. */
  readonly packetId: number | null;
  /** The receiver has it and was told to forget its identifier (PUBREL). */
  readonly released: boolean;
};

/** What `sessions.db` holds but for the payloads that wait. */
export type SessionImage = {
  readonly sessions: readonly {
    readonly session: number;
    readonly client: string;
    readonly expiryS: number;
    readonly leftMs: number | null;
  }[];
  readonly subscriptions: readonly (StoredSubscription & { readonly session: number })[];
  readonly outgoing: readonly {
    readonly session: number;
    readonly seq: number;
    readonly bytes: number;
    readonly packetId: number | null;
    readonly released: boolean;
  }[];
  readonly incoming: readonly { readonly session: number; readonly packetId: number }[];
  readonly retained: readonly StoredPublish[];
  readonly wills: readonly StoredWill[];
};

export type SessionThread = {
  readonly data: { readonly directory: string };
  readonly ready: SessionImage;
  readonly calls: Record<never, never>;
  readonly messages: { readonly work: WorkBatch };
  readonly events: { readonly committed: CommittedWork };
};

/** What is written in one turn of the event loop. Batches are numbered from 1, in order. */
export type WorkBatch = {
  readonly batch: number;
  readonly bytes: number;
  readonly work: readonly SessionWork[];
};

/** Every batch up to this one is fsynced; the answers to their questions, in order. */
export type CommittedWork = { readonly throughBatch: number; readonly answers: readonly SessionAnswer[] };
