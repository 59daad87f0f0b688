import type { RegionId, Seq, StreamId } from "../../proto/core/ids.ts";

/** Events on the links to other regions, for the log. A failure that repeats is reported once. */
export type PeerReport =
  | { readonly kind: "peer_connected"; readonly peer: RegionId; readonly offlineMs: number; readonly rebooted: boolean }
  | { readonly kind: "peer_lost"; readonly peer: RegionId; readonly reason: string; readonly retryMs: number }
  | {
      readonly kind: "batch_refused";
      readonly peer: RegionId;
      readonly code: string;
      readonly message: string;
      readonly streamId: StreamId;
      readonly seq: Seq;
    }
  /** A peer dialled this region and was accepted. */
  | { readonly kind: "peer_welcomed"; readonly peer: RegionId; readonly software: string }
  | { readonly kind: "peer_refused"; readonly peer: string; readonly code: string; readonly message: string }
  /** The peer holds another side of a fork of these batches. */
  | { readonly kind: "fork_found"; readonly peer: RegionId; readonly streamId: StreamId; readonly batches: number }
  | { readonly kind: "snapshot_began"; readonly peer: RegionId }
  | { readonly kind: "snapshot_taken"; readonly peer: RegionId; readonly parts: number }
  | { readonly kind: "snapshot_given_up"; readonly peer: RegionId; readonly reason: string };
