import { Fault } from "../../proto/core/fault.ts";
import type { Have } from "../../proto/core/have.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { ApplyOutcome, ArrivedBatch, StreamSet } from "../core/apply.ts";
import type { ApproximateWindows, Store, VoidedBatches } from "../store/store.ts";

/**
 * Group commit: the batches that gateways, peers and operators deliver go into one transaction after another. The result
 * goes to the commit handlers first, and then to every listener of the gateways whose streams changed.
 *
 * While a commit runs, the next group gathers. So a slow disk makes larger groups, not a longer queue of syncs. The queue
 * is bounded by the credit of the sessions. A group is bounded by {@link GROUP_BYTES}, so that one commit stays short.
 *
 * After the first storage failure it commits nothing and calls no handler. It calls `onFault` once, and the process has
 * to end.
 */
export class Committer {
  readonly #deps: CommitterDeps;
  readonly #handlers: ((commit: Commit) => void)[] = [];
  readonly #listeners = new Map<string, Set<CommitListener>>();
  #queue: Item[] = [];
  #running: Promise<void> | null = null;
  #failed = false;

  constructor(deps: CommitterDeps) {
    this.#deps = deps;
  }

  /**
   * Calls `handler` with every commit, before the listeners. The order matters: replication counts copies first, so
   * that the acknowledgements carry its new counts.
   */
  onCommit(handler: (commit: Commit) => void): void {
    this.#handlers.push(handler);
  }

  /**
   * From now on `listener` learns of every commit that touches a stream of this gateway, whoever delivered the batch.
   */
  subscribe(gateway: string, listener: CommitListener): void {
    let listeners = this.#listeners.get(gateway);
    if (listeners === undefined) this.#listeners.set(gateway, (listeners = new Set()));
    listeners.add(listener);
  }

  unsubscribe(gateway: string, listener: CommitListener): void {
    const listeners = this.#listeners.get(gateway);
    if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(gateway);
  }

  submitBatch(submitter: Submitter, batch: SealedBatch): void {
    // A batch from a peer says itself which gateway it belongs to.
    const { gateway, verified } = submitter.kind === "gateway" ? submitter : { gateway: "", verified: false };
    const arrived = { ...batch, gateway, verified, receivedMs: this.#deps.clock.nowMs() };
    this.#enqueue({ kind: "batch", submitter, batch: arrived });
  }

  submitVoid(range: VoidedBatches): void {
    this.#enqueue({ kind: "void", range });
  }

  /** Tells the listeners of the streams' gateways that more, or less, of these streams is replicated. */
  notifyReplicated(sets: readonly ReplicatedSet[]): void {
    for (const listener of this.#listenersOf(sets)) listener.onReplicated(sets);
  }

  /** Resolves when everything submitted so far is committed, or the store has failed. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #enqueue(item: Item): void {
    if (this.#failed) return;
    this.#queue.push(item);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#commit(this.#takeGroup());
    } catch (error) {
      this.#failed = true;
      this.#queue = [];
      this.#deps.onFault(
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
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly Item[]): Promise<void> {
    const { store, clock } = this.#deps;
    for (const item of group) if (item.kind === "void") await store.recordVoid(item.range);

    const items = group.filter((item) => item.kind === "batch");
    if (items.length === 0) return;
    const batches = items.map((item) => item.batch);
    const startedMs = clock.monotonicMs();
    const { outcomes, sets, approximate } = await store.apply(batches);
    const settled = items.map(({ batch, submitter }, i): SettledBatch => ({
      batch,
      submitter,
      outcome: outcomes[i]!,
    }));
    const commit: Commit = { settled, sets, approximate, tookMs: clock.monotonicMs() - startedMs };
    for (const handler of this.#handlers) handler(commit);
    this.#notifyCommitted(commit);
  }

  #notifyCommitted({ settled, sets }: Commit): void {
    const own = new Map<CommitListener, SettledBatch[]>();
    for (const item of settled) {
      if (item.submitter.kind !== "gateway") continue;
      const { listener } = item.submitter;
      const list = own.get(listener);
      if (list === undefined) own.set(listener, [item]);
      else list.push(item);
    }
    const listeners = this.#listenersOf(sets);
    for (const listener of own.keys()) listeners.add(listener);
    for (const listener of listeners) listener.onCommitted(sets, own.get(listener) ?? []);
  }

  #listenersOf(sets: readonly { readonly gateway: string | null }[]): Set<CommitListener> {
    const found = new Set<CommitListener>();
    for (const { gateway } of sets)
      for (const listener of this.#listeners.get(gateway ?? "") ?? []) found.add(listener);
    return found;
  }
}

/** The part of the region that submitted a batch. */
export type Submitter =
  /** A session of a gateway, or this region's own commands. The listener gets the outcome of the batch. */
  | {
      readonly kind: "gateway";
      readonly gateway: string;
      readonly verified: boolean;
      readonly listener: CommitListener;
    }
  /** A peer, on the link of this number. */
  | { readonly kind: "peer"; readonly link: number };

export interface CommitListener {
  /** The new sets of all streams that a commit touched, and the outcomes of the batches of this listener. */
  onCommitted(sets: readonly StreamSet[], own: readonly SettledBatch[]): void;
  /** More, or less, of these streams is replicated. */
  onReplicated(sets: readonly ReplicatedSet[]): void;
}

/** The batches of a stream that enough regions hold, and the gateway that the stream belongs to, if it is known. */
export type ReplicatedSet = { readonly streamId: StreamId; readonly have: Have; readonly gateway: string | null };

export type SettledBatch = {
  readonly batch: ArrivedBatch;
  readonly submitter: Submitter;
  readonly outcome: ApplyOutcome;
};

export type Commit = {
  readonly settled: readonly SettledBatch[];
  /** The new sets of all streams that the commit touched. */
  readonly sets: readonly StreamSet[];
  readonly approximate: ApproximateWindows;
  readonly tookMs: number;
};

export type CommitterDeps = {
  readonly store: Pick<Store, "apply" | "recordVoid">;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  readonly onFault: (fault: Fault) => void;
};

/** About 60 batches, well under 100 ms of work. */
const GROUP_BYTES = 4 * 1024 * 1024;

type Item =
  | { readonly kind: "batch"; readonly submitter: Submitter; readonly batch: ArrivedBatch }
  | { readonly kind: "void"; readonly range: VoidedBatches };
