import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Writer } from "protobufjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RememberedEntries } from "../../../../edge/decode/decoder-memory.ts";
import type { Decoded, Decoder } from "../../../../edge/decode/decoder.ts";
import { DECODERS } from "../../../../edge/decode/decoders.ts";
import { PLAUSIBLE } from "../../../../edge/decode/route.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";

const ARRIVED_MS = Date.UTC(2026, 10, 20);
const LIMITS = { depth: 16, values: 1000, payloadBytes: 65_536 };

function decoderOf(seriesMax: number): Decoder {
  return createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits: { ...LIMITS, seriesMax } });
}

function decode(topic: string, payload: string): Decoded {
  return decoderOf(1000).decode({
    topic,
    payload: Buffer.from(payload),
    clientId: "c",
    arrivedMs: ARRIVED_MS,
    clockPlausible: true,
  });
}

/** Half of a surrogate pair, written as an escape, cannot be UTF-8. No region could store the text. */
test("a text with half of a character is a dead letter", () => {
  expect(decode("a/b", '{"word":"\\ud807"}')).toMatchObject({ kind: "dead_letter", reason: "invalid_utf8" });
  expect(decode("a/b", '"\\ud807"')).toMatchObject({ kind: "dead_letter", reason: "invalid_utf8" });
});

describe("a unit", () => {
  test("with control characters is not a unit, and the plain value is a text", () => {
    expect(decode("a/b", "22.?\u0018\u0001")).toMatchObject({ readings: [{ value: "22.?\u0018\u0001", unit: null }] });
  });

  test.each([
    ["is not well-formed", "\\ud800"],
    ["has control characters", "\\u0000"],
    ["is too long", "C".repeat(65)],
  ])("that %s is not a unit, and the value is a reading", (_, unit) => {
    expect(decode("a/b", `[{"n":"t","v":1,"u":"${unit}"}]`)).toMatchObject({ readings: [{ value: 1, unit: null }] });
  });
});

test("the detail of a dead letter has a limited length, whatever names are in the payload", () => {
  const key = "x".repeat(30_000);
  const decoded = decode("a/b", `{"${key}":{"${key}":1e999}}`);
  expect(decoded).toMatchObject({ kind: "dead_letter", reason: "not_finite" });
  expect((decoded as { detail: string }).detail.length).toBeLessThanOrEqual(500);
});

test("the memory for names is limited", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const decoder = decoderOf(1000);
  const sink = { admits: () => null, reading: () => {}, ignored: () => {} };
  const send = (topic: number): void => {
    const fields = Array.from({ length: 1000 }, (_, n) => `"k${topic}_${n}":1`).join(",");
    const message = { topic: `t/${topic}`, payload: Buffer.from(`{${fields}}`), clientId: "c" };
    decoder.decodeInto({ ...message, arrivedMs: 0, clockPlausible: true }, sink);
  };
  send(0);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let topic = 1; topic <= 300; topic++) send(topic);
  collect();
  expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(10);
});

