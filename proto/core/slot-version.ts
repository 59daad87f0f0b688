import type { Seq } from "./ids.ts";

/** Orders the rows of one slot. A slot has one writer, so one of two rows is the newer state of the window. */
export type SlotVersion = {
  /** The seq of the batch that carried the row. */
  readonly ver: Seq;
  /** First 48 bits of the hash of that batch. Two rows of one `ver` differ in it only after a fork. */
  readonly hash48: number;
  /** Counts the states of the window. Two rows of one batch differ in it when the batch carried two states. */
  readonly revision: number;
};

/**
 * The order inside a slot, and the only place that defines it: `ver` decides between batches, `hash48` between the two
 * sides of a fork, `revision` between two states in one batch. The highest row is the row of the slot. The order is
 * total, so every region chooses the same row, in whatever order the batches arrive.
 *
 * @returns below 0 when `a` is older, above 0 when `a` is newer, 0 for the same row.
 */
export function compareSlotVersions(a: SlotVersion, b: SlotVersion): number {
  if (a.ver !== b.ver) return a.ver < b.ver ? -1 : 1;
  if (a.hash48 !== b.hash48) return a.hash48 < b.hash48 ? -1 : 1;
  if (a.revision !== b.revision) return a.revision < b.revision ? -1 : 1;
  return 0;
}
