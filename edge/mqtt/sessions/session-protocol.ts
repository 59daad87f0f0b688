import type { Qos } from "../../core/mqtt/packets.ts";

/**
 * The messages between the main thread and the thread of `sessions.db`. The main thread decides everything from its image of
 * the sessions. The thread only writes, in the order of the messages.
 */

/** A message that waits for at least one session. It is stored once, also if several sessions wait for it. */
export type StoredMessage = {
  /** Chosen by the main thread. It is the order of delivery. */
  readonly seq: number;
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: Qos;
  /** MQTT 5 properties of the publisher, serialized. */
  readonly properties: Uint8Array | null;
  /** On the wall clock; null: it does not expire. */
  readonly expiresMs: number | null;
  /** The persistence contract of aedes identifies a message by these two. The broker itself does not need them. */
  readonly brokerId: string | null;
  readonly brokerCounter: number | null;
};

/** A session that a message waits for, and how it gets the message. */
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
  /** The user name that its client gave; null: none. */
  readonly user: string | null;
  readonly delayS: number;
};

export type SessionWork =
  | {
      readonly op: "session";
      readonly session: number;
      readonly client: string;
      readonly expiryS: number;
      /** When its client left, on the wall clock; null while it is connected, or if the clock could not be trusted. */
      readonly leftMs: number | null;
    }
  /** `messages`: those that no other session waits for. */
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

/** A question is answered in order with the other work, so the answer includes everything written before. */
export type SessionQuestion =
  | { readonly op: "read"; readonly session: number; readonly seqs: readonly number[] }
  | { readonly op: "find"; readonly session: number; readonly brokerId: string; readonly brokerCounter: number }
  | { readonly op: "read_incoming"; readonly session: number; readonly packetId: number };

export type SessionAnswer =
  | { readonly op: "read"; readonly rows: readonly OutgoingRow[] }
  | { readonly op: "find"; readonly seq: number | undefined }
  | { readonly op: "read_incoming"; readonly packet: Uint8Array | null | undefined };

/** A message as one session gets it. */
export type OutgoingRow = StoredMessage & {
  readonly grantedQos: Qos;
  readonly retain: boolean;
  readonly identifiers: readonly number[];
  /** Null: it was never sent. */
  readonly packetId: number | null;
  /** The receiver has the message. The next packet of the exchange is PUBREL. */
  readonly released: boolean;
};

/** The content of `sessions.db` without the queued payloads. */
export type SessionImage = {
  /** What the disk damaged and was put aside, in words; only the first of very many. */
  readonly damage: readonly string[];
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

/** The changes of one turn of the event loop. Batches are numbered from 1, in order. */
export type WorkBatch = {
  readonly batch: number;
  readonly bytes: number;
  readonly work: readonly SessionWork[];
};

/** Every batch up to this one is fsynced; the answers to their questions, in order. */
export type CommittedWork = { readonly throughBatch: number; readonly answers: readonly SessionAnswer[] };