describe("a value that is not a time", () => {
  const timed: [string, string, (time: string) => string][] = [
    ["aws_iot", "$aws/things/a/shadow/update", (time) => `{"state":{"reported":{"t":1}},"timestamp":${time}}`],
    ["thingsboard", "v1/devices/me/telemetry", (time) => `{"ts":${time},"values":{"t":1}}`],
    ["senml", "a/b", (time) => `[{"n":"t","v":1,"bt":1e9},{"n":"t","v":1,"bt":${time}}]`],
  ];
  test.each(timed)("%s: the time of arrival counts, and the value is counted as not a time", (_, topic, payload) => {
    for (const time of ["5e-324", "1e308", "-1", "1e21"]) {
      const ignored: string[] = [];
      const times: number[] = [];
      const outcome = decoderOf(1000).decodeInto(
        { topic, payload: Buffer.from(payload(time)), clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: false },
        {
          admits: () => null,
          reading: (_series, timeMs) => times.push(timeMs),
          ignored: (what, count) => ignored.push(`${count} ${what}`),
        },
      );
      expect(outcome.kind, time).toBe("readings");
      // In SenML a time below 2^28 is relative to now.
      if (!(topic === "a/b" && Math.abs(Number(time)) < 2 ** 28)) {
        expect(times.at(-1), time).toBe(ARRIVED_MS);
        expect(ignored, time).toEqual(["1 not_a_time"]);
      }
      expect(times.every(Number.isSafeInteger), time).toBe(true);
    }
  });

  test("in Sparkplug: the time of arrival counts, even if a route accepts every time", () => {
    for (const otherwise of ["accept", "dead_letter", "arrival"] as const) {
      const options = { topic: "#", timestamp: { field: undefined, unit: "auto" }, decoder: "auto" } as const;
      const plausible = { aheadMs: 0, behindMs: 0, otherwise };
      const none = { device: undefined, metric: undefined, unit: undefined, fields: undefined };
      const route = { ...options, ...none, plausible, columns: undefined, split: undefined };
      const decoder = createDecoder({ routes: [route], unrouted: "auto", timeZone: "UTC", limits: LIMITS });
      const birth = Writer.create().uint32(8).uint64("18446744073709551615");
      birth
        .uint32(18)
        .bytes(Writer.create().uint32(10).string("t").uint32(32).uint32(10).uint32(105).double(1).finish());
      const message = { topic: "spBv1.0/g/NBIRTH/n", clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: true };
      expect(decoder.decode({ ...message, payload: birth.uint32(24).uint64(0).finish() })).toMatchObject({
        readings: [{ metric: "t", timeMs: ARRIVED_MS, clock: "none" }],
      });
    }
  });
});

test("deeply nested broken JSON with a long number does not end the process", () => {
  const payload = `${"[1,2,[".repeat(2760)}18446744073709551616,[1,2,[3,{}]]`;
  for (let times = 0; times < 50; times++) {
    expect(decode("a/b", payload)).toMatchObject({ kind: "dead_letter", reason: "syntax" });
  }
});

test("a time with too many digits for a number is shown as it is", () => {
  const none = { device: undefined, metric: undefined, unit: undefined, fields: undefined, columns: undefined };
  const timestamp = { field: "meta.at", unit: "ms" } as const;
  const routes = [{ topic: "#", decoder: "auto", ...none, timestamp, plausible: PLAUSIBLE, split: undefined }];
  const decoder = createDecoder({ routes, unrouted: "auto", timeZone: "UTC", limits: LIMITS });
  for (const at of ["17000864000000000000000", '{"deeper":17000864000000000000000}']) {
    const payload = Buffer.from(`{"t":1,"meta":{"at":${at}}}`);
    const message = { topic: "a/b", payload, clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: true };
    expect(decoder.decode(message)).toMatchObject({
      reason: "bad_timestamp",
      detail: expect.stringContaining("17000864000000000000000") as string,
    });
  }
});

test("[I8] a route may name any family for any topic, even for a topic of slashes only", () => {
  for (const name of DECODERS) {
    const none = { device: undefined, metric: undefined, unit: undefined, fields: undefined, columns: undefined };
    const time = { timestamp: { field: undefined, unit: "auto" }, plausible: PLAUSIBLE, split: undefined } as const;
    const routes = [{ topic: "#", decoder: name, ...none, ...time }];
    const decoder = createDecoder({ routes, unrouted: "auto", timeZone: "UTC", limits: LIMITS });
    for (const topic of ["/", "a", "//", "a/b"]) {
      for (const payload of ['{"a":1}', '[{"a":1}]', "1", "a", "{}"]) {
        const message = { topic, payload: Buffer.from(payload), clientId: "", arrivedMs: 0, clockPlausible: true };
        expect(["readings", "dead_letter", "ignored"]).toContain(decoder.decode(message).kind);
      }
    }
  }
});

