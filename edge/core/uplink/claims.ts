import {
  contains,
  difference,
  EMPTY_HAVE,
  equalHave,
  heldByAtLeast,
  intersection,
  isEmpty,
  missing,
  union,
} from "../../../proto/core/have.ts";
import type { Have } from "../../../proto/core/have.ts";
import type { Seq, StreamId } from "../../../proto/core/ids.ts";
import type { StreamSets } from "./session.ts";
import { seqCount } from "./seq-ranges.ts";
import type { HeldStream, RegionClaim, RegionState, UplinkState } from "./uplink-state.ts";

/**
 * What regions claim to hold. A claim belongs to one session and replaces the earlier one (I6): a region that was
 * restored from a backup claims less than before, and must get the lost batches again.
 */
type ClaimedSets = { readonly durable: StreamSets; readonly replicated: StreamSets };

export const NO_CLAIM: RegionClaim = { durable: EMPTY_HAVE, replicated: EMPTY_HAVE };

/**
 * The claims of a greeting, for every stream that this gateway holds.
 *
 * `unsealed` lists the open streams for which the region claims batches that this gateway never sealed: another process
 * writes under the same identity.
 */
export function greetedClaims(
  streams: UplinkState["streams"],
  claimed: ClaimedSets,
): {
  readonly claims: ReadonlyMap<StreamId, RegionClaim>;
  readonly unsealed: readonly HeldStream[];
  readonly lackingBatches: number;
} {
  const claims = new Map<StreamId, RegionClaim>();
  const unsealed: HeldStream[] = [];
  let lackingBatches = 0;
  for (const stream of streams.values()) {
    const { streamId, first, last } = stream;
    const whole: RegionClaim = {
      durable: claimed.durable.get(streamId) ?? EMPTY_HAVE,
      replicated: claimed.replicated.get(streamId) ?? EMPTY_HAVE,
    };
    const claim = sealedPart(stream, whole);
    if (!equalHave(claim.durable, whole.durable)) unsealed.push(stream);
    claims.set(streamId, claim);
    lackingBatches += seqCount(missing(claim.durable, first, last));
  }
  return { claims, unsealed, lackingBatches };
}

/** The claims after an acknowledgement, or the stream for which the region withdrew an earlier claim. */
export function acknowledgedClaims(
  streams: UplinkState["streams"],
  before: ReadonlyMap<StreamId, RegionClaim>,
  claimed: ClaimedSets,
):
  | {
      readonly kind: "claims";
      readonly claims: ReadonlyMap<StreamId, RegionClaim>;
      readonly changed: readonly StreamId[];
    }
  | { readonly kind: "withdrawn"; readonly streamId: StreamId } {
  const claims = new Map(before);
  const changed: StreamId[] = [];
  for (const streamId of new Set([...claimed.durable.keys(), ...claimed.replicated.keys()])) {
    const stream = streams.get(streamId);
    if (stream === undefined) continue;
    const old = claims.get(streamId) ?? NO_CLAIM;
    const claim = sealedPart(stream, {
      durable: claimed.durable.get(streamId) ?? old.durable,
      replicated: claimed.replicated.get(streamId) ?? old.replicated,
    });
    if (!isEmpty(difference(old.durable, claim.durable))) return { kind: "withdrawn", streamId };
    if (equalHave(old.durable, claim.durable) && equalHave(old.replicated, claim.replicated)) continue;
    claims.set(streamId, claim);
    changed.push(streamId);
  }
  return { kind: "claims", claims, changed };
}

/** What all regions together claim of a stream.
 *
 * @param changed a region whose state is newer than the one in `state`
 */
export function combinedClaim(state: UplinkState, streamId: StreamId, changed?: RegionState): RegionClaim {
  let durable = EMPTY_HAVE;
  let replicated = EMPTY_HAVE;
  const copies: Have[] = [];
  for (const known of state.regions.values()) {
    const claim = (known.region === changed?.region ? changed : known).claims.get(streamId);
    if (claim === undefined) continue;
    copies.push(claim.durable);
    durable = union(durable, claim.durable);
    replicated = union(replicated, claim.replicated);
  }
  // The gateway counts copies itself, too: what two regions hold is replicated even while they cannot reach each other.
  if (state.minCopies <= copies.length) replicated = union(replicated, heldByAtLeast(copies, state.minCopies));
  return { durable, replicated };
}

/** Whether the region claims the batch. */
export function claimsBatch(claims: ReadonlyMap<StreamId, RegionClaim>, streamId: StreamId, seq: Seq): boolean {
  const claim = claims.get(streamId);
  return claim !== undefined && contains(claim.durable, seq);
}

/**
 * The batches of a stream that any region claimed last. While no region has claimed any, those that the outbox
 * remembers. Batches that the disk damaged belong to them, because nobody waits for these.
 */
export function knownDurable(state: UplinkState, stream: HeldStream): Have {
  let known: Have | undefined;
  for (const region of state.regions.values()) {
    const claim = region.claims.get(stream.streamId);
    if (claim !== undefined) known = known === undefined ? claim.durable : union(known, claim.durable);
  }
  return union(known ?? stream.durable, stream.voided);
}

/** How many sealed batches no region is known to hold. */
export function undurableBatches(state: UplinkState): number {
  let sum = 0;
  for (const stream of state.streams.values()) {
    sum += seqCount(missing(knownDurable(state, stream), stream.first, stream.last));
  }
  return sum;
}

/**
 * A claim counts only for sealed batches. A closed stream is exempt: it may have been longer before a disk was
 * restored.
 */
function sealedPart(stream: HeldStream, claim: RegionClaim): RegionClaim {
  if (stream.closed) return claim;
  const sealed: Have = { prefix: stream.last, islands: [] };
  return { durable: intersection(claim.durable, sealed), replicated: intersection(claim.replicated, sealed) };
}
