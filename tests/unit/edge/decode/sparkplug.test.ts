import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { RememberedEntries } from "../../../../edge/decode/decoder-memory.ts";
import type { Decoder, DeviceRequest } from "../../../../edge/decode/decoder.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
// A gateway loads it, and it changes protobufjs for the whole process.
import "../../../../proto/wire/protobuf-numbers.ts";

/** The wire format by field numbers (Eclipse Sparkplug 3.0.0, section 6.4), encoded by a library from this schema. */
const SCHEMA = protobuf.parse(
  `syntax = "proto2";
  message PropertyValue { optional uint32 type = 1; optional bool is_null = 2; optional string string_value = 8; }
  message PropertySet { repeated string keys = 1; repeated PropertyValue values = 2; }
  message Template { repeated Metric metrics = 2; optional string template_ref = 4; optional bool is_definition = 5; }
  message Metric {
    optional string name = 1; optional uint64 alias = 2; optional uint64 timestamp = 3; optional uint32 datatype = 4;
    optional bool is_historical = 5; optional bool is_null = 7; optional PropertySet properties = 9;
    optional uint32 int_value = 10; optional uint64 long_value = 11; optional float float_value = 12;
    optional double double_value = 13; optional bool boolean_value = 14; optional string string_value = 15;
    optional bytes bytes_value = 16; optional Template template_value = 18;
  }
  message Payload { optional uint64 timestamp = 1; repeated Metric metrics = 2; optional uint64 seq = 3; }`,
  {
    keepCase: true,
  },
).root;
const PAYLOAD = SCHEMA.lookupType("Payload");

const AT_MS = Date.UTC(2026, 10, 20, 11, 59);
const ARRIVED_MS = Date.UTC(2026, 10, 20, 12);

type Metric = Readonly<Record<string, unknown>>;

function payload(seq: number, metrics: readonly Metric[]): Uint8Array {
  return PAYLOAD.encode({ timestamp: AT_MS, seq, metrics }).finish();
}

/** 2^64 - 1, which no JavaScript number is, as the encoder takes it whether or not it knows `Long`. */
const ALL_ONES = { low: 0xffff_ffff, high: 0xffff_ffff };

class Node {
  readonly memory = new RememberedEntries();
  readonly requests: DeviceRequest[] = [];
  nowMs = ARRIVED_MS;
  #decoder: Decoder = this.#fresh();

  restart(): void {
    const entries = new RememberedEntries();
    entries.load(
      this.memory.takeChanges().flatMap(([key, text]) => (text === undefined ? [] : [[key, text] as const])),
    );
    this.#decoder = createDecoder(OPTIONS, entries);
  }

  /** @param isRetry the message came at `nowMs` and is decoded again. */
  receive(topic: string, bytes: Uint8Array, { isRetry = false } = {}): string[] {
    const readings: string[] = [];
    const outcome = this.#decoder.decodeInto(
      { topic, payload: bytes, clientId: "node", arrivedMs: this.nowMs, clockPlausible: true, isRetry },
      {
        admits: () => null,
        ignored: (what, count) => readings.push(`(${count} ${what})`),
        request: (request) => this.requests.push(request),
        reading: ({ device, metric, unit }, timeMs, value) =>
          readings.push(
            `${device} | ${metric} = ${String(value)}${unit === null ? "" : ` ${unit}`}${timeMs === AT_MS ? "" : ` @${timeMs}`}`,
          ),
      },
    );
    if (outcome.kind === "dead_letter") return [`dead letter ${outcome.reason}: ${outcome.detail}`];
    return outcome.kind === "ignored" ? [`ignored ${outcome.what}`] : readings;
  }

  #fresh(): Decoder {
    return createDecoder(OPTIONS, this.memory);
  }
}

const OPTIONS = {
  routes: [],
  unrouted: "auto",
  timeZone: "UTC",
  limits: { depth: 8, values: 100, payloadBytes: 65_536 },
} as const;

const BIRTH = payload(0, [
  { name: "bdSeq", datatype: 4, long_value: 0 },
  { name: "Node Control/Rebirth", datatype: 11, boolean_value: false },
  { name: "Supply Voltage", alias: 1, datatype: 10, double_value: 12.1, properties: unit("V") },
  { name: "Inputs/Counter", alias: 2, datatype: 3, int_value: 0xffff_ffff },
]);

function unit(text: string): object {
  return { keys: ["engUnit"], values: [{ type: 12, string_value: text }] };
}

