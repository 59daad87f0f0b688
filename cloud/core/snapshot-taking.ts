import { equalBytes } from "../../proto/core/equal-bytes.ts";
import type { RegionId } from "../../proto/core/ids.ts";
import type { Step } from "../../proto/core/step.ts";
import type { ReceiverFrame, SnapshotFrame } from "../../proto/wire/peer-messages.ts";
import type { PeerReport } from "./peer-report.ts";

/**
 * Takes a snapshot from a peer that no longer has the bytes of batches that this region lacks, as a reducer:
 *
 *     idle --needed--> asked --part--> merging --more parts--> asked ...
 *                                         '---last part---> joining --joined--> idle
 *
 * It takes one snapshot at a time, from one peer, part by part. It requests the next part when the last one is on the
 * disk. A snapshot that is given up begins again with the next link that cannot send bytes. A part that is stored twice
 * changes nothing.
 */
export type SnapshotState =
  | { readonly kind: "idle" }
  | (Taking & { readonly kind: "asked"; readonly after: Uint8Array; readonly sinceMs: number })
  | (Taking & { readonly kind: "merging"; readonly next: Uint8Array })
  | (Taking & { readonly kind: "joining" });

type Taking = { readonly link: number; readonly peer: RegionId; readonly parts: number };

export type SnapshotEvent =
  | { readonly kind: "tick" }
  /** The peer on this link no longer has bytes that this region lacks. */
  | { readonly kind: "needed"; readonly link: number; readonly peer: RegionId }
  | { readonly kind: "part"; readonly link: number; readonly part: SnapshotFrame }
  /** The part is on the disk. */
  | { readonly kind: "merged"; readonly link: number }
  | { readonly kind: "joined"; readonly more: boolean }
  /** A part cannot be read, or the link ended. */
  | { readonly kind: "lost"; readonly link: number; readonly reason: string };

export type SnapshotEffect =
  | { readonly kind: "answer"; readonly link: number; readonly frame: ReceiverFrame }
  /** Store the rows of the part. The event `merged` follows. */
  | { readonly kind: "merge"; readonly link: number; readonly body: Uint8Array; readonly first: boolean }
  /** Join some of the batches to the set of this region. The event `joined` follows. */
  | { readonly kind: "join" }
  | { readonly kind: "report"; readonly report: PeerReport };

export const NO_SNAPSHOT: SnapshotState = { kind: "idle" };

type SnapshotStep = Step<SnapshotState, SnapshotEffect>;

export function stepSnapshot(state: SnapshotState, event: SnapshotEvent, nowMs: number): SnapshotStep {
  switch (state.kind) {
    case "idle":
      return whileIdle(state, event, nowMs);
    case "asked":
      return whileAsked(state, event, nowMs);
    case "merging":
      return whileMerging(state, event, nowMs);
    case "joining":
      return whileJoining(state, event);
  }
}

type In<Kind extends SnapshotState["kind"]> = Extract<SnapshotState, { kind: Kind }>;

function whileIdle(state: In<"idle">, event: SnapshotEvent, nowMs: number): SnapshotStep {
  switch (event.kind) {
    case "needed": {
      const { link, peer } = event;
      const asked = ask({ link, peer, parts: 0 }, BEGINNING, nowMs);
      const began: SnapshotEffect = { kind: "report", report: { kind: "snapshot_began", peer } };
      return { state: asked.state, effects: [began, ...asked.effects] };
    }
    case "tick":
    case "part":
    case "merged":
    case "joined":
    case "lost":
      return { state, effects: [] };
  }
}

function whileAsked(state: In<"asked">, event: SnapshotEvent, nowMs: number): SnapshotStep {
  switch (event.kind) {
    case "part": {
      const { link, peer, parts, after } = state;
      const { body, next } = event.part;
      // An answer to an earlier request, for a snapshot that was given up.
      if (event.link !== link || !equalBytes(event.part.after, after)) return { state, effects: [] };
      return {
        state: { kind: "merging", link, peer, parts: parts + 1, next },
        effects: [{ kind: "merge", link, body, first: after.length === 0 }],
      };
    }
    case "lost":
      return event.link === state.link ? giveUp(state, event.reason) : { state, effects: [] };
    case "tick":
      if (nowMs - state.sinceMs < PART_MS) return { state, effects: [] };
      return giveUp(state, `no part within ${PART_MS / 1000} s`);
    case "needed":
    case "merged":
    case "joined":
      return { state, effects: [] };
  }
}

function whileMerging(state: In<"merging">, event: SnapshotEvent, nowMs: number): SnapshotStep {
  switch (event.kind) {
    case "merged": {
      const { link, peer, parts, next } = state;
      if (event.link !== link) return { state, effects: [] };
      if (next.length > 0) return ask(state, next, nowMs);
      return { state: { kind: "joining", link, peer, parts }, effects: [{ kind: "join" }] };
    }
    case "lost":
      return event.link === state.link ? giveUp(state, event.reason) : { state, effects: [] };
    case "tick":
    case "needed":
    case "part":
    case "joined":
      return { state, effects: [] };
  }
}

/** All parts are on the disk. The peer is not needed any more, so the end of the link changes nothing. */
function whileJoining(state: In<"joining">, event: SnapshotEvent): SnapshotStep {
  switch (event.kind) {
    case "joined": {
      if (event.more) return { state, effects: [{ kind: "join" }] };
      const { peer, parts } = state;
      return {
        state: NO_SNAPSHOT,
        effects: [{ kind: "report", report: { kind: "snapshot_taken", peer, parts } }],
      };
    }
    case "tick":
    case "needed":
    case "part":
    case "merged":
    case "lost":
      return { state, effects: [] };
  }
}

function ask({ link, peer, parts }: Taking, after: Uint8Array, nowMs: number): SnapshotStep {
  return {
    state: { kind: "asked", link, peer, parts, after, sinceMs: nowMs },
    effects: [{ kind: "answer", link, frame: { kind: "want_snapshot", after } }],
  };
}

function giveUp({ peer }: Taking, reason: string): SnapshotStep {
  return {
    state: NO_SNAPSHOT,
    effects: [{ kind: "report", report: { kind: "snapshot_given_up", peer, reason } }],
  };
}

const BEGINNING = new Uint8Array(0);
/** A peer reads a part in milliseconds. The rest of the time is for a slow network. */
const PART_MS = 60_000;
