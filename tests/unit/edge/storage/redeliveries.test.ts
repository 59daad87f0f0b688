import { describe, expect, test } from "vitest";
import { StorageLife } from "../../../support/storage-life.ts";

describe("[P2] a redelivered message is counted once", () => {
  test("in the same process life, and after a crash", () => {
    const life = new StorageLife();
    life.publish("a/b", "1", { packetId: 7 });
    life.publish("a/b", "1", { packetId: 7, dup: true });
    expect(life.engine.status()).toMatchObject({ journalSeq: 1, redelivered: 1 });
    const next = life.crash();
    next.publish("a/b", "1", { packetId: 7, dup: true });
    expect(next.engine.status()).toMatchObject({ journalSeq: 1, redelivered: 2 });
  });

  test("but a message with other content, another packet identifier, or no DUP flag is new", () => {
    const life = new StorageLife();
    life.publish("a/b", "1", { packetId: 7 });
    life.publish("a/b", "2", { packetId: 7, dup: true });
    life.publish("a/b", "2", { packetId: 8, dup: true });
    life.publish("a/b", "2", { packetId: 8 });
    expect(life.engine.status()).toMatchObject({ journalSeq: 4, redelivered: 0 });
  });
});
