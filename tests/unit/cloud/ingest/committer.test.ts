import { describe, expect, it } from "vitest";

import { Committer } from "../../../../cloud/ingest/committer.ts";
import type { CommitListener, Submitter } from "../../../../cloud/ingest/committer.ts";
import type { ArrivedBatch } from "../../../../cloud/core/apply.ts";
import type { ApplyResult, Store } from "../../../../cloud/store/store.ts";
import { Fault } from "../../../../proto/core/fault.ts";
import { EMPTY_HAVE } from "../../../../proto/core/have.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

/** A store whose commits wait until the test ends them. */
class PausedStore {
  readonly groups: ArrivedBatch[][] = [];
  #release: ((fault: Fault | null) => void) | null = null;

  async apply(batches: readonly ArrivedBatch[]): Promise<ApplyResult> {
    this.groups.push([...batches]);
    const fault = await new Promise<Fault | null>((resolve) => (this.#release = resolve));
    if (fault !== null) throw fault;
    const streamIds = new Set(batches.map(({ streamId }) => streamId));
    return {
      outcomes: batches.map(() => ({ kind: "stored", records: 0, rawReadings: 0 })),
      sets: [...streamIds].map((streamId) => ({ streamId, have: EMPTY_HAVE, gateway: "plant-7", hashSum: 0 })),
      approximate: { windows: 0, unnamedPairs: [] },
    };
  }

  end(fault: Fault | null = null): void {
    this.#release?.(fault);
  }
}

function trial() {
  const store = new PausedStore();
  const faults: Fault[] = [];
  const committer = new Committer({
    store: store as unknown as Store,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    onFault: (fault) => faults.push(fault),
  });
  return { store, committer, faults };
}

function listener(onOwn: (own: number) => void): CommitListener {
  return { onCommitted: (_sets, own) => onOwn(own.length), onReplicated: () => undefined };
}

const submitter = (target: CommitListener): Submitter => ({
  kind: "gateway",
  gateway: "plant-7",
  verified: false,
  listener: target,
});
const batch = (position: number) => sealed(testStream(1), position, {});

describe("group commit", () => {
  it("gathers the next group while a commit runs", async () => {
    const { store, committer } = trial();
    const heard: number[] = [];
    const session = listener((own) => heard.push(own));
    committer.subscribe("plant-7", session);
    for (let position = 1; position <= 4; position += 1) committer.submitBatch(submitter(session), batch(position));
    store.end();
    await expect.poll(() => store.groups.length).toBe(2);
    store.end();
    await committer.settled();
    expect(store.groups.map((group) => group.length)).toEqual([1, 3]);
    expect(heard).toEqual([1, 3]);
  });

  it("notifies every session of the gateway, with the outcomes of its own batches", async () => {
    const { store, committer } = trial();
    const heard: string[] = [];
    const first = listener((own) => heard.push(`first ${own}`));
    const second = listener((own) => heard.push(`second ${own}`));
    const other = listener(() => heard.push("other"));
    committer.subscribe("plant-7", first);
    committer.subscribe("plant-7", second);
    committer.subscribe("plant-8", other);
    committer.submitBatch(submitter(first), batch(1));
    store.end();
    await committer.settled();
    expect(heard).toEqual(["first 1", "second 0"]);
  });

  it("[I24] calls no listener after the first storage failure", async () => {
    const { store, committer, faults } = trial();
    let heard = 0;
    const session = listener(() => (heard += 1));
    committer.subscribe("plant-7", session);
    committer.submitBatch(submitter(session), batch(1));
    committer.submitBatch(submitter(session), batch(2));
    store.end(new Fault({ code: "storage_full", message: "the disk is full" }));
    await committer.settled();
    committer.submitBatch(submitter(session), batch(3));
    await committer.settled();
    expect(heard).toBe(0);
    expect(store.groups).toHaveLength(1);
    expect(faults.map((fault) => fault.code)).toEqual(["storage_full"]);
  });

  it("calls the commit handlers in their order, before the listeners, with the submitter of each batch", async () => {
    const { store, committer } = trial();
    const heard: string[] = [];
    committer.onCommit(({ settled }) => heard.push(`first: ${settled.map((item) => item.submitter.kind).join()}`));
    committer.onCommit(({ settled }) => heard.push(`second: ${settled.length}`));
    committer.submitBatch({ kind: "peer", link: 3 }, batch(1));
    store.end();
    await committer.settled();
    committer.submitBatch(submitter(listener((own) => heard.push(`listener: ${own}`))), batch(2));
    store.end();
    await committer.settled();
    expect(heard).toEqual(["first: peer", "second: 1", "first: gateway", "second: 1", "listener: 1"]);
  });
});
