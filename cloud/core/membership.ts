import { heldCount, difference, heldByAtLeast, isEmpty, union } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";

/**
 * The list of all regions. A command of an operator outranks the configuration of this region. Commands replicate, so all
 * regions have the same list in the end, and a configuration only has to name one other region.
 */
export function membersOf(configured: readonly Member[], commanded: readonly Member[]): readonly Member[] {
  const members = new Map(configured.map((member) => [member.region, member]));
  for (const member of commanded) members.set(member.region, member);
  return [...members.values()].toSorted((a, b) => (a.region < b.region ? -1 : 1));
}

/** Whether the copies in this region count. */
export function counts({ state }: Member): boolean {
  return state === "member";
}

/** Whether other regions keep the bytes of batches until this region holds them. */
export function isWaitedFor({ state }: Member): boolean {
  return state === "member" || state === "joining";
}

/** How many regions must hold a batch before gateways may trim it. @param configured null: two, or one if there is only one. */
export function minCopiesOf(configured: number | null, members: readonly Member[]): number {
  return configured ?? Math.max(1, Math.min(2, members.filter(counts).length));
}

/**
 * Why a change of the list must not be made, in one sentence; null: it may be made. Two reasons are possible (I13):
 *
 * - There would be fewer members than `min_copies`. Nothing would count as replicated any more.
 * - The remaining members hold too few copies of some batches. The region that leaves may hold the only copy. While
 *   the regions can reach each other they copy these batches by themselves, so it nearly always helps to wait.
 */
export function changeRefusal(change: Member, situation: Situation): string | null {
  const { members, minCopies } = situation;
  const before = members.find(({ region }) => region === change.region);
  if (before?.state === change.state && before.url === change.url && before.gatewayUrl === change.gatewayUrl) {
    return `${change.region} is ${before.state} already`;
  }
  const present = before?.state === "member" || before?.state === "leaving";
  if (change.state === "joining" && present) return `${change.region} is ${before.state} already`;
  if (change.state === "joining" || change.state === "member") return null;
  if (before === undefined) return `there is no region ${change.region}`;
  const remaining = members.filter((member) => counts(member) && member.region !== change.region);
  const needed = minCopies ?? 1;
  if (remaining.length < needed) {
    return `without ${change.region} there would be ${remaining.length} members, and min_copies is ${needed}`;
  }
  const mustCheck = change.state === "lost" && !situation.acceptShortage;
  return mustCheck ? shortage(change.region, remaining, situation) : null;
}

export type Situation = {
  readonly members: readonly Member[];
  /** As configured; null: it follows from the number of members. */
  readonly minCopies: number | null;
  /** The operator accepts that batches have too few copies, or none. */
  readonly acceptShortage: boolean;
  /** All known streams. */
  readonly streams: Iterable<StreamId>;
  /** The batches of a stream that a region claims. */
  readonly holds: (region: string, streamId: StreamId) => Have;
};

function shortage(gone: string, remaining: readonly Member[], { minCopies, streams, holds }: Situation): string | null {
  const copies = minCopiesOf(minCopies, remaining);
  let short = 0;
  let example: StreamId | undefined;
  for (const streamId of streams) {
    const sets = remaining.map(({ region }) => holds(region, streamId));
    const all = [...sets, holds(gone, streamId)].reduce(union);
    const lacking = difference(all, heldByAtLeast(sets, copies));
    if (isEmpty(lacking)) continue;
    short += heldCount(lacking);
    example ??= streamId;
  }
  if (short === 0) return null;
  const batches = short === 1 ? "1 batch has" : `${short} batches have`;
  return `without ${gone} ${batches} fewer than ${copies} copies (stream ${example}); wait until the others hold them`;
}
