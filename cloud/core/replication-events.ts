import type { Have } from "../../proto/core/have.ts";
import type { RegionId, StreamId } from "../../proto/core/ids.ts";
import type { Member, MemberState } from "../../proto/core/member.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { SenderFrame, WireLife } from "../../proto/wire/peer-messages.ts";
import type { DayDigest } from "./day-digests.ts";
import type { ReceiverEffect, ReceiverEvent, SettledPeerBatch } from "./peer-receiver.ts";
import type { PeerReport } from "./peer-report.ts";
import type { SenderEffect, SenderEvent, SenderStatus } from "./peer-sender.ts";
import type { SnapshotEffect } from "./snapshot-taking.ts";

/** The batches of a stream that a region holds, and the gateway that the stream belongs to, if it is known. */
export type OwnedHave = { readonly streamId: StreamId; readonly have: Have; readonly gateway: string | null };

/** The batches of a stream that this region holds. `hashSum` is the sum of the hashes of these batches. */
export type HeldSet = OwnedHave & { readonly hashSum: number };

/** The events of replication. */
export type ReplicationEvent =
  | { readonly kind: "tick" }
  /** The result of a walk over the rows of this region. */
  | { readonly kind: "digests"; readonly digests: readonly DayDigest[] }
  /** A gateway connected to this region, answered a probe, or is gone. */
  | { readonly kind: "life"; readonly life: WireLife }
  /** The list of all regions changed. */
  | { readonly kind: "members"; readonly members: readonly Member[] }
  | {
      readonly kind: "committed";
      readonly sets: readonly HeldSet[];
      /** Batches that this region committed first, from gateways and operators. */
      readonly fresh: readonly SealedBatch[];
      /** The outcomes of the batches that peers sent. */
      readonly settled: readonly OfLink<SettledPeerBatch>[];
    }
  /** A frame on a link that this region dialled, or the end of that link. */
  | OfPeer<Extract<SenderEvent, { kind: "frame" | "closed" | "read" | "scanned" | "hashed" }>>
  | { readonly kind: "incoming_opened"; readonly link: number }
  /** A frame on a link that a peer dialled. */
  | { readonly kind: "incoming_frame"; readonly link: number; readonly frame: SenderFrame }
  | { readonly kind: "incoming_bad_frame"; readonly link: number; readonly message: string }
  | { readonly kind: "incoming_lost"; readonly link: number }
  | OfLink<Extract<ReceiverEvent, { kind: "lacked" }>>
  /** A part of a snapshot is on the disk, or cannot be read. */
  | { readonly kind: "merged"; readonly link: number; readonly refusal: string | null }
  /** Batches of a snapshot joined the set of this region. */
  | { readonly kind: "joined"; readonly sets: readonly HeldSet[]; readonly more: boolean }
  | { readonly kind: "stop" };

/** The effects of replication. */
export type ReplicationEffect =
  | OfPeer<Exclude<SenderEffect, { kind: "report" | "claims_changed" }>>
  | OfLink<Exclude<ReceiverEffect, { kind: "report" | "snapshot_needed" | "snapshot_part" | "lives" }>>
  | Extract<ReceiverEffect, { kind: "lives" }>
  | SnapshotEffect
  /** Enough regions now hold exactly these sets. */
  | { readonly kind: "replicated"; readonly sets: readonly OwnedHave[] }
  /** A joining region holds every batch of this region. Repeated every few seconds until the region is a member. */
  | { readonly kind: "has_everything"; readonly member: Member }
  /** The times from the commit of a batch in this region to its commit in the peer. */
  | { readonly kind: "delays"; readonly peer: RegionId; readonly delaysMs: readonly number[] }
  | { readonly kind: "report"; readonly report: PeerReport };

type OfPeer<E> = E extends unknown ? E & { readonly peer: RegionId } : never;
type OfLink<E> = E extends unknown ? E & { readonly link: number } : never;

export type PeerStatus = SenderStatus & {
  readonly state: MemberState;
  /** Whether the peer has an open link to this region, on which it is the sender. */
  readonly sending: boolean;
  /** Batches that this region committed first and that the peer does not hold yet. */
  readonly behindBatches: number;
  /** The age of the oldest of them. */
  readonly behindMs: number | null;
};
