import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { StoredMessage } from "../../../../../edge/mqtt/sessions/session-protocol.ts";
import { SessionWriter } from "../../../../../edge/mqtt/sessions/session-writer.ts";
import { Fault } from "../../../../../proto/core/fault.ts";

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-writer-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function message(seq: number, payload = "1"): StoredMessage {
  return { seq, topic: "t", payload, qos: 1, properties: null, expiresMs: null, brokerId: null, brokerCounter: null };
}

const unexpected = (fault: Fault): void => {
  throw fault;
};

test("answers come in the order of the questions, when everything written before is on disk", async () => {
  const directory = folder();
  const options = { onFailure: unexpected, onCongestion: () => {} };
  const writer = new SessionWriter(options);
  await writer.start({ directory });
  const order: string[] = [];
  const to = [{ session: 1, qos: 1, retain: false, identifiers: [] }] as const;
  writer.durable(() => order.push("nothing to wait for"));
  writer.write({ op: "session", session: 1, client: "a", expiryS: 60, leftMs: null });
  writer.write({ op: "enqueue", message: message(1), to });
  writer.durable(() => order.push("first"));
  const seen = writer.ask({ op: "read", session: 1, seqs: [1, 2] }).then(({ rows }) => {
    order.push("read");
    return rows.map(({ seq }) => seq);
  });
  writer.write({ op: "enqueue", message: message(2), to });
  writer.durable(() => order.push("second"));
  await writer.written;
  expect(await seen).toEqual([1]);
  expect(order.slice(0, 2)).toEqual(["nothing to wait for", "first"]);
  expect(order.toSorted()).toEqual(["first", "nothing to wait for", "read", "second"]);
  await writer.close();
  await writer.close();
  const again = new SessionWriter(options);
  const image = await again.start({ directory });
  expect(image.outgoing.map(({ seq }) => seq)).toEqual([1, 2]);
  await again.close();
});

test("after the first failure no callback is called any more, and the failure is reported once", async () => {
  const failures: Fault[] = [];
  const failed = Promise.withResolvers<void>();
  const writer = new SessionWriter({
    onFailure: (fault) => {
      failures.push(fault);
      failed.resolve();
    },
    onCongestion: () => {},
  });
  await writer.start({ directory: folder() });
  let released = 0;
  writer.write({ op: "enqueue", message: message(1), to: [] });
  await writer.written;
  // The number exists already, so the whole transaction fails.
  writer.write({ op: "enqueue", message: message(1), to: [] });
  writer.durable(() => released++);
  await failed.promise;
  writer.write({ op: "enqueue", message: message(2), to: [] });
  writer.durable(() => released++);
  await writer.close();
  expect([released, failures.length]).toEqual([0, 1]);
  expect(failures[0]!.line).toMatch(/sessions\.db: UNIQUE constraint failed/);
});

test("a file that is not a database of sessions is reported in one line, and left as it is", async () => {
  const directory = folder();
  writeFileSync(join(directory, "sessions.db"), "x".repeat(4096));
  const writer = new SessionWriter({ onFailure: () => {}, onCongestion: () => {} });
  const opening = writer.start({ directory });
  await expect(opening).rejects.toThrow(Fault);
  await expect(opening).rejects.toThrow(/sessions\.db: the database is damaged/);
});

test("congestion is reported, and its end", async () => {
  const told: boolean[] = [];
  const writer = new SessionWriter({ onFailure: unexpected, onCongestion: (congested) => told.push(congested) });
  await writer.start({ directory: folder() });
  const payload = "x".repeat(1024 * 1024);
  for (let seq = 1; seq <= 10; seq++)
    writer.write({ op: "enqueue", message: message(seq, payload), to: [] }, payload.length);
  expect(told).toEqual([true]);
  await writer.written;
  expect(told).toEqual([true, false]);
  await writer.close();
});
