import { EventEmitter } from "node:events";
import { afterEach, expect, test } from "vitest";
import { Committer } from "../../../../cloud/ingest/committer.ts";
import type { StreamCall } from "../../../../cloud/grpc/region-server.ts";
import type { OutgoingListener } from "../../../../cloud/peer/outgoing-link.ts";
import { PeerReplicator } from "../../../../cloud/peer/peer-replicator.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../../../cloud/store/sqlite/sqlite-store.ts";
import { haveOf } from "../../../../proto/core/have.ts";
import { regionId } from "../../../../proto/core/ids.ts";
import type { Member } from "../../../../proto/core/member.ts";
import { openInMemory } from "../../../../proto/runtime/sqlite.ts";
import { decodeReceiverFrame, encodeSenderFrame } from "../../../../proto/wire/peer-messages.ts";
import type { ReceiverFrame, SenderFrame } from "../../../../proto/wire/peer-messages.ts";
import { sealed, testStream } from "../../../support/sealed.ts";

const STREAM = testStream(1);
const [EU, US] = [regionId("eu"), regionId("us")];
const id = (fill: number): Uint8Array => new Uint8Array(16).fill(fill);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A link that a peer dialled, without a network. */
class PeerCall extends EventEmitter {
  readonly answers: ReceiverFrame[] = [];
  readonly destroyed = false;
  readonly writableLength = 0;
  ended = false;

  write(bytes: Buffer): void {
    this.answers.push(decodeReceiverFrame(bytes));
  }

  end(): void {
    this.ended = true;
  }

  receive(frame: SenderFrame): void {
    this.emit("data", encodeSenderFrame(frame));
  }
}

/** The replicator of `eu` with a real store and committer; `us` is its peer. */
function replicator() {
  const database = openInMemory(REGION_DATABASE);
  cleanups.push(() => database.close());
  const store = openSqliteStoreIn(database, { path: "", newStoreId: id(1) });
  const clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => performance.now() };
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => void faults.push(fault);
  const committer = new Committer({ store, clock, onFault });
  const dialled: OutgoingListener[] = [];
  const replicating = new PeerReplicator(
    {
      store,
      committer,
      clock,
      random: () => 0.5,
      dial: (_, listener) => {
        dialled.push(listener);
        return { send: () => undefined, close: () => undefined };
      },
      onFault,
    },
    [],
    {
      self: {
        protocol: 1,
        region: EU,
        storeId: store.storeId,
        bootId: id(2),
        isPeer: (name) => name === US,
        authorized: () => true,
      },
      members: [EU, US].map((region): Member => ({ region, state: "member", url: "", gatewayUrl: "" })),
      minCopies: 2,
    },
  );
  committer.onCommit(replicating.committed);
  cleanups.push(() => replicating.stop());
  return { replicator: replicating, committer, dialled, faults };
}

function link(replicating: PeerReplicator): PeerCall {
  const call = new PeerCall();
  replicating.service.accept(call as unknown as StreamCall);
  call.receive({
    kind: "hello",
    protocol: 1,
    region: US,
    storeId: id(3),
    bootId: id(4),
    software: "test",
    token: "",
  });
  return call;
}

test("[I10] a batch that a peer sends before the start is committed, and the peer is notified", async () => {
  const { replicator: replicating, committer, faults } = replicator();
  const call = link(replicating);
  call.receive({ kind: "batch", batch: sealed(STREAM, 1, {}) });
  await committer.settled();
  expect(call.answers.at(-1)).toMatchObject({ kind: "holds", streams: [{ streamId: STREAM, have: haveOf([1]) }] });
  expect(replicating.own(STREAM)).toEqual(haveOf([1]));
  expect(faults).toEqual([]);
});

test("a link that comes after the stop is ended, and a late answer of the store changes nothing", async () => {
  const { replicator: replicating, dialled, faults } = replicator();
  replicating.start();
  expect(dialled).toHaveLength(1);
  const early = link(replicating);
  const stopped = replicating.stop();
  expect(early.ended).toBe(true);
  await stopped;
  const late = new PeerCall();
  replicating.service.accept(late as unknown as StreamCall);
  expect(late.ended).toBe(true);
  dialled[0]!.closed("too late");
  early.receive({ kind: "batch", batch: sealed(STREAM, 1, {}) });
  expect(replicating.own(STREAM)).toEqual(haveOf([]));
  expect(faults).toEqual([]);
});
