import { addHash48, hash48Of } from "../../proto/core/hash48.ts";
import { contains, insert } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { Seq, StreamId } from "../../proto/core/ids.ts";
import { isOperatorName } from "../../proto/core/operator-command.ts";
import type { BatchCounts, SealedBatch } from "../../proto/core/record.ts";
import type { OpenedBatch, ReadableBatch } from "../../proto/wire/batch-codec.ts";

/**
 * How a batch enters the set of a region: whether it is accepted, what its stream holds afterwards, which counts
 * change, and whether there is a fork. The rows of the batch follow in apply-rows.ts.
 *
 * A store reads {@link BatchFacts}, asks {@link applyBatch}, and writes the {@link BatchChange}. It decides nothing itself,
 * so all stores agree. A store that applies several batches in one transaction may read the facts of all of them first.
 * Then it adds the change of each batch to the facts of the next one.
 */
export function applyBatch(batch: ArrivedBatch, opened: OpenedBatch, facts: BatchFacts): BatchDecision {
  if (opened.kind === "invalid") return refused(opened.message);
  const reason = refusalOf(batch, opened, facts.stream);
  if (reason !== null) return refused(reason);
  const counts = opened.kind === "ok" ? countsOf(opened) : null;
  const sealedBy = opened.kind === "ok" ? opened.content.gateway : null;
  const change = enterBatch({ ...batch, sealedBy }, counts, facts);
  if (change === null) return { outcome: { kind: "already" }, change };
  return { outcome: outcomeOf(batch, opened, change), change };
}

/**
 * Adds a batch to the set.
 * @param batch `sealedBy` is the gateway that the batch itself names. While it is not known, `gateway` names a new
 * stream.
 * @param counts null for a batch that cannot be read yet.
 * @returns null when the set has the batch already.
 */
export function enterBatch(
  batch: EnteringBatch,
  counts: BatchCounts | null,
  { stream, variants }: BatchFacts,
): BatchChange | null {
  // Schema version 2 kept no hash of a pruned batch. So a batch under its number counts as the same one.
  if (variants.length === 0 && contains(stream.have, batch.seq)) return null;
  const hash48 = hash48Of(batch.sha256);
  if (variants.some((variant) => variant.hash48 === hash48)) return null;
  const hashes = [...variants.map((variant) => variant.hash48), hash48].toSorted((a, b) => a - b);
  return {
    hash48,
    counts,
    stream: {
      streamId: batch.streamId,
      have: insert(stream.have, batch.seq),
      gateway: batch.sealedBy ?? stream.gateway ?? batch.gateway,
      hashSum: addHash48(stream.hashSum, hash48),
    },
    counters: counts === null ? [] : counterChanges(hash48, counts, variants),
    forks: hashes.slice(0, -1),
  };
}

/**
 * The changes for a held batch that this software can read now and could not read before.
 * @param variants all batches under its number, itself included.
 */
export function readHeldBatch(
  batch: SealedBatch,
  opened: ReadableBatch,
  variants: readonly BatchVariant[],
): Pick<BatchChange, "hash48" | "counters"> & { readonly counts: BatchCounts; readonly gateway: string } {
  const hash48 = hash48Of(batch.sha256);
  const counts = countsOf(opened);
  return { hash48, counts, counters: counterChanges(hash48, counts, variants), gateway: opened.content.gateway };
}

/** The counts that a batch adds to the counters of its stream. */
export function countsOf({ content, rawSlices }: ReadableBatch): BatchCounts {
  const rawReadings = rawSlices.reduce((sum, slice) => sum + slice.count, 0);
  return { ledger: content.ledger, records: content.windows.length, rawReadings };
}

export type ArrivedBatch = SealedBatch & {
  /** The gateway that delivered it. The gateway that sealed it is named in the batch. Empty for a batch from a peer. */
  readonly gateway: string;
  /** Whether the sender proved to be this gateway. Then a batch that another gateway sealed is `invalid`. */
  readonly verified: boolean;
  readonly receivedMs: number;
};

