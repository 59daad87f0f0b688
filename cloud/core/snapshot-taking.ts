import type { RegionId } from "../../proto/core/ids.ts";
import type { SnapshotFrame, ReceiverFrame } from "../../proto/wire/peer-messages.ts";

/**
 * Taking a snapshot over from a peer that has pruned the bytes that we lack (design, section 6), as a reducer:
 *
 *     idle --needed--> asked --part--> merging --more--> asked ...
 *                                         └─last part─> joining --joined--> idle
 *
 * One at a time, of one peer, one part at a time: a part is asked for when the one before is on the disk. What is given up
 * begins anew with the next link that cannot give bytes; a part that is stored twice changes nothing.
 */
export class SnapshotTaking {
  #state: State = { kind: "idle" };

  /** The peer at this link no longer has bytes that we lack. */
  needed(link: number, peer: RegionId, nowMs: number): readonly SnapshotEffect[] {
    if (this.#state.kind !== "idle") return [];
    return [
      { kind: "report", report: { kind: "snapshot_began", peer } },
      ...this.#ask({ link, peer, parts: 0 }, BEGINNING, nowMs),
    ];
  }

  part(link: number, { after, body, next }: SnapshotFrame): readonly SnapshotEffect[] {
    const state = this.#state;
    // An answer to an earlier question, of a snapshot that was given up.
    if (state.kind !== "asked" || state.link !== link || !sameBytes(state.after, after)) return [];
    this.#state = { ...state, kind: "merging", next, parts: state.parts + 1 };
    return [{ kind: "merge", link, body, first: after.length === 0 }];
  }

  /** The part is on the disk. */
  merged(link: number, nowMs: number): readonly SnapshotEffect[] {
    const state = this.#state;
    if (state.kind !== "merging" || state.link !== link) return [];
    if (state.next.length > 0) return this.#ask(state, state.next, nowMs);
    this.#state = { ...state, kind: "joining" };
    return [{ kind: "join" }];
  }

  joined(more: boolean): readonly SnapshotEffect[] {
    const state = this.#state;
    if (state.kind !== "joining") return [];
    if (more) return [{ kind: "join" }];
    this.#state = { kind: "idle" };
    return [{ kind: "report", report: { kind: "snapshot_taken", peer: state.peer, parts: state.parts } }];
  }

  /** What was given cannot be read, or the link ended. */
  lost(link: number, reason: string): readonly SnapshotEffect[] {
    const state = this.#state;
    // What is being joined needs the peer no more.
    if (state.kind === "idle" || state.kind === "joining" || state.link !== link) return [];
    this.#state = { kind: "idle" };
    return [{ kind: "report", report: { kind: "snapshot_given_up", peer: state.peer, reason } }];
  }

  tick(nowMs: number): readonly SnapshotEffect[] {
    const state = this.#state;
    if (state.kind !== "asked" || nowMs - state.sinceMs < PART_MS) return [];
    return this.lost(state.link, `no part within ${PART_MS / 1000} s`);
  }

  #ask({ link, peer, parts }: Taking, after: Uint8Array, nowMs: number): readonly SnapshotEffect[] {
    this.#state = { kind: "asked", link, peer, parts, after, sinceMs: nowMs };
    return [{ kind: "answer", link, frame: { kind: "want_snapshot", after } }];
  }
}

export type SnapshotEffect =
  | { readonly kind: "answer"; readonly link: number; readonly frame: ReceiverFrame }
  /** Keep the rows of the part; then say `merged`. */
  | { readonly kind: "merge"; readonly link: number; readonly body: Uint8Array; readonly first: boolean }
  /** Join the batches into our set, some of them; then say `joined`. */
  | { readonly kind: "join" }
  | { readonly kind: "report"; readonly report: SnapshotReport };

export type SnapshotReport =
  | { readonly kind: "snapshot_began"; readonly peer: RegionId }
  | { readonly kind: "snapshot_taken"; readonly peer: RegionId; readonly parts: number }
  | { readonly kind: "snapshot_given_up"; readonly peer: RegionId; readonly reason: string };

type Taking = { readonly link: number; readonly peer: RegionId; readonly parts: number };
type State =
  | { readonly kind: "idle" }
  | (Taking & { readonly kind: "asked"; readonly after: Uint8Array; readonly sinceMs: number })
  | (Taking & { readonly kind: "merging"; readonly next: Uint8Array })
  | (Taking & { readonly kind: "joining" });

const BEGINNING = new Uint8Array(0);
/** A peer reads a part in milliseconds; the rest is for a slow line. */
const PART_MS = 60_000;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