describe("Sparkplug B", () => {
  test("a birth has readings, and gives names and units to the aliases in later messages", () => {
    const node = new Node();
    expect(node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH)).toEqual([
      "G1/E1 | Supply Voltage = 12.1 V",
      "G1/E1 | Inputs/Counter = -1",
      "(2 identifier)",
    ]);
    expect(node.receive("spBv1.0/G1/NDATA/E1", payload(1, [{ alias: 1, double_value: 11.9 }]))).toEqual([
      "G1/E1 | Supply Voltage = 11.9 V",
    ]);
    expect(node.requests).toEqual([]);
  });

  test.each<[string, Metric, string]>([
    ["Int8 -5", { datatype: 1, int_value: 251 }, "-5"],
    ["Int16 -2", { datatype: 2, int_value: 65_534 }, "-2"],
    ["Int32 -3", { datatype: 3, int_value: 4_294_967_293 }, "-3"],
    ["Int64 -1", { datatype: 4, long_value: ALL_ONES }, "-1"],
    ["UInt32 in int_value", { datatype: 7, int_value: 4_294_967_295 }, "4294967295"],
    ["UInt64 beyond 2^53", { datatype: 8, long_value: ALL_ONES }, "18446744073709551615"],
    ["Float", { datatype: 9, float_value: 21.6 }, "21.6"],
    ["Double", { datatype: 10, double_value: 21.6 }, "21.6"],
    ["Boolean", { datatype: 11, boolean_value: true }, "true"],
    ["String", { datatype: 12, string_value: "idle" }, "idle"],
    ["DateTime", { datatype: 13, long_value: 1_700_000_000_000 }, "1700000000000"],
  ])("%s, whether its datatype is in the data or was in the birth", (_, metric, expected) => {
    const node = new Node();
    expect(node.receive("spBv1.0/G/NBIRTH/E", payload(0, [{ name: "x", alias: 7, ...metric }]))).toEqual([
      `G/E | x = ${expected}`,
    ]);
    const { datatype: _datatype, ...value } = metric;
    expect(node.receive("spBv1.0/G/NDATA/E", payload(1, [{ alias: 7, ...value }]))).toEqual([`G/E | x = ${expected}`]);
  });

  test("devices have their own names, aliases and times", () => {
    const node = new Node();
    node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH);
    const birth = payload(1, [{ name: "Temp", alias: 9, datatype: 9, float_value: 20, properties: unit("°C") }]);
    expect(node.receive("spBv1.0/G1/DBIRTH/E1/Press", birth)).toEqual(["G1/E1/Press | Temp = 20 °C"]);
    const data = payload(2, [{ alias: 9, timestamp: AT_MS - 5000, float_value: 21.5, is_historical: true }]);
    expect(node.receive("spBv1.0/G1/DDATA/E1/Press", data)).toEqual([`G1/E1/Press | Temp = 21.5 °C @${AT_MS - 5000}`]);
  });

  test("an unknown alias is a dead letter, and causes a rebirth request, at most every ten seconds", () => {
    const node = new Node();
    const data = payload(5, [{ alias: 3, double_value: 1 }]);
    expect(node.receive("spBv1.0/G1/NDATA/E1", data)[0]).toMatch(
      /^dead letter unknown_alias: no birth of G1\/E1 names the metric with the alias 3$/,
    );
    node.receive("spBv1.0/G1/NDATA/E1", payload(6, [{ alias: 3, double_value: 2 }]));
    expect(node.requests).toHaveLength(1);
    node.nowMs += 10_000;
    node.receive("spBv1.0/G1/NDATA/E1", payload(7, [{ alias: 3, double_value: 3 }]));
    expect(node.requests).toHaveLength(2);
    const [request] = node.requests;
    expect(request!.topic).toBe("spBv1.0/G1/NCMD/E1");
    expect(PAYLOAD.toObject(PAYLOAD.decode(request!.payload), { longs: Number })).toEqual({
      timestamp: ARRIVED_MS,
      metrics: [{ name: "Node Control/Rebirth", datatype: 11, boolean_value: true }],
    });
  });

  test("a gap in the sequence causes a rebirth request, and the message is kept; 0 follows 255", () => {
    const node = new Node();
    node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH);
    const data = (seq: number): string[] =>
      node.receive("spBv1.0/G1/NDATA/E1", payload(seq, [{ alias: 1, double_value: seq }]));
    for (let seq = 1; seq <= 256; seq++) data(seq % 256);
    expect(node.requests).toEqual([]);
    expect(data(5)).toEqual(["G1/E1 | Supply Voltage = 5 V"]);
    expect(node.requests).toHaveLength(1);
  });

  test("births survive a restart", () => {
    const node = new Node();
    node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH);
    node.restart();
    expect(node.receive("spBv1.0/G1/NDATA/E1", payload(9, [{ alias: 2, int_value: 4_294_967_294 }]))).toEqual([
      "G1/E1 | Inputs/Counter = -2",
    ]);
  });

  test("nulls, templates, and values that are not readings", () => {
    const node = new Node();
    node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH);
    const template = { metrics: [{ name: "rpm", datatype: 3, int_value: 900 }] };
    const metrics = [
      { name: "Motor", datatype: 19, template_value: template },
      { name: "Gone", datatype: 10, is_null: true },
      { name: "Blob", datatype: 17, bytes_value: Buffer.from("x") },
    ];
    expect(node.receive("spBv1.0/G1/NDATA/E1", payload(1, metrics))).toEqual([
      "G1/E1 | Motor/rpm = 900",
      "(1 null)",
      "(1 identifier)",
    ]);
  });

  test.each([
    ["spBv1.0/G1/NDEATH/E1", "availability"],
    ["spBv1.0/G1/DDEATH/E1/D1", "availability"],
    ["spBv1.0/STATE/host", "availability"],
    ["spBv1.0/G1/NCMD/E1", "command"],
    ["spBv1.0/G1/DCMD/E1/D1", "command"],
  ])("%s is not a reading", (topic, what) => expect(new Node().receive(topic, BIRTH)).toEqual([`ignored ${what}`]));

  test("[I8] any bytes have exactly one outcome, and never an exception", () => {
    const node = new Node();
    node.receive("spBv1.0/G1/NBIRTH/E1", BIRTH);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(BIRTH.length - 1).map((end) => BIRTH.subarray(0, end)),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        expect(node.receive("spBv1.0/G1/NDATA/E1", given).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  describe("decoded again as a dead letter", () => {
    const first = payload(0, [temperature(1), humidity(2)]);
    const second = payload(0, [humidity(1), temperature(2)]);
    const data = (): Uint8Array => payload(1, [{ alias: 1, double_value: 51 }]);
    const unknown = /^dead letter unknown_alias/;

    test("an old birth has its readings, but its aliases do not become valid again", () => {
      const node = new Node();
      node.receive("spBv1.0/G/NBIRTH/E", first);
      node.nowMs += 1000;
      node.receive("spBv1.0/G/NBIRTH/E", second);
      expect(node.receive("spBv1.0/G/NBIRTH/E", first, { isRetry: true })).toEqual([
        "G/E | temp = 20",
        "G/E | hum = 50",
      ]);
      expect(node.receive("spBv1.0/G/NDATA/E", data())).toEqual(["G/E | hum = 51"]);
      node.restart();
      expect(node.receive("spBv1.0/G/NDATA/E", data())).toEqual(["G/E | hum = 51"]);
    });

    test("an alias is not named by the birth of a later session, also after a restart", () => {
      const node = new Node();
      expect(node.receive("spBv1.0/G/NDATA/E", data())[0]).toMatch(unknown);
      const cameMs = node.nowMs;
      node.nowMs += 3_600_000;
      node.receive("spBv1.0/G/NBIRTH/E", second);
      const bornMs = node.nowMs;
      for (const isRestarted of [false, true]) {
        if (isRestarted) node.restart();
        node.nowMs = cameMs;
        expect(node.receive("spBv1.0/G/NDATA/E", data(), { isRetry: true })[0]).toMatch(unknown);
        // A message from less than a minute before the birth gets the name from the birth.
        node.nowMs = bornMs - 59_000;
        expect(node.receive("spBv1.0/G/NDATA/E", data(), { isRetry: true })[0]).toMatch(/^G\/E \| hum = 51/);
      }
    });

    test("nor by a birth after the death of its node", () => {
      const node = new Node();
      node.receive("spBv1.0/G/NDATA/E", data());
      node.nowMs += 10;
      node.receive("spBv1.0/G/NDEATH/E", payload(0, []));
      node.nowMs += 10;
      node.receive("spBv1.0/G/NBIRTH/E", second);
      node.nowMs -= 20;
      expect(node.receive("spBv1.0/G/NDATA/E", data(), { isRetry: true })[0]).toMatch(unknown);
    });

    test("an alias with the same name in all births keeps its name", () => {
      const node = new Node();
      const births = (): void => {
        node.receive("spBv1.0/G/NBIRTH/E", first);
        node.receive("spBv1.0/G/DBIRTH/E/D", second);
      };
      births();
      const cameMs = (node.nowMs += 1000);
      node.nowMs += 3_600_000;
      births();
      node.nowMs = cameMs;
      expect(node.receive("spBv1.0/G/NDATA/E", data(), { isRetry: true })).toEqual(["G/E | temp = 51"]);
      expect(node.receive("spBv1.0/G/DDATA/E/D", data(), { isRetry: true })).toEqual(["G/E/D | hum = 51"]);
    });

    test("births that an earlier version stored are still valid", () => {
      const node = new Node();
      node.memory.set("sparkplug/G/E", '[["G/E",[["ntemp","temp",10,null],["a1","temp",10,null]]]]');
      node.restart();
      expect(node.receive("spBv1.0/G/NDATA/E", data(), { isRetry: true })).toEqual(["G/E | temp = 51"]);
    });
  });
});

function temperature(alias: number): Metric {
  return { name: "temp", alias, datatype: 10, double_value: 20 };
}

function humidity(alias: number): Metric {
  return { name: "hum", alias, datatype: 10, double_value: 50 };
}