test("the memory for topics is limited, however long and deep they are", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const sink = { admits: () => null, reading: () => {}, ignored: () => {} };
  const heldAfter = (topics: number, topicOf: (n: number) => string): number => {
    const decoder = decoderOf(1000);
    collect();
    const before = process.memoryUsage().heapUsed;
    // An empty payload is enough for a plan of its topic.
    const payload = Buffer.alloc(0);
    for (let n = 0; n < topics; n++) {
      // Made from bytes, so that it is a flat string, as a topic from the network is.
      const topic = Buffer.from(topicOf(n)).toString();
      decoder.decodeInto({ topic, payload, clientId: "c", arrivedMs: 0, clockPlausible: true }, sink);
    }
    collect();
    const held = process.memoryUsage().heapUsed - before;
    // The decoder is used once more, so that it is not collected as garbage.
    decoder.decodeInto({ topic: topicOf(0), payload, clientId: "c", arrivedMs: 0, clockPlausible: true }, sink);
    return held / 1e6;
  };
  const long = heldAfter(80_000, (n) => `${"x".repeat(950)}/${n}`);
  const deep = heldAfter(80_000, (n) => `${"ab/".repeat(30)}${n}`);
  expect({ long: long < 90, deep: deep < 90 }, `${long} MB, ${deep} MB`).toEqual({ long: true, deep: true });
});

describe("the memory for births and discoveries is limited", () => {
  test("in total: the oldest entry is forgotten", () => {
    const memory = new RememberedEntries();
    const text = "x".repeat(1024 * 1024);
    for (let n = 0; n < 40; n++) memory.set(`node ${n}`, text);
    expect(memory.get("node 39")).toBe(text);
    expect(memory.get("node 0")).toBeUndefined();
    const kept = Array.from({ length: 40 }, (_, n) => memory.get(`node ${n}`)).filter((one) => one !== undefined);
    expect(kept).toHaveLength(31);
    memory.set("node 40", "small");
    expect(memory.get("node 9")).toBe(text);
  });

  test("for one node: the device with the oldest birth is forgotten first", () => {
    const memory = new RememberedEntries();
    const sparkplug = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits: LIMITS }, memory);
    const receive = (topic: string, payload: Uint8Array): Decoded =>
      sparkplug.decode({ topic, payload, clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: true });
    const birth = Writer.create();
    for (let n = 0; n < 999; n++) {
      birth
        .uint32(18)
        .bytes(
          Writer.create()
            .uint32(10)
            .string(`m${n}`)
            .uint32(16)
            .uint32(n)
            .uint32(32)
            .uint32(10)
            .uint32(105)
            .double(1)
            .finish(),
        );
    }
    const bytes = birth.finish();
    receive("spBv1.0/g/NBIRTH/n", bytes);
    for (let device = 0; device < 40; device++) receive(`spBv1.0/g/DBIRTH/n/${device}`, bytes);
    const data = Writer.create()
      .uint32(18)
      .bytes(Writer.create().uint32(16).uint32(5).uint32(105).double(2).finish())
      .finish();
    expect(receive("spBv1.0/g/DDATA/n/39", data)).toMatchObject({ readings: [{ metric: "m5", value: 2 }] });
    expect(receive("spBv1.0/g/DDATA/n/0", data)).toMatchObject({ kind: "dead_letter", reason: "unknown_alias" });
    expect(memory.get("sparkplug/g/n")!.length).toBeLessThan(2_000_000);
  });

  test("a discovery for a topic that cannot exist is ignored", () => {
    const memory = new RememberedEntries();
    const decoder = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits: LIMITS }, memory);
    const config = { state_topic: "x".repeat(30_000), unit_of_measurement: "W" };
    const payload = Buffer.from(JSON.stringify(config));
    decoder.decode({
      topic: "homeassistant/sensor/x/config",
      payload,
      clientId: "c",
      arrivedMs: 0,
      clockPlausible: true,
    });
    expect(memory.takeChanges()).toEqual([]);
  });
});

describe("CBOR", () => {
  const decoded = (hex: string): Decoded =>
    decoderOf(1000).decode({
      topic: "a/b",
      payload: Buffer.from(hex, "hex"),
      clientId: "c",
      arrivedMs: ARRIVED_MS,
      clockPlausible: true,
    });

  test("with the end of a list that never began is not CBOR", () => {
    expect(decoded("a1657374615bdfff")).toMatchObject({ kind: "dead_letter", reason: "invalid_utf8" });
    expect(decoded("81a200617403ff")).toMatchObject({ kind: "dead_letter" });
  });

  test("in SenML gives no value that JSON cannot express", () => {
    // [{n: "t", vs: h'010203'}], [{n: "t", vb: {1: 2}}]
    expect(decoded("81a200617403" + "43010203")).toMatchObject({ kind: "ignored", what: "null" });
    expect(decoded("81a200617404" + "a10102")).toMatchObject({ readings: [{ metric: "t.1", value: 2 }] });
  });
});