export type ApplyOutcome =
  | { readonly kind: "stored"; readonly records: number; readonly rawReadings: number }
  | { readonly kind: "already" }
  /** Held beside another batch with the same id and other bytes: the gateway must continue in a new stream. */
  | { readonly kind: "fork"; readonly message: string }
  /** Held as it is, until a later version of this software can read it. */
  | { readonly kind: "unknown_format"; readonly message: string }
  /** Not held: the bytes do not match what their sender says about them. */
  | { readonly kind: "invalid"; readonly message: string };

/** `gateway` is null for a stream that the store does not know. */
export type StreamSet = {
  readonly streamId: StreamId;
  readonly have: Have;
  readonly gateway: string | null;
  /** Sum of the first 48 bits of the hashes of all its batches, modulo 2^48, both sides of a fork included. */
  readonly hashSum: number;
};

/** The stream of a batch and the batches under its number, as the store holds them. */
export type BatchFacts = {
  /** `gateway` is null for a stream that the store does not know. */
  readonly stream: StreamSet;
  /** All batches that are held under the number. */
  readonly variants: readonly BatchVariant[];
};

/** One of the batches under one number; there are several after a fork. */
export type BatchVariant = {
  readonly hash48: number;
  /** Whether this software could read it. */
  readonly isApplied: boolean;
  /** Null unless applied, and for batches that schema version 2 pruned. */
  readonly counts: BatchCounts | null;
};

export type EnteringBatch = {
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly sha256: Uint8Array;
  readonly gateway: string;
  readonly sealedBy: string | null;
};

/** `change` is null when nothing changes. */
export type BatchDecision = { readonly outcome: ApplyOutcome; readonly change: BatchChange | null };

export type BatchChange = {
  readonly hash48: number;
  readonly counts: BatchCounts | null;
  /** The stream with the batch. */
  readonly stream: StreamSet & { readonly gateway: string };
  readonly counters: readonly CounterChange[];
  /** The hashes that lose the fork; empty without a fork. */
  readonly forks: readonly number[];
};

/** `sign` -1 subtracts the counts from the stream's counters. */
export type CounterChange = { readonly counts: BatchCounts; readonly sign: 1 | -1 };

function refused(message: string): BatchDecision {
  return { outcome: { kind: "invalid", message }, change: null };
}

function refusalOf(
  batch: ArrivedBatch,
  opened: Exclude<OpenedBatch, { kind: "invalid" }>,
  stream: StreamSet,
): string | null {
  if (batch.verified) {
    // A stream whose first batch could not be read, and came from a peer, has an empty name.
    const names = [stream.gateway, opened.kind === "ok" ? opened.content.gateway : null];
    const other = names.find((name) => name !== null && name !== "" && name !== batch.gateway);
    if (other !== undefined) return `this is a batch of gateway ${other}`;
  }
  // Commands come from this region or from a peer, whose batches name no sender. A gateway may not send any.
  const hasCommands = opened.kind === "ok" && opened.content.commands.length > 0;
  if (hasCommands && batch.gateway !== "" && !isOperatorName(batch.gateway)) {
    return "commands come from regions, not from gateways";
  }
  return null;
}

function outcomeOf(
  { streamId, seq }: ArrivedBatch,
  opened: Exclude<OpenedBatch, { kind: "invalid" }>,
  { counts, forks }: BatchChange,
): ApplyOutcome {
  if (forks.length > 0) {
    const message = `batch ${streamId}/${seq} arrived earlier with other bytes; both are kept; continue in a new stream`;
    return { kind: "fork", message };
  }
  if (opened.kind === "unknown_format") return { kind: "unknown_format", message: `format ${opened.format}` };
  return { kind: "stored", records: counts?.records ?? 0, rawReadings: counts?.rawReadings ?? 0 };
}

/** After a fork only one side counts: the one with the highest hash among the sides that can be read. */
function counterChanges(hash48: number, counts: BatchCounts, variants: readonly BatchVariant[]): CounterChange[] {
  let rival: BatchVariant | null = null;
  for (const variant of variants) {
    if (!variant.isApplied || variant.hash48 === hash48) continue;
    if (rival === null || variant.hash48 > rival.hash48) rival = variant;
  }
  if (rival !== null && rival.hash48 > hash48) return [];
  const added: CounterChange = { counts, sign: 1 };
  return rival === null || rival.counts === null ? [added] : [{ counts: rival.counts, sign: -1 }, added];
}
