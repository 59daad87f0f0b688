/**
 * Mistakes that others have made, each a small switch in test code. The simulator must catch every one of them, or it
 * proves nothing.
 */
export type Mutant =
  /** The region acknowledges a batch and commits it afterwards. */
  | "ack_before_commit"
  /** A batch counts as replicated as soon as one region has it. */
  | "replicated_when_durable";

export const MUTANTS: readonly Mutant[] = ["ack_before_commit", "replicated_when_durable"];
