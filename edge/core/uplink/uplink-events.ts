import type { RegionId, Seq, StreamId } from "../../../proto/core/ids.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import type { RegionRefusal, SessionEvent, SessionHello, VoidedRange } from "./session.ts";
import type { HeldStream, RegionClaim } from "./uplink-state.ts";

/** The events of the uplink. */
export type UplinkEvent =
  | { readonly kind: "start" }
  /** The process will stop soon: connect now instead of waiting for the next attempt. */
  | { readonly kind: "hurry" }
  | { readonly kind: "stop" }
  /** The regions that are not in the configuration, from the last list of a region. */
  | { readonly kind: "learned"; readonly regions: readonly RegionId[] }
  /** Whether the disk is so full that batches must go to a second region at once. */
  | { readonly kind: "disk_pressure"; readonly forceDualSend: boolean }
  | { readonly kind: "sealed"; readonly streamId: StreamId; readonly firstSeq: Seq; readonly lastSeq: Seq }
  /** The outbox lists more batches as voided. */
  | { readonly kind: "voided"; readonly voids: readonly VoidedRange[] }
  | RegionalEvent;

/** An event of one region. Those with a `session` are ignored when the link has a newer session. */
export type RegionalEvent =
  | { readonly kind: "timer"; readonly region: RegionId }
  /** A `mark` was carried out, or failed. After a failure the next greeting writes the same claims again. */
  | { readonly kind: "marked"; readonly region: RegionId }
  | SessionalEvent;

export type SessionalEvent = { readonly region: RegionId; readonly session: number } & (
  | { readonly kind: "streams"; readonly streams: readonly HeldStream[] }
  | { readonly kind: "batches"; readonly read: number; readonly batches: readonly SealedBatch[] }
  /** The storage did not answer a listing or a read. */
  | { readonly kind: "unread"; readonly reason: string }
  /** `send` returned false. The session event `writable` follows. */
  | { readonly kind: "full" }
  | { readonly kind: "session"; readonly event: SessionEvent }
);

/** The effects of the uplink: its driver carries them out. */
export type UplinkEffect =
  | { readonly kind: "list_streams"; readonly region: RegionId; readonly session: number }
  | {
      readonly kind: "open_session";
      readonly region: RegionId;
      readonly session: number;
      readonly hello: SessionHello;
    }
  | { readonly kind: "close_session"; readonly region: RegionId; readonly session: number }
  | {
      readonly kind: "read_batches";
      readonly region: RegionId;
      readonly session: number;
      readonly read: number;
      readonly streamId: StreamId;
      readonly seqs: readonly Seq[];
      readonly maxBytes: number;
    }
  /** Tell the region which batches will never come. Without `voids`: all of those that the outbox lists. */
  | {
      readonly kind: "declare_voids";
      readonly region: RegionId;
      readonly session: number;
      readonly voids?: readonly VoidedRange[];
    }
  | {
      readonly kind: "send";
      readonly region: RegionId;
      readonly session: number;
      readonly batches: readonly SealedBatch[];
    }
  | { readonly kind: "answer_probe"; readonly region: RegionId; readonly session: number; readonly probe: number }
  /** Write the claims to the outbox. The event `marked` follows. */
  | { readonly kind: "mark"; readonly region: RegionId; readonly claims: ReadonlyMap<StreamId, RegionClaim> }
  /** A region listed all regions. The event `learned` follows if the list is new. */
  | {
      readonly kind: "learn";
      readonly region: RegionId;
      readonly regions: readonly { readonly name: string; readonly url: string }[];
    }
  | { readonly kind: "rotate_stream"; readonly streamId: StreamId; readonly reason: string }
  /** Replaces the region's earlier timer. */
  | { readonly kind: "set_timer"; readonly region: RegionId; readonly atMs: number }
  | { readonly kind: "report"; readonly report: UplinkReport };

/** For the log. A failure that repeats is reported once. */
export type UplinkReport =
  | {
      readonly kind: "connected";
      readonly region: RegionId;
      readonly storeId: string;
      readonly bootId: string;
      readonly offlineMs: number;
      readonly lackingBatches: number;
    }
  | { readonly kind: "lost"; readonly region: RegionId; readonly reason: string; readonly retryMs: number }
  /** From now on the batches go to `region`. `from` is undefined when no region was active before. */
  | {
      readonly kind: "active_region";
      readonly region: RegionId;
      readonly from: RegionId | undefined;
      readonly reason: string;
    }
  | { readonly kind: "dual_send"; readonly region: RegionId; readonly batches: number }
  | {
      readonly kind: "refused";
      readonly region: RegionId;
      readonly code: RegionRefusal["code"];
      readonly reason: string;
      readonly retryMs: number;
    }
  | {
      readonly kind: "quarantined";
      readonly region: RegionId;
      readonly streamId: StreamId;
      readonly seq: Seq;
      readonly reason: string;
    }
  | { readonly kind: "forked"; readonly region: RegionId; readonly streamId: StreamId; readonly reason: string }
  | { readonly kind: "leaving"; readonly region: RegionId; readonly reason: string }
  /** Another gateway of this name connects; `rival` says where it is. The region asks whether this one lives. */
  | { readonly kind: "contested"; readonly region: RegionId; readonly rival: string }
  | {
      readonly kind: "drained";
      readonly region: RegionId;
      readonly batches: number;
      readonly bytes: number;
      readonly tookMs: number;
    };
