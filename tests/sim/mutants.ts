import type { SessionEvent, StreamSets } from "../../edge/core/uplink/session.ts";
import type { SnapshotChunk, Store } from "../../cloud/store/store.ts";
import type { StoreDump } from "../../cloud/store/store-dump.ts";
import { difference, EMPTY_HAVE, union } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type { SenderFrame, ReceiverFrame } from "../../proto/wire/peer-messages.ts";
import { encodeSnapshotPart } from "../../proto/wire/snapshot-codec.ts";
import type { SnapshotPart } from "../../proto/wire/snapshot-codec.ts";

/**
 * Mistakes that others have made, each a small switch in test code. The simulator must catch every one of them, or it
 * proves nothing.
 */
export type Mutant =
  /** The region acknowledges a batch and commits it afterwards. */
  | "ack_before_commit"
  /** A claim of a region is believed for ever, also after the region was restored from a backup. */
  | "claims_only_grow"
  /** Regions compare only what lies above the last position of the peer in a stream. */
  | "cursor_instead_of_sets"
  /** A stream belongs to the disk: a restored disk uses its numbers again. */
  | "one_stream_per_disk"
  /** The newest process of a gateway decides what a window holds. */
  | "last_writer_wins"
  /** Every revision of a window is added to the one before. */
  | "add_instead_of_replace"
  /** An acknowledgement is a position: everything up to the highest batch counts as held. */
  | "prefix_only_acks"
  /** A snapshot sends its rows first, and then the set of all batches that its sender holds by then. */
  | "snapshot_set_read_last"
  /** Applying a batch depends on when it is applied. */
  | "clock_dependent_apply"
  /** Readings of a metric in one unit are added to those in another. */
  | "adds_up_units"
  /** A batch counts as replicated, and is deleted, as soon as one region has it. */
  | "eager_trim"
  /** What two gateways forward of one window is added up. */
  | "adds_equal_shares"
  /** The gateway that forwarded more readings of a window decides alone. */
  | "drops_smaller_share"
  /** Rows are united one after the other. Equal values at nearly the same time count as one reading. */
  | "unites_pairwise";

/** Changes the events of a session as a gateway with the mistake understands them. */
export function sessionMutation(
  mutant: Mutant | undefined,
  ever: Map<string, Have>,
): (event: SessionEvent) => SessionEvent {
  if (mutant !== "claims_only_grow" && mutant !== "prefix_only_acks") return (event) => event;
  const mutated = (sets: StreamSets, kind: string): StreamSets =>
    new Map(
      [...sets].map(([streamId, have]) => {
        if (mutant === "prefix_only_acks") return [streamId, asPosition(have)];
        const grown = union(ever.get(kind + streamId) ?? EMPTY_HAVE, have);
        ever.set(kind + streamId, grown);
        return [streamId, grown];
      }),
    );
  return (event) =>
    event.kind === "hello_ack" || event.kind === "ack"
      ? { ...event, durable: mutated(event.durable, "d"), replicated: mutated(event.replicated, "r") }
      : event;
}

/** Changes the frames on a link that a region with the mistake opened. `ever` outlives the connection. */
export function linkMutation(
  mutant: Mutant | undefined,
  ever: Map<string, Have>,
): {
  incoming: (frame: ReceiverFrame) => ReceiverFrame;
  /** Undefined: the frame is not sent. */
  outgoing: (frame: SenderFrame) => SenderFrame | undefined;
} {
  let sendsSnapshot = false;
  const mutate = ({ streamId, have }: StreamHave): StreamHave => {
    const grown = union(ever.get(streamId) ?? EMPTY_HAVE, have);
    ever.set(streamId, grown);
    if (mutant === "claims_only_grow") return { streamId, have: grown };
    return { streamId, have: mutant === "prefix_only_acks" ? asPosition(have) : have };
  };
  return {
    incoming: (frame) => {
      if (frame.kind === "want_snapshot") sendsSnapshot = true;
      return frame.kind === "holds" ? { ...frame, streams: frame.streams.map(mutate) } : frame;
    },
    outgoing: (frame) => {
      if (mutant === "snapshot_set_read_last") {
        if (frame.kind === "snapshot_part" && frame.next.length === 0) sendsSnapshot = false;
        return sendsSnapshot && frame.kind === "batch" ? undefined : frame;
      }
      if (mutant !== "cursor_instead_of_sets" || frame.kind !== "held") return frame;
      const streams = frame.streams.map(({ streamId, have }) => ({
        streamId,
        have: difference(have, asPosition(ever.get(streamId) ?? EMPTY_HAVE)),
      }));
      return { ...frame, streams };
    },
  };
}

/** How a region with the mistake makes the parts of a snapshot. */
export function snapshotMutation(
  mutant: Mutant | undefined,
  store: Store,
  pause: (ms: number) => Promise<void>,
): (after: Uint8Array) => Promise<SnapshotChunk | null> {
  if (mutant !== "snapshot_set_read_last") return (after) => store.snapshot(after);
  return async (after) => {
    // A large snapshot takes this long. The mistake shows only when batches arrive meanwhile.
    await pause(500);
    if (Buffer.from(after).toString() === "set")
      return { body: encodeSnapshotPart(everythingHeld(await store.dump())), next: NOTHING };
    const from = after.length > 0 ? after : Buffer.from('{"bound":9007199254740991,"stage":"voids","key":[]}');
    const part = await store.snapshot(from);
    return part === null || part.next.length > 0 ? part : { ...part, next: Buffer.from("set") };
  };
}

function everythingHeld(dump: StoreDump): SnapshotPart {
  const batches = dump.batches.flatMap(({ counts, ...batch }) => (counts === null ? [] : [{ ...batch, counts }]));
  return { batches, commands: [], windows: [], raws: [], voids: [], schemas: [] };
}

const NOTHING = new Uint8Array(0);

function asPosition(have: Have): Have {
  return { prefix: have.islands.at(-1)?.last ?? have.prefix, islands: [] };
}