/** Decoding takes about a millisecond. The test measures processor time, which other work on the machine does not change. */
describe("a message that is made to take a long time is decoded fast", () => {
  let before = process.cpuUsage();
  beforeEach(() => {
    before = process.cpuUsage();
  });
  afterEach(() => {
    const seconds = process.cpuUsage(before).user / 1e6;
    if (seconds > 1) throw new Error(`it took ${seconds} s of processor time`);
  });

  test.each([
    ["gaps between filters", `{{ value_json.a${" |".repeat(25)} +}}`],
    ["gaps to the end", `{{ value_json.a${" |".repeat(240)} +}}`.slice(0, 500)],
    ["only gaps", `{{${" ".repeat(495)}x`],
    ["gaps before the end", `{{ value_json.a${" ".repeat(480)}+}}`],
    ["keys", `{{ value_json${".a".repeat(240)}-}}`],
    ["brackets", `{{ value_json${"[a".repeat(240)}}}`],
  ])("a template of a discovery: %s", (_, template) => {
    const config = { state_topic: "a/b", value_template: template, unit_of_measurement: "C" };
    expect(decode("homeassistant/sensor/x/config", JSON.stringify(config))).toMatchObject({ what: "discovery" });
  });

  const digits = "1".repeat(65_000);
  test.each([
    ["a number", `${digits},`, "dead_letter"],
    ["a number with decimals", `1.${digits}e${"1".repeat(300)},`, "dead_letter"],
    ["a text in JSON", `{"t":"${digits},"}`, "dead_letter"],
    ["a cell of CSV", `a,b\n1,"${digits};"`, "dead_letter"],
    ["a value of line protocol", `m a=1,f=${digits}x`, "dead_letter"],
    ["the first value of line protocol", `m f=${digits}x`, "dead_letter"],
    ["an integer of line protocol", `m a=1,f=${digits}i`, "dead_letter"],
    ["a text in SenML", `[{"bn":"a","n":"t","vs":"${digits},"}]`, "dead_letter"],
    ["a name in SenML", `[{"bn":"${":".repeat(65_000)}a","n":"t","v":1}]`, "dead_letter"],
    ["spaces", `1${" ".repeat(65_000)},`, "dead_letter"],
  ])("65,000 characters: %s", (_, payload, kind) => {
    expect(decode("a/b", payload)).toMatchObject({ kind });
  });
});

test.each([
  ["{{ value_json.temp }}", "temp"],
  ["{{value_json.a.temp}}", "a.temp"],
  ["{{- value_json['temp'] | float(0) | round(1) -}}", "temp"],
  ['  {{ value_json["a|b"]|int }}  ', "a|b"],
  ["{{ value_json.temp|float * 2 }}", undefined],
  ["{{ value_json.temp / 10 }}", undefined],
  ["{{ value_json.temp is defined }}", undefined],
  ["{{ value_json.temp }", undefined],
  ["{{}}", undefined],
])("the template %s picks %s", (template, picked) => {
  const decoder = decoderOf(1000);
  const receive = (topic: string, json: object): Decoded =>
    decoder.decode({
      topic,
      payload: Buffer.from(JSON.stringify(json)),
      clientId: "c",
      arrivedMs: ARRIVED_MS,
      clockPlausible: true,
    });
  const config = { state_topic: "x/y", value_template: template, unit_of_measurement: "C" };
  receive("homeassistant/sensor/x/config", config);
  const value = { temp: 1, a: { temp: 1 }, "a|b": 1 };
  const decoded = receive("x/y", value) as { readings: readonly { metric: string; unit: string | null }[] };
  const withUnit = decoded.readings.filter(({ unit }) => unit === "C").map(({ metric }) => metric);
  expect(withUnit).toEqual(picked === undefined ? [] : [picked]);
});
