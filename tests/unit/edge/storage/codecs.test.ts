import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PublishedMessage } from "../../../../edge/storage/intake.ts";
import type { ContentFormat } from "../../../../edge/decode/content-type.ts";
import { JournalChunkWriter, journalChecksum, readJournalChunk } from "../../../../edge/storage/journal-chunk.ts";
import { PublishChunkReader, PublishChunkWriter } from "../../../../edge/storage/publish-chunk.ts";
import { decodeWindowState, encodeWindowState } from "../../../../edge/storage/tables/window-state-codec.ts";
import type { Millis } from "../../../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../../../proto/core/reading.ts";
import { encodeWindowContent } from "../../../../proto/wire/window-content-codec.ts";
import { anyContent } from "../../../support/window-contents.ts";

const value = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.bigInt(),
);
const clock = fc.constantFrom<ClockSource>("device", "none", "suspect");

describe("publish chunks", () => {
  test.each([
    { tableLimit: 3, tableCharacters: 1000 },
    { tableLimit: 1000, tableCharacters: 10 },
  ])("deliver every message unchanged, even if the tables of names overflow: %j", (limits) => {
    const message = fc.record<PublishedMessage>({
      clientId: fc.string({ unit: "grapheme", maxLength: 8 }),
      topic: fc.string({ unit: "grapheme", maxLength: 8 }),
      payload: fc.uint8Array({ maxLength: 300 }),
      qos: fc.constantFrom(0, 1, 2),
      dup: fc.boolean(),
      format: fc.constantFrom<ContentFormat | undefined>(undefined, "json", "cbor", "msgpack", "csv"),
      packetId: fc.integer({ min: 0, max: 65_535 }),
      arrivedMs: fc.integer({ min: 0, max: 4e12 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(message, { maxLength: 20 }), { maxLength: 5 }), (turns) => {
        const longest = Math.max(0, ...turns.flat().map(({ topic }) => topic.length));
        const writer = new PublishChunkWriter({ ...limits, initialBytes: 64 });
        const clients: string[] = [];
        const topics: string[] = [];
        const reader = new PublishChunkReader({
          onNewClient: (number, id) => (clients[number] = id),
          onNewTopic: (number, text) => (topics[number] = text),
        });
        let spare: ArrayBuffer | undefined;
        for (const turn of turns) {
          for (const one of turn) writer.add(one);
          const chunk = writer.take(spare);
          const read: PublishedMessage[] = [];
          reader.read(chunk, (m) => {
            expect(clients[m.client]).toBe(reader.clients[m.client]);
            expect(topics[m.topic]).toBe(reader.topics[m.topic]);
            read.push({
              clientId: reader.clients[m.client]!,
              topic: reader.topics[m.topic]!,
              payload: new Uint8Array(m.payload),
              qos: m.qos,
              dup: m.dup,
              format: m.format,
              packetId: m.packetId,
              arrivedMs: m.arrivedMs,
            });
          });
          expect(chunk.messages).toBe(turn.length);
          expect(read).toEqual(turn);
          expect(reader.topics.length).toBeLessThanOrEqual(limits.tableLimit);
          expect(reader.topics.join("").length).toBeLessThanOrEqual(Math.max(limits.tableCharacters, longest));
          spare = chunk.buffer;
        }
      }),
    );
  });
});

describe("journal rows", () => {
  test("contain every reading", () => {
    const reading = fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer(), value, clock);
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 2000 }), (readings) => {
        const writer = new JournalChunkWriter();
        for (const [series, timeMs, v, c] of readings) writer.add(series, timeMs, v, c);
        const bytes = writer.take();
        const read: [number, number, Value, ClockSource][] = [];
        readJournalChunk(bytes, readings.length, (_, series, timeMs, v, c) => read.push([series, timeMs, v, c]));
        expect(read).toEqual(readings);
        expect(writer.readings).toBe(0);
      }),
    );
  });

  test("with a flipped bit, or in another position, fail their checksum", () => {
    const writer = new JournalChunkWriter();
    for (let i = 0; i < 10; i++) writer.add(i, i, i / 3, "device");
    const bytes = writer.take();
    const checksum = journalChecksum(1, 10, bytes);
    expect(journalChecksum(11, 10, bytes)).not.toBe(checksum);
    bytes[17]! ^= 4;
    expect(journalChecksum(1, 10, bytes)).not.toBe(checksum);
    expect(() => readJournalChunk(bytes.subarray(0, 100), 10, () => {})).toThrow(RangeError);
  });
});

test("window states are decoded as they were encoded", () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  const state = fc.record({
    plainSum: double,
    compensation: fc.constant(0),
    content: anyContent({ windowStartMs: 60_000, windowMs: 60_000 }),
    summary: fc.record({
      count: fc.nat(),
      numericCount: fc.nat(),
      sum: fc.constant(0),
      min: double,
      max: double,
      mean: double,
      m2: double,
      firstMs: fc.integer() as fc.Arbitrary<Millis>,
      first: value,
      lastMs: fc.integer() as fc.Arbitrary<Millis>,
      last: value,
      coverage: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      sketch: fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: null }),
    }),
  });
  fc.assert(
    fc.property(state, ({ plainSum, compensation, content, summary }) => {
      const count = content.kind === "readings" ? content.readings.length : summary.count;
      const given = { plainSum, compensation, content, summary: { ...summary, count, sum: plainSum + compensation } };
      const { state: bytes, contentBytes } = encodeWindowState(given);
      expect(decodeWindowState(bytes)).toEqual(given);
      expect(contentBytes).toBe(encodeWindowContent(content)?.length ?? 0);
    }),
  );
  expect(() => decodeWindowState(Buffer.alloc(20))).toThrow(RangeError);
});
