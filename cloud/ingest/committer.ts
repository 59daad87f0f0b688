import { Fault } from "../../proto/core/fault.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { ArrivedBatch, ApplyOutcome, Store, StreamSet, VoidedBatches } from "../store/store.ts";

/**
 * Group commit: what all sessions deliver goes into one transaction after another, and every session of the gateway
 * hears the result.
 *
 * While a commit runs the next group gathers, so a slow disk makes larger groups, not a longer queue of syncs. The
 * queue is bounded by the sessions' credit, and a group by {@link GROUP_BYTES}, so that one commit stays short.
 *
 * After the first storage failure nothing is committed and nobody is called any more: `onFault` is told once, and the
 * process has to end.
 */
export class Committer {
  readonly #store: Store;
  readonly #events: CommitterEvents;
  readonly #nowMs: () => number;
  readonly #monotonicMs: () => number;
  readonly #replicatedOf: (streamId: StreamId) => Have;
  readonly #listeners = new Map<string, Set<CommitListener>>();
  #queue: Item[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | null = null;
  #failed = false;

  constructor(deps: CommitterDeps) {
    this.#store = deps.store;
    this.#replicatedOf = deps.replicatedOf;
    this.#events = deps.events;
    this.#nowMs = () => deps.clock.nowMs();
    this.#monotonicMs = () => deps.clock.monotonicMs();
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** From now on `listener` hears of every commit that touches a stream of this gateway, whoever delivered it. */
  subscribe(gateway: string, listener: CommitListener): void {
    let listeners = this.#listeners.get(gateway);
    if (listeners === undefined) this.#listeners.set(gateway, (listeners = new Set()));
    listeners.add(listener);
  }

  unsubscribe(gateway: string, listener: CommitListener): void {
    const listeners = this.#listeners.get(gateway);
    if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(gateway);
  }

  /** @param from `gateway` is empty for what a peer gave: the batch itself says whose it is. */
  submitBatch(owner: CommitListener, from: { gateway: string; verified: boolean }, batch: SealedBatch): void {
    const arrived = { ...batch, ...from, receivedMs: this.#nowMs() };
    this.#enqueue({ kind: "batch", owner, batch: arrived }, batch.bytes.byteLength);
  }

  submitVoid(range: VoidedBatches): void {
    this.#enqueue({ kind: "void", range }, 0);
  }

  /** Resolves when everything submitted so far is committed, or the store has failed. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #enqueue(item: Item, sizeBytes: number): void {
    if (this.#failed) return;
    this.#queue.push(item);
    this.#queuedBytes += sizeBytes;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#commit(this.#takeGroup());
    } catch (error) {
      this.#failed = true;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#events.onFault(
        error instanceof Fault
          ? error
          : new Fault({ code: "internal", message: `committing batches failed: ${String(error)}`, cause: error }),
      );
    } finally {
      this.#running = null;
    }
  }

  #takeGroup(): Item[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#queue) {
      count += 1;
      if (item.kind === "batch") bytes += item.batch.bytes.byteLength;
      if (bytes >= GROUP_BYTES) break;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly Item[]): Promise<void> {
    for (const item of group) if (item.kind === "void") await this.#store.recordVoid(item.range);

    const items = group.filter((item) => item.kind === "batch");
    if (items.length === 0) return;
    const batches = items.map((item) => item.batch);
    const startedMs = this.#monotonicMs();
    const { outcomes, sets } = await this.#store.apply(batches);
    const owners = items.map((item) => item.owner);
    // First those who count copies: what they say is replicated goes out with the acknowledgements.
    this.#events.onCommit({ batches, outcomes, owners, sets, tookMs: this.#monotonicMs() - startedMs });

    const own = new Map<CommitListener, SettledOutcome[]>();
    items.forEach((item, index) => {
      const settled = { batch: item.batch, outcome: outcomes[index] as ApplyOutcome };
      const list = own.get(item.owner);
      if (list === undefined) own.set(item.owner, [settled]);
      else list.push(settled);
    });
    const told = sets.map((set): ToldSet => ({ ...set, replicated: this.#replicatedOf(set.streamId) }));
    const hearing = new Set<CommitListener>(own.keys());
    for (const { gateway } of sets)
      for (const listener of this.#listeners.get(gateway ?? "") ?? []) hearing.add(listener);
    for (const listener of hearing) listener(told, own.get(listener) ?? []);
  }

  /** Tells every session of their gateways that more, or less, of these streams is replicated. */
  tellReplicated(sets: readonly Omit<StreamSet, "hashSum">[]): void {
    const told = sets.map((set): ToldSet => ({ ...set, replicated: set.have, have: null }));
    const hearing = new Set<CommitListener>();
    for (const { gateway } of sets)
      for (const listener of this.#listeners.get(gateway ?? "") ?? []) hearing.add(listener);
    for (const listener of hearing) listener(told, []);
  }
}

/** The new sets of all streams that a commit touched, and what became of the listener's own batches. */
export type CommitListener = (sets: readonly ToldSet[], own: readonly SettledOutcome[]) => void;
/** `have` is null where only the number of copies changed. */
export type ToldSet = {
  readonly streamId: StreamId;
  readonly gateway: string | null;
  readonly have: Have | null;
  readonly replicated: Have;
};
export type SettledOutcome = { readonly batch: ArrivedBatch; readonly outcome: ApplyOutcome };

export type CommitterDeps = {
  readonly store: Store;
  readonly events: CommitterEvents;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  /** What enough regions hold of a stream, as far as is known now. */
  readonly replicatedOf: (streamId: StreamId) => Have;
};

export type CommitterEvents = {
  readonly onCommit: (commit: {
    readonly batches: readonly ArrivedBatch[];
    readonly outcomes: readonly ApplyOutcome[];
    /** Who submitted each batch. */
    readonly owners: readonly CommitListener[];
    readonly sets: readonly StreamSet[];
    readonly tookMs: number;
  }) => void;
  readonly onFault: (fault: Fault) => void;
};

/** About 60 batches, well under 100 ms of work. */
const GROUP_BYTES = 4 * 1024 * 1024;

type Item =
  | { readonly kind: "batch"; readonly owner: CommitListener; readonly batch: ArrivedBatch }
  | { readonly kind: "void"; readonly range: VoidedBatches };
