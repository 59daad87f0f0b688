import { describe, expect, test } from "vitest";
import { haveOf, heldCount } from "../../../../proto/core/have.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import { StorageLife } from "../../../support/storage-life.ts";

describe("a claim of a region", () => {
  test("[I22] replaces the earlier claim, and survives a restart", () => {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    const { streamId } = life.engine.streams()[0]!;
    const claim = (
      seqs: number[],
    ): { streamId: StreamId; durable: ReturnType<typeof haveOf>; replicated: ReturnType<typeof haveOf> } => ({
      streamId,
      durable: haveOf(seqs),
      replicated: haveOf([]),
    });
    life.engine.mark([claim([1, 2, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(0);
    life.engine.mark([claim([1, 3])]);
    expect(life.engine.status().outbox.undurableBatches).toBe(1);
    const [stream] = life.crash().engine.streams();
    expect(heldCount(stream!.durable)).toBe(2);
  });
});

describe("a replicated batch", () => {
  /** Three sealed batches of one raw reading each. */
  function threeBatches(): StorageLife {
    const life = new StorageLife({ plan: { raw: true, lengthsMs: [] } });
    for (let x = 1; x <= 3; x++) {
      life.reading(x, x);
      life.pass(1000);
    }
    return life;
  }

  test("stays for the configured time as one more copy, then it is trimmed; other batches stay", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 3]) }]);
    life.pass(3_590_000);
    expect(life.rawValues()).toEqual([1, 2, 3]);
    life.pass(20_000);
    expect(life.rawValues()).toEqual([2]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 1, readings: 1, undurableBatches: 0 });
    const next = life.crash();
    expect(next.rawValues()).toEqual([2]);
    expect(next.engine.status().outbox).toEqual(life.engine.status().outbox);
  });

  test("is trimmed even if it was sealed while the clock was ahead", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    const set = life.crash({ nowMs: life.nowMs - 3 * 365 * 86_400_000 });
    set.pass(20_000);
    expect(set.rawValues()).toEqual([]);
  });

  test("[I22] is not trimmed when the region no longer claims it", () => {
    const life = threeBatches();
    const { streamId } = life.engine.streams()[0]!;
    life.engine.mark([{ streamId, durable: haveOf([1, 2, 3]), replicated: haveOf([1, 2, 3]) }]);
    life.engine.mark([{ streamId, durable: haveOf([1]), replicated: haveOf([1]) }]);
    life.pass(4_000_000);
    expect(life.rawValues()).toEqual([2, 3]);
    expect(life.engine.status().outbox).toMatchObject({ batches: 2, undurableBatches: 2, undurableReadings: 2 });
  });
});
